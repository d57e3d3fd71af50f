"""`python -m obctl` and the console script."""

from __future__ import annotations

import gc


def main() -> None:
    """Run one command."""
    # What is imported and what is read of a day stays until the end: looking through it again and
    # again for garbage would take a tenth of a short command.
    gc.set_threshold(50_000)
    from obctl.cli.app import main as run

    run()


if __name__ == "__main__":
    main()

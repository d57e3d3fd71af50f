"""The root command: options before the command, and the border where errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from obctl import __version__
from obctl.cli.as_typed import empty
from obctl.cli.commands import LateGroup
from obctl.cli.context import Context
from obctl.errors import ObctlError, UsageError
from obctl.render import streams
from obctl.render.output import Format, set_quiet
from obctl.render.pasting import set_company


class ErrorBoundary(LateGroup):
    """Shows an `ObctlError` and exits with its code; anything else is a defect and says so."""

    wanted = Format.TABLE
    """The format the command line asks for: errors obey it from the first word on."""
    typed: Sequence[str] = ()
    """The words of the command line."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ObctlError as error:
            _fail(error, ctx, self.wanted)
        except KeyboardInterrupt:
            _interrupted()
        except typer.Abort as abort:
            if isinstance(abort.__context__, KeyboardInterrupt):
                _interrupted()
            raise
        except (typer.Exit, TyperException, EOFError):
            raise
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001  the last border: a defect still needs words
            unexpected = ObctlError(
                f"unexpected {type(error).__name__}: {error}",
                hint="run the command again as `obctl --debug …` and attach the file that it names",
            )
            unexpected.__cause__ = error
            _fail(unexpected, ctx, self.wanted)
        finally:
            found = ctx.find_object(Context)
            if found is not None:
                _end_debug_file(found)
                found.close()

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """As Typer's, but wrong arguments are an error object where JSON was asked for."""
        ErrorBoundary.typed = tuple(sys.argv[1:] if args is None else args)
        self.wanted = _format_of(sys.argv[1:] if args is None else args)
        if os.environ.get("_OBCTL_COMPLETE", "").startswith("complete"):
            from obctl.cli.completion import install

            install()
        if self.wanted not in (Format.JSON, Format.JSONL):
            return super().main(args, **extra)
        from obctl.render.errors import show_error

        try:
            code = super().main(args, **{**extra, "standalone_mode": False})
        except TyperException as error:
            show_error(UsageError(error.format_message()), Format.JSON)
            sys.exit(2)
        except typer.Abort:
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


def _end_debug_file(context: Context) -> None:
    """Say how it ended, and where the file is."""
    if context.debug_file is None:
        return
    from obctl.render.output import message

    ending = sys.exc_info()[1]
    code = getattr(ending, "exit_code", 0) if ending is not None else 0
    context.debug_file.end(code)
    message(f"written for --debug: {context.debug_file.path}")


def _interrupted() -> None:
    from obctl.render.output import message

    message("interrupted: what was done is done whole, and the next command goes on from there")
    raise typer.Exit(130)


def _fail(error: ObctlError, ctx: Any, wanted: Format) -> None:
    found = ctx.find_object(Context)
    if found is not None and found.debug:
        import traceback

        traceback.print_exception(error)
        if found.debug_file is not None:
            found.debug_file.failed(error)
    from obctl.render.errors import show_error

    show_error(error, wanted)
    raise typer.Exit(error.exit_code) from error


def _format_of(words: Sequence[str]) -> Format:
    """The format a command line asks for, read before parsing so that every error can obey it."""
    for position, word in enumerate(words):
        name, _, value = word.partition("=")
        if name in ("-o", "--format") and not value and position + 1 < len(words):
            value = words[position + 1]
        elif word.startswith("-o") and not word.startswith("--"):
            value = word[2:]
        elif name not in ("-o", "--format"):
            continue
        if value in list(Format):
            return Format(value)
    return Format.TABLE


app = typer.Typer(
    cls=ErrorBoundary,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Keep Officebooking and Outlook room calendars in step, and say why they differ.",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"obctl {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    company: Annotated[
        str | None,
        typer.Option("--company", "-c", help="Company to work on (or OBCTL_COMPANY)."),
    ] = None,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Show tracebacks, and write a file that can be attached."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No remarks, no progress.")] = False,
    no_pager: Annotated[
        bool,
        typer.Option("--no-pager", help="Print long output straight on (also: NO_PAGER=1)."),
    ] = False,
    version: Annotated[  # noqa: ARG001  its callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    if company is not None and not company.strip():
        raise empty("--company", may_be_left_out=True)
    set_quiet(quiet)
    if sys.stdout.isatty():
        from obctl.render.pager import set_pager

        set_pager(None if no_pager else os.environ)
    set_company(company)
    ctx.obj = Context(company_option=company, debug=debug)
    if debug:
        ctx.obj.write_debug_file(ErrorBoundary.typed)


def main() -> None:
    """The console script."""
    streams.prepare()
    streams.run(app)

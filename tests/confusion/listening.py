"""The listener in a thread of its own: what Graph notifies lands in the company's inbox."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from obctl.engine.company import Company
from obctl.webhook.app import Receiver, make_app
from obctl.webhook.intake import Intake
from obctl.webhook.server import Listener, bind


@contextmanager
def listening(company: Company) -> Iterator[str]:
    """The address for notifications."""
    receiver = Receiver(Intake(company.config.store_path), company.clock)
    bound, ready = bind("127.0.0.1", 0), threading.Event()
    server = Listener(make_app(receiver), bound, tls=None, ready=ready.set)
    thread = threading.Thread(target=server.serve_until_told)
    thread.start()
    try:
        assert ready.wait(60)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/notifications"
    finally:
        server.stop()
        thread.join()
        bound.close()

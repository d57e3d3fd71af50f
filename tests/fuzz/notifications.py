"""What Graph posts to the listener, put on the wire as it is or changed in one place."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mutate import Answer
from story import Building

from obctl.domain.time_span import instant_text
from obctl.sandbox.wire import Style
from obctl.webhook.app import Receiver, make_app
from obctl.webhook.intake import Intake
from obctl.webhook.server import Listener, bind

LIFECYCLE = ("reauthorizationRequired", "missed", "subscriptionRemoved")


def bodies(building: Building) -> Iterator[Answer]:
    """One POST about all that lies in each room, and one of each lifecycle event."""
    with closing(sqlite3.connect(building.store)) as store:
        rows = store.execute(
            "SELECT s.id, s.client_state, rooms.mailbox FROM subscriptions AS s"
            " JOIN rooms ON rooms.id = s.room ORDER BY rooms.id"
        ).fetchall()
    for subscription, secret, address in rows:
        common = {
            "subscriptionId": subscription,
            "subscriptionExpirationDateTime": instant_text(building.now),
            "clientState": secret,
            "tenantId": str(building.tenant.exchange.directory.tenant_id),
        }
        mailbox = building.tenant.exchange.directory.mailboxes[address]
        yield _post(
            common | _about(str(mailbox.id), Style(immutable=True).event_id(mailbox, item, None))
            for item in mailbox.items.values()
        )
        for event in LIFECYCLE:
            yield _post([common | {"lifecycleEvent": event}])


def _about(mailbox: str, event: str) -> dict[str, object]:
    place = f"Users/{mailbox}/Events/{event}"
    data = {"@odata.type": "#Microsoft.Graph.Event", "@odata.id": place, "id": event}
    return {"changeType": "updated", "resource": place, "resourceData": data}


def _post(items: object) -> Answer:
    return Answer(body=json.dumps({"value": list(items)}).encode())  # type: ignore[call-overload]


def on_the_wire(post: Answer) -> bytes:
    lines = ["POST /notifications HTTP/1.1", "Host: listener", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in post.headers]
    if "content-length" not in {name.lower() for name, _ in post.headers}:
        length = len(post.body) if post.promised is None else post.promised
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + post.body


def said_to(port: int, post: Answer) -> bytes:
    """The whole answer, `b""` for none; who promised more than there is hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(on_the_wire(post))
        if post.promised is not None and post.promised > len(post.body):
            connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answer:
            return answer.read()


@contextmanager
def listener(building: Building) -> Iterator[int]:
    """`obctl listen --no-worker` on a building's store; its port."""
    store: Path = building.store
    receiver = Receiver(Intake(store, reload_after=0.05), lambda: building.now)
    bound, ready = bind("127.0.0.1", 0), threading.Event()
    server = Listener(make_app(receiver), bound, tls=None, ready=ready.set)
    thread = threading.Thread(target=server.serve_until_told)
    thread.start()
    try:
        assert ready.wait(60)
        yield bound.getsockname()[1]
    finally:
        server.stop()
        thread.join()
        bound.close()

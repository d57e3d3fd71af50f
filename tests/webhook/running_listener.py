"""A listener in a thread on a free port, with a store of two subscribed rooms, and its clients."""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders import NOW, make_room, make_subscription

from obctl.domain.room import RoomId
from obctl.domain.subscription import Subscription
from obctl.store.database import Store, open_store
from obctl.store.rooms import add_room
from obctl.store.subscriptions import save_subscription
from obctl.webhook.app import Receiver, make_app
from obctl.webhook.intake import Intake
from obctl.webhook.server import Listener, bind

TENANT = "84bd8158-6d4d-4958-8b9f-9d6445542f95"
JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Running:
    """The listener under test, and a store connection of the test's own."""

    port: int
    store: Store
    receiver: Receiver

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with closing(connection):
            connection.request(method, path, body, JSON if headers is None else headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def post(self, *items: object, path: str = "/notifications") -> Answer:
        return self.request("POST", path, json.dumps({"value": items}).encode())

    def subscribe(self, **fields: Any) -> Subscription:
        subscription = make_subscription(**fields)
        save_subscription(self.store, subscription)
        return subscription

    def start_afresh(self) -> None:
        """Two subscriptions, an empty inbox, an empty log, counters at nought."""
        for table in ("inbox", "company_log", "subscriptions"):
            self.store.run(f"DELETE FROM {table}")
        for number in (1, 2):
            self.subscribe(
                id=f"S{number}", room=RoomId(number), client_state=f"secret-of-S{number}"
            )
        self.receiver.metrics.__init__()

    def inbox(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self.store.rows("SELECT * FROM inbox ORDER BY id")]

    def metric(self, line: str) -> str:
        """The value of one line of /metrics."""
        text = self.request("GET", "/metrics").body.decode()
        return next(row for row in text.splitlines() if row.startswith(line)).split()[-1]

    def break_store(self) -> None:
        with closing(sqlite3.connect(self.store.path)) as connection:
            connection.execute("DROP TABLE inbox")


def item(**changes: Any) -> dict[str, Any]:
    """A change notification as Graph sends it for subscription S1."""
    resource = "Users/object-atrium/Events/AAMk-1"
    fields = {
        "subscriptionId": "S1",
        "subscriptionExpirationDateTime": "2026-09-20T09:00:00Z",
        "changeType": "updated",
        "resource": resource,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": resource,
            "@odata.etag": 'W/"DwAAAB"',
            "id": "AAMk-1",
        },
        "clientState": "secret-of-S1",
        "tenantId": TENANT,
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def lifecycle(event: str, **changes: Any) -> dict[str, Any]:
    return item(
        **{"lifecycleEvent": event, "changeType": None, "resource": None, "resourceData": None}
        | changes
    )


@contextmanager
def running_listener(folder: Path) -> Iterator[Running]:
    path = folder / "store.db"
    with closing(open_store(path, create=True)) as store:
        for name in ("Atrium", "Bistro"):
            add_room(store, make_room(name))
        receiver = Receiver(Intake(path, reload_after=0.05), lambda: NOW, tenant_id=TENANT)
        port = bind("127.0.0.1", 0)
        ready = threading.Event()
        server = Listener(make_app(receiver), port, tls=None, ready=ready.set)
        running = Running(port.getsockname()[1], store, receiver)
        running.start_afresh()
        thread = threading.Thread(target=server.serve_until_told)
        thread.start()
        try:
            assert ready.wait(20)
            yield running
        finally:
            server.stop()
            thread.join()
            port.close()

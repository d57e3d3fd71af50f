"""Clients that we did not write, as their users use them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sandbox_client import ANNA, ROOM, WINDOW, Graph, event, weekly

from obctl.sandbox.server import SandboxServer

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NODE_CLIENT = "@microsoft/microsoft-graph-client"


def test_python_o365_books_reads_changes_and_cancels(graph: Graph, sandbox: SandboxServer) -> None:
    o365 = pytest.importorskip("O365", reason="python-o365 is not installed")
    protocol = o365.MSGraphProtocol(timezone="Europe/Amsterdam")
    protocol.service_url = f"{sandbox.url}/"
    account = o365.Account(
        ("client", "secret"), protocol=protocol, auth_flow_type="credentials", tenant_id="t"
    )
    account.con.session = account.con.get_session()
    account.con.session.headers["Authorization"] = "Bearer any"
    calendar = account.schedule(resource=ANNA).get_default_calendar()
    assert calendar.name == "Calendar"

    made = calendar.new_event(subject="Budget 2027")
    made.start = datetime(2026, 10, 19, 9, 0, tzinfo=AMSTERDAM)
    made.end = datetime(2026, 10, 19, 10, 0, tzinfo=AMSTERDAM)
    made.recurrence.set_weekly(1, days_of_week=["monday"], first_day_of_week="monday",
                               occurrences=3, start=made.start.date())  # fmt: skip
    made.attendees.add(ROOM)
    assert made.save()
    sandbox.tenant.advance(seconds=5)

    span = {"start_recurring": datetime(2026, 10, 18), "end_recurring": datetime(2026, 11, 20)}  # noqa: DTZ001  a wall clock
    found = list(calendar.get_events(include_recurring=True, limit=None, **span))
    assert [one.start.strftime("%m-%d %H:%M") for one in found] == [
        "10-19 09:00",
        "10-26 09:00",
        "11-02 09:00",
    ]
    first = found[0]
    assert first.subject == "Budget 2027"
    first.start += timedelta(hours=2)
    first.end += timedelta(hours=2)
    assert first.save()
    assert found[1].cancel_event("not this one")
    room = graph.view(prefer='outlook.timezone="Europe/Amsterdam"')
    assert [one["start"]["dateTime"][5:16] for one in room] == ["10-19T11:00", "11-02T09:00"]
    master = calendar.get_event(made.object_id)
    assert master.delete()
    assert {one["isCancelled"] for one in graph.view()} == {True}


JS_PROGRAM = """
const { Client, HTTPMessageHandler, RetryHandler } = require(process.argv[2]);
const [url, room, view] = process.argv.slice(3);
// Its own token handler sends tokens over https only.
class Token {
  setNext(next) { this.next = next; }
  async execute(context) {
    context.options.headers = { ...context.options.headers, Authorization: "Bearer any" };
    await this.next.execute(context);
  }
}
const [token, retry] = [new Token(), new RetryHandler()];
token.setNext(retry);
retry.setNext(new HTTPMessageHandler());
const client = Client.initWithMiddleware({
  baseUrl: url.replace("/v1.0", ""),
  defaultVersion: "v1.0",
  middleware: token,
});
(async () => {
  // It takes absolute links for what they are over https only.
  const relative = (link) => link.replace(url, "");
  const starts = [];
  let link = `/users/${room}/calendarView?${view}&$top=2`;
  while (link) {
    const page = await client.api(relative(link))
      .header("Prefer", 'outlook.timezone="Europe/Amsterdam"').get();
    starts.push(...page.value.map((one) => one.start.dateTime));
    link = page["@odata.nextLink"];
  }
  let round = await client.api(`/users/${room}/calendarView/delta?${view}`).get();
  let items = round.value.length;
  while (round["@odata.nextLink"]) {
    round = await client.api(relative(round["@odata.nextLink"])).get();
    items += round.value.length;
  }
  let code = null;
  try { await client.api(`/users/${room}/events/none`).get(); }
  catch (error) { code = error.code; }
  const made = await client.api(`/users/${room}/events`).post({
    subject: "From JavaScript",
    start: { dateTime: "2026-10-20T09:00:00", timeZone: "UTC" },
    end: { dateTime: "2026-10-20T10:00:00", timeZone: "UTC" },
  });
  await client.api(`/users/${room}/events/${made.id}`).patch({ subject: "Changed" });
  console.log(JSON.stringify({ starts, items, code, delta: !!round["@odata.deltaLink"] }));
})();
"""


def _graph_client_for_node() -> Path | None:
    """Where Microsoft's JavaScript client is: below NODE_PATH or a node_modules around here."""
    roots = [Path(one) for one in os.environ.get("NODE_PATH", "").split(os.pathsep) if one]
    roots += [parent / "node_modules" for parent in Path(__file__).resolve().parents]
    return next((root / NODE_CLIENT for root in roots if (root / NODE_CLIENT).is_dir()), None)


def test_microsofts_javascript_client_pages_follows_delta_and_writes(
    graph: Graph, sandbox: SandboxServer, tmp_path: Path
) -> None:
    node, package = shutil.which("node"), _graph_client_for_node()
    if node is None:
        pytest.skip("node is not installed")
    if package is None:
        pytest.skip(f"{NODE_CLIENT} is not installed: npm install it, or set NODE_PATH")
    graph.post(f"/users/{ROOM}/events", event(rooms=(), recurrence=weekly(count=5)))
    program = tmp_path / "program.js"
    program.write_text(JS_PROGRAM, "utf-8")
    done = subprocess.run(
        [node, program, package, sandbox.url, ROOM, WINDOW],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [one[5:16] for one in told["starts"]] == [
        "10-19T09:00",
        "10-26T09:00",
        "11-02T09:00",
        "11-09T09:00",
        "11-16T09:00",
    ]
    assert (told["items"], told["code"], told["delta"]) == (6, "ErrorInvalidIdMalformed", True)
    assert graph.view()[0]["subject"] == "Changed"

"""The pure parts of `doctor`: what findings come to, settings that contradict, tokens, ids."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import NOW, make_room
from hypothesis import given
from hypothesis import strategies as st
from pasting import ensure_pastable

from obctl.config import GraphSettings, parse_config
from obctl.domain.enums import CredentialKind
from obctl.domain.event import EventId
from obctl.domain.room import CalendarProcessing, RoomId
from obctl.domain.subscription import Subscription
from obctl.domain.token_claims import TokenClaims, read_claims
from obctl.engine.admin.doctor.clock import examine_clock
from obctl.engine.admin.doctor.finding import Finding, Verdict, by_kind, exit_code, finding_object
from obctl.engine.admin.doctor.grants import Application
from obctl.engine.admin.doctor.settings import examine_settings
from obctl.engine.admin.doctor.token import examine_credential, examine_token
from obctl.errors import ConfigError, GraphDetail, MailboxGone, MailboxPermissionLost, ObctlError
from obctl.graph.write_probe import id_of_no_event
from obctl.sandbox.identity import guid, immutable_id, ordinary_id, parse_id

OK, PROBLEM, WARNING, UNPROVEN = Verdict.OK, Verdict.PROBLEM, Verdict.WARNING, Verdict.UNPROVEN


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([], 0),
        ([(OK, False)], 0),
        ([(OK, False), (WARNING, False)], 0),
        ([(UNPROVEN, False)], 0),
        ([(UNPROVEN, True), (WARNING, True)], 0),
        ([(PROBLEM, False)], 3),
        ([(PROBLEM, False), (WARNING, True)], 3),
        ([(PROBLEM, True)], 4),
        ([(PROBLEM, False), (PROBLEM, True)], 4),
    ],
)
def test_the_findings_make_the_exit_code(found: list[tuple[Verdict, bool]], code: int) -> None:
    findings = [Finding("check", verdict, "", permission=missing) for verdict, missing in found]
    assert exit_code(findings) == code
    assert exit_code(reversed(findings)) == code


def test_a_finding_as_json_keeps_what_scripts_read() -> None:
    assert finding_object(Finding("store", OK, "fine")) == {
        "check": "store", "verdict": "ok", "message": "fine", "hint": None,
        "remedy": None, "rooms": [], "permission": False,
    }  # fmt: skip


def test_rooms_with_one_trouble_are_one_finding() -> None:
    def lost(room: str) -> ObctlError:
        return MailboxPermissionLost(
            f"forbidden: {room}", graph=GraphDetail(403, "ErrorAccessDenied")
        )

    errors: dict[str, ObctlError] = {name: lost(name) for name in "abcdef"}
    errors["g"] = MailboxGone("gone: g")
    forbidden, gone = by_kind("calendars", errors, remedies={MailboxPermissionLost: "test {room}"})
    assert forbidden.message == "forbidden: a; and b, c, d and 2 more"
    assert (forbidden.rooms, forbidden.remedy) == (tuple("abcdef"), "test a")
    assert (gone.rooms, gone.remedy, gone.permission) == (("g",), "obctl doctor --room g", False)


def subscription(room: int, url: str = "https://hooks.example/notifications") -> Subscription:
    return Subscription(
        f"s{room}", RoomId(room), "users/x/events", url, None, "secret", NOW,
        NOW + timedelta(days=2),
    )  # fmt: skip


ROOMS = (
    make_room("Atrium", processing=CalendarProcessing(booking_window_in_days=365)),
    make_room("Boiler", id=RoomId(2)),
)


@pytest.mark.parametrize(
    ("settings", "environment", "subscribed", "told", "remedy"),
    [
        ({"sync.future_days": 365}, {}, (), None, None),
        ({}, {}, (), "can be booked up to 365 days", "obctl config set sync.future_days 365"),
        ({"sync.max_cancelled_percent": 100}, {}, (), "no guard stops", "max_cancelled_percent 50"),
        (
            {"sync.max_cancelled_percent": 0, "sync.max_cancelled_floor": 0},
            {},
            (),
            "every unproven loss stops",
            "max_cancelled_floor 10",
        ),
        ({"sync.max_cancelled_percent": 0}, {}, (), None, None),
        (
            {"graph.certificate": "c.pem"},
            {"AZURE_CLIENT_SECRET": "x"},
            (),
            "AZURE_CLIENT_SECRET is set and goes before it",
            "credential certificate",
        ),
        ({"graph.certificate": "c.pem"}, {}, (), None, None),
        (
            {"graph.certificate": "c.pem", "graph.credential": "managed-identity"},
            {},
            (),
            "graph.credential is 'managed-identity'",
            "credential certificate",
        ),
        (
            {"graph.url": "https://graph.microsoft.us/v1.0"},
            {},
            (),
            "its tokens are for another server",
            "graph.cloud usgov",
        ),
        ({"graph.url": "https://proxy.example/v1.0"}, {}, (), None, None),
        ({"sync.concurrency": 20}, {}, (), "at most 8 requests", "sync.concurrency 8"),
        ({}, {}, (subscription(1),), "1 room subscribed and 1 not", "subscriptions"),
        (
            {},
            {},
            (subscription(1), subscription(2, "https://other.example/notifications")),
            "notify 2 different addresses",
            "subscriptions create --all",
        ),
        (
            {"sync.settle_seconds": 0},
            {},
            (subscription(1), subscription(2)),
            "before Exchange has rewritten them",
            "sync.settle_seconds 120",
        ),
        ({"sync.settle_seconds": 0}, {}, (), None, None),
    ],
)
def test_settings_that_contradict_each_other_are_told(
    settings: Mapping[str, Any],
    environment: Mapping[str, str],
    subscribed: tuple[Subscription, ...],
    told: str | None,
    remedy: str | None,
) -> None:
    content: dict[str, dict[str, Any]] = {}
    for key, value in ({"sync.future_days": 364} | dict(settings)).items():
        table, name = key.split(".")
        content.setdefault(table, {})[name] = value
    rooms = ROOMS if told is not None and "365" in told else (make_room("Atrium"), ROOMS[1])
    config = parse_config(content, {}, folder=Path("x"), origin="test")
    found = examine_settings(config, environment, rooms, {one.room: one for one in subscribed})
    if told is None or remedy is None:
        assert [one.verdict for one in found] == [OK]
        return
    (finding,) = found
    ensure_pastable([finding_object(finding)])
    assert (finding.verdict, told in finding.message) == (WARNING, True), finding.message
    assert finding.remedy is not None
    assert remedy in finding.remedy


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        (None, UNPROVEN), (0, OK), (60, OK), (-60, OK), (61, WARNING), (-300, WARNING),
        (301, PROBLEM), (-90_000, PROBLEM),
    ],
)  # fmt: skip
def test_a_clock_is_judged_by_how_far_it_is_off(seconds: int | None, verdict: Verdict) -> None:
    ahead = None if seconds is None else timedelta(seconds=seconds)
    assert examine_clock(ahead, pinned=False).verdict is verdict


def token(claims: Any) -> str:
    text = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{text}.sig"


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (token({"roles": ["A", "B"], "appid": "x", "tid": "t"}), TokenClaims(("A", "B"), "x", "t")),
        (token({}), TokenClaims(())),
        (token({"roles": "A", "azp": "x"}), TokenClaims((), "x")),
        (token({"scp": "User.Read"}), TokenClaims((), person=True)),
        (token(["roles"]), None),
        ("any", None),
        ("a.b.c", None),
        ("", None),
    ],
)
def test_a_token_s_claims_are_read_where_they_can_be(text: str, claims: TokenClaims | None) -> None:
    assert read_claims(text) == claims


@given(st.text())
def test_no_text_is_a_token_that_breaks_the_reading(text: str) -> None:
    read_claims(text)
    read_claims(f"a.{text}.b")


def test_a_person_s_token_is_a_problem() -> None:
    (finding,) = examine_token(TokenClaims((), person=True), Application(None, "rooms"))
    assert finding.verdict is PROBLEM


@pytest.mark.parametrize(
    ("end", "verdict"),
    [
        (NOW - timedelta(days=1), PROBLEM),
        (NOW, PROBLEM),
        (NOW + timedelta(days=30), WARNING),
        (NOW + timedelta(days=31), OK),
        (ConfigError("cannot be read"), PROBLEM),
    ],
)
def test_the_end_of_a_certificate_is_told_in_time(
    end: datetime | ConfigError, verdict: Verdict
) -> None:
    settings = GraphSettings(credential=CredentialKind.CERTIFICATE)
    (finding,) = examine_credential(settings, {}, NOW, end)
    ensure_pastable([finding_object(finding)])
    assert finding.verdict is verdict


def test_the_end_of_a_secret_cannot_be_seen() -> None:
    environment = {"AZURE_CLIENT_SECRET": "x"}
    (finding,) = examine_credential(GraphSettings(client_id="me"), environment, NOW, None)
    assert finding.verdict is UNPROVEN
    assert finding.remedy is not None
    assert "--id me " in finding.remedy
    (unnamed,) = examine_credential(GraphSettings(), environment, NOW, None)
    assert unnamed.remedy is None
    assert list(examine_credential(GraphSettings(), {}, NOW, None)) == []


@given(st.integers(0, 2**48 - 2), st.booleans())
def test_an_id_of_no_event_has_the_form_of_one_and_belongs_to_none(
    number: int, immutable: bool
) -> None:
    mailbox = guid("room")
    like = immutable_id(mailbox, number) if immutable else ordinary_id(mailbox, number)
    made = id_of_no_event(EventId(like))
    assert made != like
    assert len(made) == len(like)
    if immutable:
        found = parse_id(mailbox, made)
        assert found is not None
        assert found.number == 2**48 - 1


@pytest.mark.parametrize("like", ["", "short", "not base64 at all, nor anything like it !!!!!!!!"])
def test_what_is_no_id_leads_to_a_word(like: str) -> None:
    assert id_of_no_event(EventId(like)) == "obctl-doctor"

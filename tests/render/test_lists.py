"""Fields, order and number of what a list shows: each named field, whatever the format."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from obctl.errors import UsageError
from obctl.render.listing import Format, Listing, wanted_list
from obctl.render.output import Column, set_quiet, show_list, show_with_list

NAMES = ["number", "subject", "organizer.name", "organizer.email", "series.master_id", "start"]
OBJECTS: list[dict[str, Any]] = [
    {"number": 2, "subject": "beta", "organizer": {"name": "Bo", "email": "bo@x.example"},
     "series": None, "start": "2026-09-15T10:00:00Z"},
    {"number": 10, "subject": "Alpha", "organizer": {"name": None, "email": "al@x.example"},
     "series": {"master_id": "M"}, "start": "2026-09-15T10:00:00.5Z"},
    {"number": 1, "subject": "gamma", "organizer": {"name": "Al", "email": None},
     "series": None, "start": "2026-09-15T09:59:59Z"},
]  # fmt: skip


@pytest.fixture(autouse=True)
def _told() -> None:
    set_quiet(False)


def listing(format: Format = Format.JSON, **wanted: Any) -> Listing:
    return wanted_list(format, NAMES, **wanted)


def numbers(**wanted: Any) -> list[int]:
    return [item["number"] for item in listing(**wanted).part(OBJECTS)]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (None, [2, 10, 1]),
        ("number", [1, 2, 10]),
        ("-number", [10, 2, 1]),
        ("subject", [10, 2, 1]),
        ("start", [1, 2, 10]),
        ("-start", [10, 2, 1]),
        ("organizer.name", [1, 2, 10]),
        ("-organizer.name", [2, 1, 10]),
        ("series.master_id", [10, 2, 1]),
        ("series.master_id,number", [10, 1, 2]),
        ("-series.master_id, -number", [10, 2, 1]),
    ],
)
def test_a_list_is_sorted_by_value_and_what_has_none_comes_last(
    sort: str | None, order: list[int]
) -> None:
    assert numbers(sort=sort) == order


def test_the_first_are_shown_after_sorting() -> None:
    assert numbers(sort="number", limit=2) == [1, 2]


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ("subject,number", {"subject": "beta", "number": 2}),
        ("organizer.email", {"organizer": {"email": "bo@x.example"}}),
        ("organizer", {"organizer": {"name": "Bo", "email": "bo@x.example"}}),
        ("organizer.email,organizer", {"organizer": {"name": "Bo", "email": "bo@x.example"}}),
        ("organizer,organizer.email", {"organizer": {"name": "Bo", "email": "bo@x.example"}}),
        ("series.master_id", {"series": None}),
        ("number,number", {"number": 2}),
    ],
)
def test_a_chosen_field_stays_where_it_was_in_the_object(
    capsys: pytest.CaptureFixture[str], fields: str, first: dict[str, Any]
) -> None:
    show_list(listing(Format.JSONL, fields=fields), OBJECTS, [])
    shown = json.loads(capsys.readouterr().out.splitlines()[0])
    assert shown == first
    assert list(shown) == list(first)


@pytest.mark.parametrize(
    ("fields", "rows"),
    [
        ("start,number", [["start", "number"], ["2026-09-15T10:00:00Z", "2"]]),
        (
            "number,organizer",
            [["number", "organizer.name", "organizer.email"], ["2", "Bo", "bo@x.example"]],
        ),
        ("series.master_id", [["series.master_id"], [""]]),
    ],
)
@pytest.mark.parametrize("count", [0, 3])
def test_csv_has_the_chosen_columns_in_their_order(
    capsys: pytest.CaptureFixture[str], fields: str, rows: list[list[str]], count: int
) -> None:
    show_list(listing(Format.CSV, fields=fields), OBJECTS[:count], [])
    shown = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert shown[:2] == rows[: 1 + bool(count)]
    assert len(shown) == count + 1


def test_a_table_has_the_chosen_columns(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = [Column("what", lambda item: item["subject"])]
    show_list(listing(Format.TABLE, fields="organizer.email,series,number"), OBJECTS, drawn)
    head, _, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["organizer.email", "series", "number"]
    assert [row.split() for row in rows] == [
        ["bo@x.example", "2"],
        ["al@x.example", '{"master_id":', '"M"}', "10"],
        ["1"],
    ]


@pytest.mark.parametrize("format", list(Format))
def test_what_is_cut_off_is_said(capsys: pytest.CaptureFixture[str], format: Format) -> None:
    show_list(listing(format, limit=2), iter(OBJECTS), [])
    assert capsys.readouterr().err == "showing 2 of 3\n"


@pytest.mark.parametrize("limit", [None, 3, 4])
def test_nothing_is_said_of_a_whole_list(
    capsys: pytest.CaptureFixture[str], limit: int | None
) -> None:
    show_list(listing(limit=limit), OBJECTS, [])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("wanted", "searched"),
    [
        ({}, None), ({"limit": 2}, 3), ({"page": 2}, 3), ({"page": 2, "limit": 1}, 2),
        ({"limit": 2, "sort": "number"}, None),
    ],
    ids=str,
)  # fmt: skip
def test_a_search_finds_one_more_than_is_shown_unless_all_are_sorted(
    wanted: dict[str, Any], searched: int | None
) -> None:
    assert listing(**wanted).searched == searched


def test_of_a_search_that_ended_early_no_number_is_claimed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_list(listing(limit=2), OBJECTS, [], searched=True)
    assert capsys.readouterr().err.startswith("there are more than these 2")
    show_list(listing(limit=2, sort="number"), OBJECTS, [], searched=True)
    assert capsys.readouterr().err == "showing 2 of 3\n"


@pytest.mark.parametrize(
    ("wanted", "named", "hint"),
    [
        ({"fields": "numbr"}, "'numbr'", "did you mean number?"),
        ({"fields": "number,organizer.mail"}, "'organizer.mail'", "organizer.email"),
        ({"fields": "number,"}, "--fields 'number,'", "--fields number,start"),
        ({"fields": "subject.length"}, "'subject.length'", "subject"),
        ({"sort": "-strat"}, "'strat'", "start"),
        ({"sort": "-"}, "--sort '-'", "--sort"),
        ({"sort": "organizer"}, "'organizer' is an object", "organizer.name, organizer.email"),
        ({"fields": "zzzz"}, "'zzzz'", "there are number, subject, organizer, organizer.name"),
    ],
    ids=str,
)
def test_an_unknown_field_is_refused_with_the_nearest(
    wanted: dict[str, str], named: str, hint: str
) -> None:
    with pytest.raises(UsageError) as refused:
        listing(**wanted)
    assert (refused.value.code, refused.value.exit_code) == ("unknown-field", 2)
    assert named in refused.value.message
    assert hint in str(refused.value.hint)


def test_names_that_follow_from_the_data_may_be_asked_for() -> None:
    wanted = wanted_list(
        Format.JSON, ["key", "by_cause"], fields="by_cause.quota", sort="-by_cause.quota"
    )
    objects = [{"key": "A", "by_cause": {}}, {"key": "B", "by_cause": {"quota": 2, "x": 1}}]
    shown = [wanted.chosen(item) for item in wanted.part(objects)]
    assert shown == [{"by_cause": {"quota": 2}}, {"by_cause": {"quota": None}}]


@pytest.mark.parametrize("format", [Format.JSON, Format.JSONL, Format.CSV, Format.TABLE])
def test_of_an_object_its_list_alone_is_cut(
    capsys: pytest.CaptureFixture[str], format: Format
) -> None:
    item = {"from": "2026-09-15", "found": OBJECTS, "summary": {"found": 3}}
    wanted = listing(format, fields="number", sort="number", limit=2)
    show_with_list(wanted, item, "found", lambda _: "")
    shown = capsys.readouterr()
    assert shown.err == "showing 2 of 3\n"
    match format:
        case Format.JSON:
            whole = {**item, "found": [{"number": 1}, {"number": 2}]}
            assert json.loads(shown.out) == whole
        case Format.JSONL:
            assert shown.out == '{"number": 1}\n{"number": 2}\n'
        case _:
            assert [line.strip() for line in shown.out.splitlines()][-2:] == ["1", "2"]

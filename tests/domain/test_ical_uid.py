from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.ical_uid import read_ical_uid, without_date

CLASS = "040000008200E00074C5B7101A82E008"
# An exception of 25 March 2008 (07D8 03 19).
EXCEPTION = (
    CLASS + "07D80319" + "C0E4A9D4368EC801" + "0000000000000000" + "10000000"
    "CC2B5CC6B5D2F94A9A5C2DF2BB9A4A07"
)
SERIES = EXCEPTION.replace("07D80319", "00000000")


def make_id(
    born: datetime | None = None, day: date | None = None, data: bytes = b"\x01" * 16
) -> str:
    ticks = (born - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) if born else 0
    instance = day.year.to_bytes(2, "big") + bytes([day.month, day.day]) if day else bytes(4)
    return (
        CLASS
        + (
            instance
            + (ticks * 10).to_bytes(8, "little")
            + bytes(8)
            + len(data).to_bytes(4, "little")
            + data
        )
        .hex()
        .upper()
    )


def test_an_exception_tells_the_date_it_was_moved_from() -> None:
    assert read_ical_uid(EXCEPTION).instance_date == date(2008, 3, 25)


def test_the_id_of_a_series_is_that_of_its_dates_without_the_date() -> None:
    assert without_date(EXCEPTION) == SERIES
    assert without_date(f" {EXCEPTION} ") == SERIES
    for own in (SERIES, "abc123@google.com", ""):
        assert without_date(own) == own


def test_an_exception_has_the_key_of_its_series() -> None:
    assert read_ical_uid(EXCEPTION).series_key == read_ical_uid(SERIES).series_key
    assert read_ical_uid(SERIES).instance_date is None


def test_the_birth_of_the_meeting_is_read_to_the_second() -> None:
    born = datetime(2026, 9, 10, 8, 15, 30, tzinfo=UTC)
    assert read_ical_uid(make_id(born)).born_at == born


@pytest.mark.parametrize(
    ("born", "read"),
    [
        (datetime(1989, 12, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(1990, 1, 1, tzinfo=UTC), True),
        (datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2200, 1, 1, tzinfo=UTC), False),
    ],
)
def test_a_birth_is_read_where_a_meeting_may_have_been_born(born: datetime, *, read: bool) -> None:
    assert read_ical_uid(make_id(born)).born_at == (born if read else None)


def test_an_id_without_birth_has_none() -> None:
    assert read_ical_uid(make_id()).born_at is None


def test_noise_where_the_birth_should_be_is_no_birth() -> None:
    noise = SERIES.replace("C0E4A9D4368EC801", "FFFFFFFFFFFFFFFF")
    assert read_ical_uid(noise).born_at is None


def test_a_meeting_born_outside_exchange_is_told_by_its_data() -> None:
    foreign = make_id(data=b"vCal-Uid\x01\x00\x00\x00abc@google.com\x00")
    assert read_ical_uid(foreign).foreign_origin
    assert not read_ical_uid(SERIES).foreign_origin


def test_case_and_blanks_do_not_matter_in_an_exchange_id() -> None:
    assert read_ical_uid(f" {SERIES.lower()} ") == read_ical_uid(SERIES)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("abc123@google.com", id="Google"),
        pytest.param("7F2C1E0A-5B1C-4E9C-9D2B-0A1B2C3D4E5F", id="a GUID"),
        pytest.param("0400", id="hexadecimal, but too short"),
        pytest.param(CLASS + "07D80319", id="cut after the date"),
        pytest.param("AB" * 60, id="hexadecimal of another make"),
        pytest.param("", id="nothing"),
        pytest.param("réunion", id="not ASCII"),
    ],
)
def test_an_id_of_another_make_gives_a_key_and_nothing_else(text: str) -> None:
    read = read_ical_uid(text)
    assert len(read.series_key) == 16
    assert (read.born_at, read.instance_date, read.foreign_origin) == (None, None, False)


def test_ids_of_another_make_are_told_apart_by_case() -> None:
    assert read_ical_uid("a@x").series_key != read_ical_uid("A@x").series_key


@given(
    day=st.dates(date(1995, 1, 1), date(2100, 1, 1)),
    born=st.datetimes(
        datetime(1991, 1, 1),  # noqa: DTZ001  Hypothesis wants naive bounds
        datetime(2150, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    data=st.binary(min_size=1, max_size=40).filter(lambda data: not data.startswith(b"vCal")),
)
def test_every_date_of_a_series_leads_to_one_key_and_one_birth(
    day: date, born: datetime, data: bytes
) -> None:
    exception, series = (
        read_ical_uid(make_id(born, day, data)),
        read_ical_uid(make_id(born, None, data)),
    )
    assert exception.series_key == series.series_key
    assert exception.born_at == series.born_at == born
    assert exception.instance_date == day


@given(st.text())
def test_no_text_is_refused(text: str) -> None:
    assert read_ical_uid(text).series_key


@given(st.binary(min_size=24, max_size=60))
def test_no_bytes_are_refused_either(tail: bytes) -> None:
    low, high = CLASS + tail.hex(), CLASS + tail.hex().upper()
    assert read_ical_uid(low) == read_ical_uid(high)

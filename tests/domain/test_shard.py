"""Which shard a company belongs to follows from its name alone, on every machine and for ever."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.shard import Shard, parse_shard, shard_of
from obctl.errors import UsageError


@pytest.mark.parametrize(
    ("company", "shards", "shard"),
    [
        # printf contoso | sha256sum: 11f0b04eda61baeb…; the last digit says it for 16 shards
        ("contoso", 16, 0xB), ("fabrikam", 16, 0xE), ("contoso", 7, 4), ("contoso", 1, 0),
    ],
)  # fmt: skip
def test_the_shard_of_a_name_never_changes(company: str, shards: int, shard: int) -> None:
    assert shard_of(company, shards) == shard


def test_a_name_that_is_no_text_has_a_shard_too() -> None:
    assert 0 <= shard_of("caf\udce9", 16) < 16


@given(st.text(min_size=1), st.integers(1, 50))
def test_a_company_belongs_to_exactly_one_shard(company: str, shards: int) -> None:
    assert [Shard(index, shards).holds(company) for index in range(shards)].count(True) == 1


def test_thousands_of_companies_are_shared_out_evenly() -> None:
    sizes = Counter(shard_of(f"company-{number}", 16) for number in range(8000))
    assert len(sizes) == 16
    assert min(sizes.values()) > 400
    assert max(sizes.values()) < 600


@pytest.mark.parametrize("text", ["0/1", "0/16", "15/16"])
def test_shards_are_counted_from_0(text: str) -> None:
    assert str(parse_shard(text)) == text


@pytest.mark.parametrize(
    "text", ["", "1", "/", "1/", "/4", "-1/4", "4/4", "5/4", "0/0", "1/0", "a/b", "0 / 4", "1/4/8",
             "0/100001", "+1/4", "١/٤", "0x1/4", "1.0/4", " 0/4", "0/4\n"],
)  # fmt: skip
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_shard(text)


def test_who_counts_from_1_is_told_the_last_shard() -> None:
    with pytest.raises(UsageError) as refused:
        parse_shard("4/4")
    assert refused.value.message == "there is no shard 4/4: shards are counted from 0"
    assert refused.value.hint == "the last of 4 is 3/4, the first 0/4"

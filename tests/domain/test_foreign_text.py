"""Text that is none: half of a surrogate pair, bytes that are not UTF-8."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.foreign_text import decode, decode_parts, read_json, well_formed


class Named(msgspec.Struct):
    name: str


class Parts(msgspec.Struct):
    value: list[msgspec.Raw]


NAMED = msgspec.json.Decoder(Named)
PARTS = msgspec.json.Decoder(Parts)
ANY = msgspec.json.Decoder()

TEXTS: list[tuple[bytes, str]] = [
    (rb"Lunch \ud83c", "Lunch �"),
    (rb"\ud83c Lunch", "� Lunch"),
    (rb"\uDF89", "�"),
    (rb"\ud83cb", "�b"),
    (rb"\ud83c\u0041", "�A"),
    (rb"\ud83c\ud83c\udf89", "�🎉"),
    (rb"\udf89\ud83c", "��"),
    (rb"\ud83c\n", "�\n"),
    (rb"\ud83c\udf89", "🎉"),
    (rb"\\ud83c", "\\ud83c"),
    (rb"\\\ud83c", "\\�"),
    (rb"\"\ud83c\"", '"�"'),
    (b"\xff", "�"),
    (b"caf\xe9 au lait", "caf� au lait"),
    (b"\xff \\ud83c", "� �"),
    ("🎉 é".encode(), "🎉 é"),
    (rb"\ufffd", "�"),
]


@pytest.mark.parametrize(("written", "meant"), TEXTS)
def test_what_is_no_text_is_read_as_the_replacement_character(written: bytes, meant: str) -> None:
    content = b'{"name": "' + written + b'"}'
    assert decode(NAMED, content) == Named(meant)
    assert read_json(content) == {"name": meant}
    assert decode(NAMED, b'{"other": "' + written + b'", "name": "x"}') == Named("x")


@pytest.mark.parametrize("written", [written for written, _ in TEXTS])
def test_a_part_stays_as_it_was_sent(written: bytes) -> None:
    part = b'{ "name": "' + written + b'" }'
    found, original = decode_parts(PARTS, b'{"value": [{}, ' + part + b"]}")
    assert [bytes(original(one)) for one in found.value] == [b"{}", part]


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "\\ud83',
        b'{"name": "\\ud83c',
        b"",
        b'{"name": 1}',
        b'{"name": "\\uzzzz"}',
        b"\xff",
    ],
)
def test_what_is_wrong_otherwise_stays_wrong(content: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(NAMED, content)
    with pytest.raises(msgspec.DecodeError):
        decode_parts(NAMED, content)


def test_bytes_that_would_do_as_a_mark_are_left_alone() -> None:
    taken = b"\xff\xff\xff\xfe\xff\xfd"
    part = b'{"name": "' + taken + rb'd83c \ud83c"}'
    found, original = decode_parts(PARTS, b'{"value": [' + part + b"]}")
    assert [bytes(original(one)) for one in found.value] == [part]


any_text = st.text(st.characters(), max_size=8)
any_json = st.recursive(
    st.none() | st.integers(-9, 9) | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(any_json, max_size=4))
def test_any_json_is_read_and_each_part_of_it_kept(values: list[Any]) -> None:
    written = [json.dumps(value).encode() for value in values]
    content = b'{"value":[' + b",".join(written) + b"]}"
    found, original = decode_parts(PARTS, content)
    assert [bytes(original(one)) for one in found.value] == written
    for value in written:
        read = read_json(value)
        assert json.dumps(read, ensure_ascii=False).encode()
        assert decode(ANY, value) == read


@given(st.text(st.characters(categories=None) | st.characters(categories=["Cs"])))
def test_well_formed_text_can_be_written_anywhere(text: str) -> None:
    whole = well_formed(text)
    assert whole.encode().decode() == whole
    assert well_formed(whole) == whole

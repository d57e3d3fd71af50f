"""Addresses from the SDK's templates: the same as its own library makes, letter by letter."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stduritemplate import StdUriTemplate

from obctl.graph.expansion import expand

EVENTS = "{+baseurl}/users/{user%2Did}/events"
SPAN = "?endDateTime={endDateTime}&startDateTime={startDateTime}"
TEMPLATES = [
    "{+baseurl}/$batch",
    "{+baseurl}/subscriptions/{subscription%2Did}{?%24expand,%24select}",
    "{+baseurl}/users/{user%2Did}/calendar/getSchedule",
    f"{{+baseurl}}/users/{{user%2Did}}/calendarView{SPAN}{{&%24count,%24filter,%24select,%24top}}",
    f"{{+baseurl}}/users/{{user%2Did}}/calendarView/delta(){SPAN}{{&%24count,%24select}}",
    EVENTS + "{?%24count,%24expand,%24filter,%24select,%24top}",
    EVENTS + "/{event%2Did}/cancel",
    "{+baseurl}/places/{place%2Did}/graph.room{?%24filter,%24select,%24top}",
]
NAMES = (
    "user%2Did", "event%2Did", "place%2Did", "subscription%2Did", "endDateTime", "startDateTime",
    "%24count", "%24expand", "%24filter", "%24select", "%24top",
)  # fmt: skip
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.none() | TEXT | st.integers(0, 999) | st.lists(TEXT, max_size=3)


@pytest.mark.parametrize("template", TEMPLATES)
@given(values=st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_it_is_what_the_sdk_would_make(template: str, values: dict[str, Any]) -> None:
    whole = {"baseurl": "https://graph.microsoft.com/v1.0", **values}
    assert expand(template, whole) == StdUriTemplate.expand(template, whole)


def test_an_address_is_encoded_for_its_place() -> None:
    values = {
        "baseurl": "http://127.0.0.1:8080/v1.0",
        "user%2Did": "ams-1.01@contoso.example",
        "%24filter": "iCalUId eq 'a/b+c'",
        "%24select": ["id", "start"],
        "%24top": 5,
    }
    assert expand(EVENTS + "{?%24count,%24filter,%24select,%24top}", values) == (
        "http://127.0.0.1:8080/v1.0/users/ams-1.01%40contoso.example/events"
        "?%24filter=iCalUId%20eq%20%27a%2Fb%2Bc%27&%24select=id,start&%24top=5"
    )


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("{/a}", {"a": "b"}),
        ("{?a*}", {"a": ["b", "c"]}),
        ("{a:3}", {"a": "bcde"}),
        ("{a,b}", {"a": "c", "b": "d"}),
        ("/ü/{a}", {"a": "b"}),
        ("{a", {"a": "b"}),
        ("{a}", {"a": True}),
        ("{a}", {"a": {"b": "c"}}),
        ("{?a}", {"a": ["b", 1]}),
        ("{+a}", {"a": "50%25"}),
        ("{+a}", {"a": "http://zürich.example"}),
        ("{+a}", {"a": ["b"]}),
    ],
)
def test_what_no_template_of_ours_holds_is_left_to_the_sdk(
    template: str, values: dict[str, Any]
) -> None:
    assert expand(template, values) is None

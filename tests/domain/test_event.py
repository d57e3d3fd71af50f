"""Who somebody is, and what people see of a text."""

from __future__ import annotations

import pytest

from obctl.domain.event import Person, plain, same_person


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("anna@contoso.example", "anna@contoso.example", True, id="one address"),
        pytest.param("Anna@Contoso.example", "anna@contoso.example", True, id="in other letters"),
        pytest.param("anna@contoso.example", "bram@contoso.example", False, id="two addresses"),
        pytest.param("anna@contoso.example", None, False, id="one without"),
        pytest.param(None, "anna@contoso.example", False, id="the other without"),
        pytest.param(None, None, False, id="nobody in particular, twice"),
        pytest.param("", "", False, id="two empty addresses"),
    ],
)
def test_a_person_is_known_by_the_address(
    one: str | None, other: str | None, *, same: bool
) -> None:
    assert same_person(Person("Anna", one), Person("A. de Vries", other)) is same


def test_white_space_is_no_difference() -> None:
    assert plain(" Budget \t 2027\n") == "Budget 2027"

"""Who somebody is, and what people see of a text."""

from __future__ import annotations

import pytest

from obctl.domain.event import Person, person, plain, same_person


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


X500 = "/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=0a1b-Anna"


@pytest.mark.parametrize(
    "address",
    [
        X500,
        X500.upper(),
        f" {X500}",
        f"EX:{X500}",
        "/cn=Anna",
        "IMCEAEX-_o=ExchangeLabs@prod.outlook.com",
    ],
)
def test_a_name_of_exchanges_own_directory_is_no_address(address: str) -> None:
    assert person("Anna", address) == Person("Anna", None)


@pytest.mark.parametrize("address", ["anna@contoso.example", "o=anna@contoso.example", "anna"])
def test_an_address_stays_as_it_is(address: str) -> None:
    assert person("Anna", address) == Person("Anna", address)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Person("Anna  de Vries", None), Person("anna de vries", "anna@contoso.example"), True),
        (Person("Anna", None), Person("Anna", None), True),
        (Person("Anna", None), Person("Bram", "anna@contoso.example"), False),
        (Person(None, None), Person(None, None), False),
        (Person(None, None), Person(None, "anna@contoso.example"), False),
        (Person("Anna", "a@contoso.example"), Person("Anna", "b@contoso.example"), False),
    ],
)
def test_a_name_counts_where_one_of_them_shows_no_address(
    one: Person, other: Person, same: bool
) -> None:
    assert (same_person(one, other), same_person(other, one)) == (same, same)

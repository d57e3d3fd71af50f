from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest

TEXT = {"Content-Type": "text/plain; charset=utf-8"}


def shake(listener, token: str, path: str = "/notifications"):
    return listener.request("POST", f"{path}?{urlencode({'validationToken': token})}", b"", TEXT)


@pytest.mark.parametrize("path", ["/notifications", "/lifecycle"])
@pytest.mark.parametrize(
    "token",
    [
        "plain",
        "Validation: Testing client application reachability for subscription Request-Id: 1b7e",
        "a+b/c=d&e?f#g%20h",
        "<script>alert('1')</script>",
        "first\r\nSet-Cookie: second\r\n\r\nthird",
        "vergaderruimte é 会議室 🗓",
        "x" * 4096,
    ],
    ids=["plain", "graphs", "reserved", "html", "line-breaks", "unicode", "longest"],
)
def test_the_decoded_token_comes_back_and_nothing_else(listener, token, path) -> None:
    answer = shake(listener, token, path)

    assert answer.status == 200
    assert answer.body.decode() == token
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["set-cookie"] is None


def test_percent_and_plus_encodings_are_both_decoded(listener) -> None:
    path = f"/notifications?validationToken={quote('a b')}+c"
    assert listener.request("POST", path, b"", TEXT).body == b"a b c"


@pytest.mark.parametrize(
    "query",
    [
        "validationToken=",
        "validationToken=a&validationToken=b",
        "validationToken=" + "x" * 4097,
    ],
    ids=["empty", "twice", "too-long"],
)
def test_what_is_no_handshake_is_refused(listener, query) -> None:
    assert listener.request("POST", f"/notifications?{query}", b"", TEXT).status == 400


def test_a_handshake_writes_nothing_and_is_counted(listener) -> None:
    shake(listener, "plain")
    assert listener.inbox() == []
    assert listener.metric("obctl_handshakes_total") == "1"

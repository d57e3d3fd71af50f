from __future__ import annotations

import pytest

from obctl.domain.notification_urls import is_loopback, notification_urls
from obctl.errors import UsageError


@pytest.mark.parametrize(
    ("notification", "lifecycle"),
    [
        ("https://h.example/notifications", "https://h.example/lifecycle"),
        ("https://h.example/graph/notifications?k=1", "https://h.example/graph/lifecycle?k=1"),
        ("http://127.0.0.1:8080/notifications", "http://127.0.0.1:8080/lifecycle"),
        ("http://[::1]:8080/notifications", "http://[::1]:8080/lifecycle"),
        ("https://h.example/hook", "https://h.example/hook"),
        ("https://h.example", "https://h.example"),
    ],
)
def test_the_lifecycle_address_is_the_listeners_own_by_default(
    notification: str, lifecycle: str
) -> None:
    assert notification_urls(notification).lifecycle == lifecycle


def test_a_lifecycle_address_that_is_given_is_taken() -> None:
    urls = notification_urls("https://h.example/notifications", "https://other.example/l")
    assert urls.lifecycle == "https://other.example/l"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://h.example/notifications", "only https"),
        ("http://127.0.0.1.evil.example/notifications", "only https"),
        ("ftp://h.example/notifications", "no http"),
        ("h.example/notifications", "no http"),
        ("https:///notifications", "no http"),
        ("https://user:word@h.example/notifications", "no http"),
        ("https://h.example:99999/notifications", "no address"),
        ("https://[::1/notifications", "no address"),
        ("https://h.example/notifications#part", "#fragment"),
        ("", "no http"),
    ],
)
def test_what_graph_would_refuse_is_refused_here(url: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        notification_urls(url)


def test_a_wrong_lifecycle_address_is_refused_too() -> None:
    with pytest.raises(UsageError, match="--lifecycle-url"):
        notification_urls("https://h.example/notifications", "http://h.example/lifecycle")


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("h", False)],
)
def test_loopback(host: str, local: bool) -> None:
    assert is_loopback(host) is local

"""What a debug file must not tell: secrets, and what people, rooms and meetings are called.

Ids, hosts, times and the names of commands and options stay, or the file would be of no use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from obctl.domain.http_exchange import HttpExchange
from obctl.domain.pseudonyms import Pseudonyms

_SECRET_NAME = re.compile(r"SECRET|TOKEN|PASSWORD|PASSPHRASE|_KEY$", re.IGNORECASE)
_OF_INTEREST = re.compile(
    r"OBCTL_.*|AZURE_.*|HTTPS?_PROXY|NO_PROXY|LANG|LC_ALL|TERM|TZ", re.IGNORECASE
)
_TOKEN = re.compile(r"\beyJ[\w-]+(?:\.[\w-]*){1,2}|(?<=Bearer )\S+", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>\"'(),;:/=]+@[^\s<>\"'(),;:/=]+\.[^\s<>\"'(),;:./=]+")
_IN_QUOTES = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_HARMLESS_WORD = re.compile(
    r"[+-]?\d[\dTZ:.+dhm-]*|today|tomorrow|yesterday|true|false|[A-Za-z0-9_=-]{40,}"
)
_HARMLESS_OPTIONS = frozenset({
    "-o", "--format", "--fields", "--sort", "--limit", "--status", "--kind", "--cause", "--action",
    "--view", "--scope", "--external-state", "--cloud", "--credential", "--run", "--shard",
    "--since", "--max-age", "--time-zone", "--log-level",
})  # fmt: skip
_SWITCHES = ("--debug", "--quiet", "--version", "--no-pager")
_PSEUDONYM = re.compile(r"Room \d+|\S+@masked\.invalid")
_MASKED = "(masked)"


class Masking:
    """Pseudonyms for one file, and what must never be in it."""

    def __init__(
        self, environment: Mapping[str, str], rooms: Iterable[tuple[str, str]] = ()
    ) -> None:
        """`rooms` are addresses and names of rooms."""
        known = list(rooms)
        self._names = Pseudonyms(known)
        self._secrets = sorted(
            (value for name, value in environment.items() if _is_secret(name) and len(value) > 3),
            key=len,
            reverse=True,
        )
        words = {word for room in known for word in room if word.strip()}
        either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        self._rooms = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if words else None

    def text(self, text: str) -> str:
        """A sentence of ours, or somebody else's, without names, addresses and secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "(secret)")
        text = _TOKEN.sub("(token)", text)
        if self._rooms is not None:
            text = self._rooms.sub(lambda found: self._names.name(found[0]), text)
        return _ADDRESS.sub(
            lambda found: (
                found[0] if found[0].endswith("@masked.invalid") else self._names.address(found[0])
            ),
            text,
        )

    def message(self, text: str) -> str:
        """The words of an error, which quote what they are about."""
        return _IN_QUOTES.sub(f"'{_MASKED}'", self.text(text))

    def command_line(self, words: Sequence[str], known: Iterable[str]) -> str:
        """The command as it was typed; `known` are words that are ours: commands, settings."""
        ours, shown, option = set(known), [], ""
        for word in words:
            if word.startswith("-") and not _HARMLESS_WORD.fullmatch(word):
                option, equals, value = word.partition("=")
                shown.append(f"{option}{equals}{self._value(option, value, ours)}")
                option = "" if equals or option in _SWITCHES else option
            else:
                shown.append(self._value(option, word, ours))
                option = ""
        return " ".join(shown)

    def _value(self, option: str, value: str, ours: set[str]) -> str:
        safe = option in _HARMLESS_OPTIONS or (not option.startswith("--") and value in ours)
        if not value or safe or _HARMLESS_WORD.fullmatch(value):
            return self.text(value)
        masked = self.text(value)
        return masked if _PSEUDONYM.fullmatch(masked) and masked != value else _MASKED

    def environment(self, environment: Mapping[str, str]) -> Iterator[str]:
        """The variables that matter, secrets by name alone."""
        for name, value in sorted(environment.items()):
            if _OF_INTEREST.fullmatch(name):
                yield f"{name}={'(set)' if _tells(name) else self.text(value)}"

    def request(self, exchange: HttpExchange) -> str:
        """A request and its answer in a line, without what was sent and came."""
        answer = str(exchange.status) if exchange.was_answered else "no answer"
        took = "" if exchange.seconds is None else f" {exchange.seconds:.3f} s"
        names = ("request-id", "retry-after", "content-length")
        told = [f"{name} {exchange.headers[name]}" for name in names if name in exchange.headers]
        if exchange.client_request_id:
            told.append(f"client-request-id {exchange.client_request_id}")
        return f"{exchange.method} {self.path(exchange.url)} -> {answer}{took} {', '.join(told)}"

    def path(self, url: str) -> str:
        """An address without its host, and of what is asked the names alone."""
        parts = urlsplit(url)
        asked = "&".join(one.partition("=")[0] for one in parts.query.split("&") if one)
        return self.text(unquote(parts.path)) + (f"?{unquote(asked)}" if asked else "")

    def batched(self, exchange: HttpExchange) -> Iterator[str]:
        """The requests within a `$batch`, each with the status of its answer."""
        try:
            asked = json.loads(exchange.sent)["requests"]
            came = {one["id"]: one for one in json.loads(exchange.body)["responses"]}
            for one in asked:
                answer = came.get(one["id"], {})
                headers = {name.lower(): value for name, value in answer.get("headers", {}).items()}
                told = [f"{name} {headers[name]}" for name in ("request-id", "retry-after")
                        if name in headers]  # fmt: skip
                path = self.path(str(one["url"]))
                yield f"{one['method']} {path} -> {answer.get('status')} {', '.join(told)}".rstrip()
        except (ValueError, KeyError, TypeError, AttributeError):
            return


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def _tells(name: str) -> bool:
    """Whether a variable's value is secret, or may hold something that is: proxies have logins."""
    who = ("OBCTL_ACTOR", "AZURE_USERNAME")
    return _is_secret(name) or "PROXY" in name.upper() or name.endswith("_URL") or name in who

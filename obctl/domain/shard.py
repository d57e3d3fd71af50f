"""A shard: the part of all companies that one machine looks after.

Which one a company belongs to follows from its name alone, so that machines share companies
without a word between them: the first eight bytes of the SHA-256 of the name (UTF-8) as a
big-endian number, modulo the number of shards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from obctl.errors import UsageError

MOST_SHARDS = 100_000
_SHARD = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `index`, counted from 0, of `of` parts."""

    index: int
    of: int

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"

    def holds(self, company: str) -> bool:
        """Whether the company of this name belongs to the shard."""
        return shard_of(company, self.of) == self.index


def shard_of(company: str, shards: int) -> int:
    """The shard of a company, counted from 0; the same on every machine, for ever."""
    name = company.encode(errors="surrogateescape")  # as the folder is called, text or not
    return int.from_bytes(sha256(name).digest()[:8], "big") % shards


def parse_shard(text: str) -> Shard:
    """`0/4` to `3/4`; raises `UsageError` for anything else."""
    found = _SHARD.fullmatch(text)
    if found is None:
        raise UsageError(
            f"{text!r} is no shard",
            hint="use I/N, the shards counted from 0: 0/4, 1/4, 2/4, 3/4",
            code="bad-shard",
        )
    index, of = int(found[1]), int(found[2])
    if not 1 <= of <= MOST_SHARDS:
        raise UsageError(
            f"{text!r} is no shard: there can be 1 to {MOST_SHARDS} of them", code="bad-shard"
        )
    if index >= of:
        raise UsageError(
            f"there is no shard {text}: shards are counted from 0",
            hint=f"the last of {of} is {of - 1}/{of}, the first 0/{of}",
            code="bad-shard",
        )
    return Shard(index, of)

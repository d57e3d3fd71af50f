"""What is known not to hold yet, with the reason; each line goes as soon as it is mended."""

from __future__ import annotations

from dataclasses import dataclass

from judge import Outcome


@dataclass(frozen=True)
class Known:
    """Kinds of change that one reason spoils; empty sets stand for any."""

    reason: str
    kinds: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    batched: bool = False

    def covers(self, outcome: Outcome) -> bool:
        case = outcome.case
        return (
            (not self.kinds or case.kind in self.kinds)
            and (not self.names or outcome.name in self.names)
            and (not self.batched or case.call.batched)
        )


KNOWN: tuple[Known, ...] = ()


def known(outcome: Outcome) -> Known | None:
    return next((one for one in KNOWN if one.covers(outcome)), None)

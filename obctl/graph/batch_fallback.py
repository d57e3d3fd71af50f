"""GETs asked one by one, in place of a `$batch` that one of them may have spoiled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

from obctl.errors import GraphDetail, GraphRefused, GraphUnavailable, ObctlError
from obctl.graph.client import LOST, SLOW, WHOLE_REQUEST, Graph
from obctl.graph.mailbox_gate import IN_ALL, MailboxResting
from obctl.graph.request import Errand, Outcomes

ENOUGH = 2
"""Questions that wait together until one is given up, no other being answered: Graph is down."""
GLANCE = 3.0
"""Seconds for each question while Graph is down: a mailbox that is well answers in fewer."""
_UNSUPPORTED = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.NOT_IMPLEMENTED,
)
_NO_ANSWER = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)


class Singly:
    """Asks one by one what a batch could not.

    Each is asked, however many kept silent before it: the next may be healthy. While Graph answers
    nobody it is only glanced at, so that a tenant that is down takes no `SILENCE` for each.

    A mailbox that keeps silent costs `SILENCE` in its batch and `SILENCE` alone, eight of them at
    once; `mailbox_gate` then spares it and everybody else the next question. So reading takes at
    most twice `SILENCE`, a minute, longer for each mailbox that keeps silent.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._parallel = asyncio.Semaphore(IN_ALL)
        self._waiting = 0
        self._answers = 0
        self._is_down = False

    def answered(self) -> None:
        """Graph is there: whatever keeps silent does so for itself."""
        self._answers += 1
        self._is_down = False

    async def instead_of(self, error: ObctlError, errands: Mapping[str, Errand]) -> Outcomes:
        """The outcome of each, which is `error` where it is no single question's fault."""
        if not _one_may_spoil(error):
            return dict.fromkeys(errands, error)
        return await self.ask(errands)

    async def ask(self, errands: Mapping[str, Errand]) -> Outcomes:
        """The outcome of each, asked by itself."""
        outcomes, glanced_at = await self._ask_each(errands)
        if glanced_at and not self._is_down:
            outcomes |= (await self._ask_each(glanced_at))[0]
        return outcomes

    async def _ask_each(
        self, errands: Mapping[str, Errand]
    ) -> tuple[Outcomes, Mapping[str, Errand]]:
        """The outcomes, and the errands whose silence may be no more than slowness."""
        glanced_at: dict[str, Errand] = {}

        async def one(key: str, errand: Errand) -> bytes | ObctlError:
            async with self._parallel:
                patience = GLANCE if self._is_down else WHOLE_REQUEST
                outcome = await self._ask(errand, patience)
            if patience == GLANCE and _is_unanswered(outcome):
                glanced_at[key] = errand
            return outcome

        found = await asyncio.gather(*(one(key, errand) for key, errand in errands.items()))
        return dict(zip(errands, found, strict=True)), glanced_at

    async def _ask(self, errand: Errand, patience: float) -> bytes | ObctlError:
        answers = self._answers
        self._waiting += 1
        try:
            info = self._graph.follow(self._graph.url + errand.path, errand.asked)
            body = await self._graph.send(info, errand.asked, patience=patience)
        except ObctlError as error:
            if _is_unanswered(error):
                self._is_down |= self._answers == answers and self._waiting >= ENOUGH
            elif error.graph is not None and not isinstance(error, MailboxResting):
                self.answered()
            return error
        finally:
            self._waiting -= 1
        self.answered()
        return body


def _one_may_spoil(error: ObctlError) -> bool:
    """Whether one question among them may be what fails the whole batch, and the others are good.

    One mailbox may keep it waiting, or break the connection. A proxy or a test server may know no
    `$batch`, or dislike an address in it.
    """
    match error:
        case GraphRefused(graph=GraphDetail(status=status)):
            return status in _UNSUPPORTED
        case GraphUnavailable():
            return _is_unanswered(error) or isinstance(error.__cause__, LOST)
        case _:
            return False


def _is_unanswered(outcome: bytes | ObctlError) -> bool:
    """Whether somebody waited in vain; what is refused or breaks off does so at once."""
    if isinstance(outcome, bytes):
        return False
    if outcome.graph is not None:
        return outcome.graph.status in _NO_ANSWER
    return isinstance(outcome.__cause__, SLOW)

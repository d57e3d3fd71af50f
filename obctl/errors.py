"""Every error obctl raises, with its exit code.

ObctlError                     1   unexpected
  Unforeseen                   1   a defect of obctl, met by the data of one room or one write
  DomainError                  2   NaiveDatetime, UnknownZone, UnsupportedRecurrence: bad input
  UsageError                   2   wrong arguments: an unknown room, a day that is no date
    UnknownRoom                2   no room is called so
    NotOnRecord                2   nothing is known of that instant: never recorded, or pruned
    ConfigError                2   wrong configuration, all problems in one message
  StoreError                   2   the store file cannot be used: missing, damaged, newer
  NotAuthorised                4   names the missing permission or policy
    CredentialRefused          4   by Entra, or by Graph with 401: nothing at all can be asked
    MailboxPermissionLost      4   for one mailbox: out of scope, or the permission is missing
  TryLater                     5   Throttled, AnotherRunActive, StoreBusy, StoreFull, StoreFailing
    GraphUnavailable           5   nobody answers, or Graph is unwell
      PartialRead              5   an answer that ends early or cannot be read
        LoopingNextLink        5   pages that lead in a circle
        ForeignLink            5   a link or a redirect to something else: not followed
    RoomsUnread                5   the meeting may be in a room that could not be asked
  Refused                      6   a guard stopped it: the meeting is not ours
    UnsafePlan                 6   too much would go at once, or the plan is not the reviewed one
    SlotTaken                  6   the room is taken
    CancelledInOutlook         6   the meeting to change was cancelled there
  ResyncRequired               7   locked out until `obctl sync resync`
  Unfinished                   8   some rooms failed or were inconclusive
  GraphRefused                 1   Graph answered with an error nobody above handles
    NotFound                   2   404: what is named is not there
      MailboxGone              2   404: the whole mailbox is not there
    DeltaLinkExpired           -   410: internal, the reader starts over
    EventChanged               -   412: internal, read again and decide anew

`code` is a stable word for scripts, `message` says what happened to which room or event, and
`hint` says what to run next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GraphDetail:
    """What Graph said about a request it refused."""

    status: int
    code: str
    request_id: str | None = None
    client_request_id: str | None = None


class ObctlError(Exception):
    """Something the operator has to know."""

    exit_code = 1
    code = "unexpected"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        code: str | None = None,
        graph: GraphDetail | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.graph = graph
        self.client_request_id = graph.client_request_id if graph else None
        if code is not None:
            self.code = code

    @property
    def request_id(self) -> str | None:
        """What Graph called the request that it refused."""
        return self.graph.request_id if self.graph else None

    def request_named(self, client_request_id: str) -> None:
        """Remember what the request was called that failed, also where no answer came."""
        if self.client_request_id is None:
            self.client_request_id = client_request_id


class Unforeseen(ObctlError):
    """Raised in place of an exception that nobody foresaw."""


@contextmanager
def defects_named(*but: type[Exception]) -> Iterator[None]:
    """Raise `Unforeseen` for what nobody foresaw, for those who go on with the next room.

    `but` are signals of the caller's own. What is wrong with the process itself passes.
    """
    passing: tuple[type[BaseException], ...] = (ObctlError, MemoryError, *but)
    try:
        yield
    except passing:
        raise
    except Exception as error:
        import logging

        # Shown with --debug; everybody else gets the words.
        logging.getLogger(__name__).debug("a defect of obctl", exc_info=True)
        raise Unforeseen(
            f"a defect of obctl: {type(error).__name__}: {error}",
            hint="everything else goes on; run the command again as `obctl --debug …` and"
            " attach the file that it names",
        ) from error


class DomainError(ObctlError, ValueError):
    """A value that cannot exist in the domain."""

    exit_code = 2
    code = "bad-value"


class NaiveDatetime(DomainError):
    """Raised when a datetime without a zone reaches the domain."""

    code = "naive-datetime"


class UnknownZone(DomainError):
    """Raised for a time-zone name that is neither an IANA nor a Windows name."""

    code = "unknown-time-zone"


class UnsupportedRecurrence(DomainError):
    """Raised for a recurrence that Graph cannot express."""

    code = "unsupported-recurrence"


class UsageError(ObctlError):
    """Raised when the arguments name something that is not there or cannot be."""

    exit_code = 2
    code = "usage"


class UnknownRoom(UsageError):
    """Raised where no room is called so."""

    code = "unknown-room"


class NotOnRecord(UsageError):
    """Raised for an instant of which the store cannot tell what was there."""

    code = "not-on-record"


class ConfigError(UsageError):
    """Raised when the configuration is missing or wrong."""

    code = "configuration"


class StoreError(ObctlError):
    """Raised when the store file is missing, damaged, foreign or from a newer obctl."""

    exit_code = 2
    code = "store"


class NotAuthorised(ObctlError):
    """Raised when Graph or Entra refuses what is asked: a permission (403), or the credential."""

    exit_code = 4
    code = "not-authorised"


class CredentialRefused(NotAuthorised):
    """Raised when Entra, or Graph (401), refuses the credential: nothing at all can be asked."""


class MailboxPermissionLost(NotAuthorised):
    """Raised when Graph forbids one mailbox (403): others may be read."""

    code = "mailbox-permission-lost"


class TryLater(ObctlError):
    """Raised when the same command may succeed in a while.

    `rest` are the seconds after which whoever put us off may be asked again, where nobody waited.
    """

    exit_code = 5
    code = "try-later"
    rest: float | None = None


class GraphUnavailable(TryLater):
    """Raised when Graph cannot be reached, or answers 5xx."""

    code = "graph-unavailable"


class PartialRead(GraphUnavailable):
    """Raised when an answer of Graph ends early or cannot be read: nothing of it is used."""

    code = "partial-read"


class LoopingNextLink(PartialRead):
    """Raised when the pages of an answer lead in a circle."""

    code = "looping-next-link"


class ForeignLink(PartialRead):
    """Raised when Graph, or something in between, leads to something else: it is not followed."""

    code = "foreign-link"


class RoomsUnread(TryLater):
    """Raised when a meeting may be in a room that could not be asked."""

    code = "rooms-unread"


class Throttled(TryLater):
    """Raised when Graph still answers 429 after the SDK's own retries."""

    code = "throttled"


class AnotherRunActive(TryLater):
    """Raised when another process holds the company's run lock."""

    code = "another-run-active"


class StoreBusy(TryLater):
    """Raised when another process keeps the store locked for too long."""

    code = "store-busy"


class StoreFull(TryLater):
    """Raised when no space is left to write the store."""

    code = "disk-full"


class StoreFailing(TryLater):
    """Raised when the disk under the store refuses a read or a write."""

    code = "disk-error"


class Refused(ObctlError):
    """Raised when a guard stopped a change: a room that is taken, a meeting of somebody else."""

    exit_code = 6
    code = "refused"


class SlotTaken(Refused):
    """Raised when a room is taken at the time that is wanted."""

    code = "slot-taken"


class CancelledInOutlook(Refused):
    """Raised when the meeting that a change is for was cancelled in Outlook."""

    code = "cancelled-in-outlook"


class UnsafePlan(Refused):
    """Raised when a guard stopped a plan, or a plan is not the one that was reviewed."""

    code = "unsafe-plan"


class ResyncRequired(ObctlError):
    """Raised when a room's state cannot be trusted until `obctl sync resync`."""

    exit_code = 7
    code = "resync-required"


class Unfinished(ObctlError):
    """Raised when some rooms are done and others failed or were inconclusive."""

    exit_code = 8
    code = "unfinished"


class GraphRefused(ObctlError):
    """Raised when Graph refuses a request for a reason of the request itself."""

    code = "graph-refused"


class NotFound(GraphRefused):
    """Raised when Graph knows no such event, mailbox or subscription (404)."""

    exit_code = 2
    code = "not-found"


class MailboxGone(NotFound):
    """Raised when Graph knows no such mailbox, whatever it was asked for in there."""

    code = "mailbox-gone"


class DeltaLinkExpired(GraphRefused):
    """Raised when Graph no longer knows a delta link (410)."""

    code = "delta-link-expired"


class EventChanged(GraphRefused):
    """Raised when an event changed between read and write (412)."""

    code = "event-changed"

"""Words that the command line shares with the domain. Enums alone: `--help` imports this module."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Cloud(StrEnum):
    """A national cloud: each has its own Graph, its own login and its own schema."""

    GLOBAL = "global"
    USGOV = "usgov"
    USGOV_DOD = "usgov-dod"
    CHINA = "china"


class CredentialKind(StrEnum):
    """Where the credential comes from; none of them stands in the file."""

    ENVIRONMENT = "environment"
    CERTIFICATE = "certificate"
    MANAGED_IDENTITY = "managed-identity"
    WORKLOAD_IDENTITY = "workload-identity"
    AZURE_CLI = "azure-cli"
    TOKEN = "token"  # noqa: S105  the kind's name, no secret


class Status(StrEnum):
    """What a reservation is worth."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class ExternalState(IntEnum):
    """Officebooking's integer on a reservation; 100 is fixed by Officebooking."""

    NOT_ON_OUTLOOK = 0
    IN_STEP = 10
    PUSH_PENDING = 20
    PUSH_FAILED = 21
    CANCELLATION_REQUEST = 100
    CANCELLED = 110


class ServiceKind(StrEnum):
    """What a service is."""

    CATERING = "catering"
    VISITOR = "visitor"
    OTHER = "other"


class View(StrEnum):
    """Which side the planner shows."""

    OFFICE365 = "office365"
    OFFICEBOOKING = "officebooking"
    BOTH = "both"

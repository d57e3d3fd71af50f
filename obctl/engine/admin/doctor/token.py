"""Who we are towards Graph, what the token shows of our grants, and until when we can sign in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from obctl.config import CredentialKind, GraphSettings
from obctl.domain.token_claims import TokenClaims
from obctl.engine.admin.doctor.finding import Finding, ok, problem, unproven, warning
from obctl.engine.admin.doctor.grants import Application, assign, client_id
from obctl.errors import ConfigError

_SOON = timedelta(days=30)
_CALENDARS = "Calendars."


def examine_token(claims: TokenClaims | None, application: Application) -> Iterator[Finding]:
    """The roles in the token: application permissions that hold for every mailbox."""
    if claims is None:
        yield unproven("roles", "the token cannot be read here, so what it grants cannot be seen")
        return
    if claims.person:
        yield problem(
            "roles",
            "the token is a person's, which opens no calendars of rooms",
            "sign in as the application",
            remedy="obctl config set graph.credential environment",
        )
        return
    shown = ", ".join(claims.roles) or "none; what RBAC for Applications grants does not show there"
    yield ok("roles", shown)
    wide = [role for role in claims.roles if role.startswith(_CALENDARS)]
    if wide:
        yield warning(
            "roles",
            f"{', '.join(wide)} in the token opens every mailbox of the tenant, people's too; an"
            " RBAC scope beside it narrows nothing",
            "take it out of the application in Entra, and grant it for the rooms alone in Exchange",
            remedy=assign(wide[0].removesuffix(".All"), application),
        )


def examine_credential(
    settings: GraphSettings,
    environment: Mapping[str, str],
    now: datetime,
    certificate_end: datetime | ConfigError | None,
) -> Iterator[Finding]:
    """Until when the certificate or secret holds, where that can be seen."""
    match certificate_end:
        case ConfigError():
            yield problem(
                "credential",
                certificate_end.message,
                certificate_end.hint,
                remedy="obctl config get graph.certificate",
            )
        case datetime():
            yield _certificate(certificate_end, now)
        case None if environment.get("AZURE_CLIENT_SECRET") and (
            settings.credential is CredentialKind.ENVIRONMENT
        ):
            application = client_id(settings, environment)
            yield unproven(
                "credential",
                "when the client secret runs out cannot be seen from here",
                "Entra shows it among the application's certificates and secrets",
                remedy=f"az ad app credential list --id {application}"
                " --query '[].{name:displayName, end:endDateTime}'"
                if application
                else None,
            )
        case _:
            return


def _certificate(end: datetime, now: datetime) -> Finding:
    message = f"the certificate is valid until {end:%Y-%m-%d}"
    hint = "make a new one, upload it to the application, and name it in [graph] certificate"
    remedy = "obctl config get graph.certificate"
    if end <= now:
        return problem("credential", message.replace(" is ", " was "), hint, remedy=remedy)
    if end - now <= _SOON:
        return warning("credential", message, hint, remedy=remedy)
    return ok("credential", message)

"""When the certificate that signs us in runs out; a client secret does not say when it does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from obctl.config import GraphSettings
from obctl.errors import ConfigError
from obctl.graph.credentials import certificate_file


def certificate_end(settings: GraphSettings, environ: Mapping[str, str]) -> datetime | None:
    """The end of the certificate's validity; `None` where no certificate signs us in.

    Raises `ConfigError` for a file that cannot be read.
    """
    from cryptography.hazmat.primitives.serialization import pkcs12
    from cryptography.x509 import load_pem_x509_certificate

    file = certificate_file(settings, environ)
    if file is None:
        return None
    password = environ.get("AZURE_CLIENT_CERTIFICATE_PASSWORD")
    try:
        data = Path(file).read_bytes()
        if b"-----BEGIN CERTIFICATE-----" in data:
            return load_pem_x509_certificate(data).not_valid_after_utc
        _, certificate, _ = pkcs12.load_key_and_certificates(
            data, password.encode() if password else None
        )
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"certificate {file} cannot be read: {error}", hint="check `[graph] certificate`"
        ) from error
    if certificate is None:
        raise ConfigError(f"{file} holds no certificate", hint="check `[graph] certificate`")
    return certificate.not_valid_after_utc

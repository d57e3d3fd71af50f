"""Until when a certificate signs us in, read from the file that would be used."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from obctl.config import CredentialKind, GraphSettings
from obctl.errors import ConfigError
from obctl.graph.certificate import certificate_end

END = datetime(2027, 1, 31, tzinfo=UTC)
CERTIFICATE = CredentialKind.CERTIFICATE


def pair() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "obctl")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, start, END)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return key, made


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    key, made = pair()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path / "obctl.pem"
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


def test_the_end_of_a_pem(pem: Path) -> None:
    assert certificate_end(GraphSettings(credential=CERTIFICATE, certificate=pem), {}) == END
    found = certificate_end(GraphSettings(), {"AZURE_CLIENT_CERTIFICATE_PATH": str(pem)})
    assert found == END


def test_the_end_of_a_pfx_with_its_password(tmp_path: Path) -> None:
    key, made = pair()
    file = tmp_path / "obctl.pfx"
    sealed = BestAvailableEncryption(b"open")
    file.write_bytes(pkcs12.serialize_key_and_certificates(None, key, made, None, sealed))
    settings = GraphSettings(credential=CERTIFICATE, certificate=file)
    assert certificate_end(settings, {"AZURE_CLIENT_CERTIFICATE_PASSWORD": "open"}) == END
    with pytest.raises(ConfigError, match=r"obctl\.pfx cannot be read"):
        certificate_end(settings, {"AZURE_CLIENT_CERTIFICATE_PASSWORD": "shut"})


@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        (GraphSettings(credential=CredentialKind.MANAGED_IDENTITY, certificate=Path("x")), {}),
        (GraphSettings(certificate=Path("x")), {"AZURE_CLIENT_SECRET": "y"}),
        (GraphSettings(), {}),
    ],
)
def test_where_no_certificate_signs_in_there_is_no_end(
    settings: GraphSettings, environment: dict[str, str]
) -> None:
    assert certificate_end(settings, environment) is None


@pytest.mark.parametrize("content", [None, b"", b"nothing"])
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "obctl.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"obctl\.pem"):
        certificate_end(GraphSettings(credential=CERTIFICATE, certificate=file), {})

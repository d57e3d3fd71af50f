"""The file of a bundle: a zip archive of four members, read with distrust.

A bundle comes from outside: nothing in it is believed but what it cannot do without, and no member
is unpacked further than one of its kind can be large.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from obctl.domain.bundle import FORMAT, Manifest, Verdict
from obctl.errors import StoreError, UsageError
from obctl.store.bundle_intake import SCHEMA

MANIFEST, CONFIG, VERDICT, STORE = "manifest.json", "config.toml", "verdict.json", "store.db"
_LARGEST = {
    MANIFEST: 1024 * 1024,
    CONFIG: 64 * 1024,
    VERDICT: 64 * 1024 * 1024,
    STORE: 2 * 1024 * 1024 * 1024,
}
_MEMBERS = frozenset(_LARGEST)
_FREELY = 64 * 1024 * 1024
_TIMES = 100
"""How many times its packed size a member may unpack to, beyond what is allowed freely."""
_CHUNK = 1024 * 1024
_MADE = (2020, 1, 1, 0, 0, 0)
"""Every member's time: that of making it stands in the manifest."""


class _Head(msgspec.Struct):
    """What tells whether a bundle can be read at all."""

    format: int
    obctl: str
    schema: int


def write_archive(path: Path, files: Mapping[str, Path | bytes]) -> None:
    """Make a bundle of its members, whole or not at all; readable by its owner alone.

    Raises `UsageError` where something is there already, or nothing can be written.
    """
    name = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with open(handle, "wb") as file:  # noqa: PTH123  a handle
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for member, content in files.items():
                    about = zipfile.ZipInfo(member, _MADE)
                    about.compress_type = zipfile.ZIP_DEFLATED
                    about.external_attr = 0o600 << 16
                    with archive.open(about, "w", force_zip64=True) as target:
                        _pour(content, target)
            file.flush()
            os.fsync(file.fileno())
        _name_it(Path(name), path)
    except FileExistsError as error:
        raise UsageError(
            f"{path} exists already", hint="name a file that does not exist", code="file-exists"
        ) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", code="bad-file") from error
    finally:
        if name is not None:
            Path(name).unlink(missing_ok=True)


def _name_it(written: Path, path: Path) -> None:
    """Give a file that was written whole its name, unless something has it."""
    try:
        path.hardlink_to(written)
    except FileExistsError:
        raise
    except OSError:  # not every file system has hard links
        path.touch(mode=0o600, exist_ok=False)
        written.replace(path)


def _pour(content: Path | bytes, target: object) -> None:
    write = target.write  # type: ignore[attr-defined]
    if isinstance(content, bytes):
        write(content)
        return
    with content.open("rb") as source:
        while chunk := source.read(_CHUNK):
            write(chunk)


def unpack(path: Path, folder: Path, *, obctl: str) -> tuple[Manifest, Verdict]:
    """Unpack a bundle's configuration and store into `folder`; returns what it says of itself.

    `obctl` is the version that opens it.
    Raises `StoreError` for what is no bundle, is damaged or from a newer obctl.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(path, archive)
            head = _read(path, archive, members[MANIFEST])
            manifest = _manifest(path, head, obctl)
            verdict = _read(path, archive, members[VERDICT])
            digests = {VERDICT: hashlib.sha256(verdict).hexdigest()}
            for name in (CONFIG, STORE):
                digests[name] = _save(path, archive, members[name], folder / name)
    except (OSError, EOFError) as error:
        said = getattr(error, "strerror", None) or "it ends too soon"
        raise StoreError(f"{path} cannot be read: {said}", code="bad-bundle") from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise _no_bundle(path, "it is no zip archive, or a damaged one") from error
    if digests != manifest.digests:
        changed = sorted(name for name in digests if digests[name] != manifest.digests.get(name))
        raise _no_bundle(path, f"{', '.join(changed) or 'a member'} is not what was packed")
    return manifest, _verdict(path, verdict)


def _members(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > len(_MEMBERS) or {info.filename for info in infos} != _MEMBERS:
        listed = ", ".join(repr(info.filename) for info in infos[: len(_MEMBERS) + 1])
        raise _no_bundle(path, f"it holds {listed or 'nothing'}")
    for info in infos:
        most = min(_LARGEST[info.filename], _FREELY + _TIMES * info.compress_size)
        if info.file_size > most:
            raise _no_bundle(path, f"{info.filename} would unpack to {info.file_size:,} bytes")
        if info.flag_bits & 0x1:
            raise _no_bundle(path, f"{info.filename} is encrypted")
    return {info.filename: info for info in infos}


def _read(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as member:
        content = member.read(info.file_size + 1)
    if len(content) != info.file_size:
        raise _no_bundle(path, f"{info.filename} is not as large as it says")
    return content


def _save(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> str:
    """Unpack one member to a file of ours; returns its digest."""
    digest, left = hashlib.sha256(), info.file_size
    with archive.open(info) as member, target.open("xb") as file:
        target.chmod(0o600)
        while chunk := member.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _no_bundle(path, f"{info.filename} is larger than it says")
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _manifest(path: Path, content: bytes, obctl: str) -> Manifest:
    try:
        head = msgspec.json.decode(content, type=_Head)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _no_bundle(path, f"its {MANIFEST} cannot be understood") from error
    if head.format > FORMAT or head.schema > SCHEMA:
        raise StoreError(
            f"{path} was made by obctl {head.obctl[:40]} (schema {head.schema}), which is newer"
            f" than this one, obctl {obctl} (schema {SCHEMA})",
            hint="upgrade obctl: pip install --upgrade obctl",
            code="bundle-newer",
        )
    try:
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _no_bundle(path, f"its {MANIFEST} cannot be understood: {error}") from error


def _verdict(path: Path, content: bytes) -> Verdict:
    try:
        return msgspec.json.decode(content, type=Verdict)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _no_bundle(path, f"its {VERDICT} cannot be understood") from error


def _no_bundle(path: Path, why: str) -> StoreError:
    return StoreError(
        f"{path} is no bundle of obctl: {why}",
        hint="`obctl bundle create` makes one; was it cut short on its way?",
        code="bad-bundle",
    )

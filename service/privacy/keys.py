"""The key rings: they live in files outside the database and are never written anywhere else."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.settings import Settings

RingName = Literal["master", "vault"]
RINGS: tuple[RingName, ...] = ("master", "vault")
KEY_BYTES = 32


class KeysError(Exception):
    """The keys are missing or cannot be read."""


class KeyRing(msgspec.Struct, frozen=True, kw_only=True):
    """Versions of one secret. The newest makes new values; every one can still read old ones."""

    current: int
    keys: Mapping[int, bytes]

    def versions(self) -> tuple[int, ...]:
        """Every version, the newest first."""
        return tuple(sorted(self.keys, reverse=True))

    def derived(self, version: int, purpose: str) -> bytes:
        """32 bytes for one purpose: HKDF-SHA256 (RFC 5869) of that version, info = purpose."""
        try:
            return _derive(self.keys[version], purpose)
        except KeyError:
            raise KeysError(
                f"Key version {version} is not on the ring; put back the key file it came from."
            ) from None

    def __repr__(self) -> str:
        return f"KeyRing(current={self.current}, versions={self.versions()})"


@lru_cache(maxsize=1024)
def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """The rings one process holds. A process that serves forms needs no vault ring."""

    master: KeyRing
    vault: KeyRing | None = None


def new_ring() -> KeyRing:
    """A ring with one fresh random key."""
    return KeyRing(current=1, keys={1: secrets.token_bytes(KEY_BYTES)})


def rotated(ring: KeyRing) -> KeyRing:
    """The same ring with one more key, which becomes the current one."""
    version = max(ring.keys) + 1
    return KeyRing(current=version, keys={**ring.keys, version: secrets.token_bytes(KEY_BYTES)})


def write_ring(folder: Path, name: RingName, ring: KeyRing, *, replace: bool = False) -> Path:
    """The file written, readable by its owner only.

    Raises KeysError rather than overwrite a ring, unless asked to replace it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}.json"
    if path.exists() and not replace:
        raise KeysError(f"{path} exists; `heard keys rotate` adds a key and keeps the old ones.")
    body = {
        "current": ring.current,
        "keys": {str(number): base64.b64encode(key).decode() for number, key in ring.keys.items()},
    }
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(body), indent=1))
        file.flush()
        os.fsync(file.fileno())
    if replace:
        fresh.replace(path)
        return path
    try:
        # A link fails where the file exists: of two processes making keys at once, one wins.
        path.hardlink_to(fresh)
    except FileExistsError:
        raise KeysError(f"{path} exists.") from None
    finally:
        fresh.unlink()
    return path


def read_ring(folder: Path, name: RingName) -> KeyRing:
    """The ring in folder/name.json. Raises KeysError where it is missing or broken."""
    path = folder / f"{name}.json"
    try:
        ring = msgspec.json.decode(path.read_bytes(), type=KeyRing)
    except FileNotFoundError:
        raise KeysError(f"There is no key file {path}; `heard keys new` makes one.") from None
    except (msgspec.ValidationError, msgspec.DecodeError):
        raise KeysError(f"{path} is not a key file; put the right one back.") from None
    if ring.current not in ring.keys or any(len(key) != KEY_BYTES for key in ring.keys.values()):
        raise KeysError(f"{path} is not a whole key file; put the right one back.")
    return ring


def open_keys(settings: Settings) -> Keys:
    """The rings of this machine. Outside production, missing ones are made at first use."""
    if not settings.production:
        for name in RINGS:
            if not (settings.keys_dir / f"{name}.json").exists():
                _make_once(settings.keys_dir, name)
    master = read_ring(settings.keys_dir, "master")
    # A process that serves forms needs no vault key, and does not read one that lies there.
    has_vault = settings.only != "respondent" and (settings.keys_dir / "vault.json").exists()
    return Keys(master=master, vault=read_ring(settings.keys_dir, "vault") if has_vault else None)


def _make_once(folder: Path, name: RingName) -> None:
    try:
        write_ring(folder, name, new_ring())
    except KeysError:
        read_ring(folder, name)  # another process made it first

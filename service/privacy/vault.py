"""Authenticated encryption of what must be found again: references and safe-contact plans."""

from __future__ import annotations

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.privacy.keys import KeyRing, KeysError

NONCE_BYTES = 12


class VaultError(Exception):
    """A sealed value cannot be opened with the keys at hand."""


def seal(ring: KeyRing, force: str, table: str, row: UUID, plain: bytes) -> tuple[str, bytes]:
    """(key id, sealed bytes): AES-256-GCM, bound to its force, table and row.

    A sealed value moved to another row does not open there.
    """
    nonce = os.urandom(NONCE_BYTES)
    cipher = _cipher(ring, ring.current)
    return str(ring.current), nonce + cipher.encrypt(nonce, plain, _place(force, table, row))


def unseal(ring: KeyRing, force: str, table: str, row: UUID, key_id: str, sealed: bytes) -> bytes:
    """The plain bytes. Raises VaultError where key, place or bytes do not fit."""
    nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return _cipher(ring, int(key_id)).decrypt(nonce, body, _place(force, table, row))
    except (InvalidTag, KeysError, ValueError):
        raise VaultError("A sealed value does not open with the keys given.") from None


def _cipher(ring: KeyRing, version: int) -> AESGCM:
    return AESGCM(ring.derived(version, "heard vault"))


def _place(force: str, table: str, row: UUID) -> bytes:
    return f"{force}|{table}|{row}".encode()

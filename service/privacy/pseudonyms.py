"""Blind indexes: how a reference is found again without being kept."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable
from typing import Literal

from service.privacy.keys import KeyRing

ReferenceKind = Literal["contact", "case", "child"]


def normalise(reference: str) -> str:
    """The reference as it is compared: trimmed, Unicode NFC."""
    return unicodedata.normalize("NFC", reference.strip())


def blind_index(
    ring: KeyRing, force: str, kind: ReferenceKind, reference: str, version: int | None = None
) -> bytes:
    """32 bytes that stand for a reference: HMAC-SHA256(HKDF(master key, force), kind ‖ reference).

    The same reference in another force, or as another kind, gives unrelated bytes.
    """
    return blind_indexes(ring, force, kind, [reference], version)[0]


def blind_indexes(
    ring: KeyRing,
    force: str,
    kind: ReferenceKind,
    references: Iterable[str],
    version: int | None = None,
) -> list[bytes]:
    """The blind index of each reference, in order; the key is derived once."""
    key = ring.derived(version or ring.current, f"heard pseudonym {force}")
    prefix = f"{kind}\x00"
    return [
        hmac.digest(key, (prefix + normalise(reference)).encode(), "sha256")
        for reference in references
    ]

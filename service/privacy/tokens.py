"""Link tokens, card codes, visit cookies and the sameness of two submissions."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import secrets
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.privacy.keys import KeyRing

TOKEN_BYTES = 16
TOKEN_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")
# No 0 O 1 I L: what a hand writes and an eye confuses.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8
_NOT_CODE = re.compile(r"[\s-]")


class Place(NamedTuple):
    """Where a visit is kept."""

    force: str
    visit: UUID


def new_token() -> str:
    """128 random bits for a link, as 22 URL-safe characters."""
    return base64.urlsafe_b64encode(os.urandom(TOKEN_BYTES)).rstrip(b"=").decode()


def new_code() -> str:
    """Eight characters for a card, about 40 bits."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    """The code as printed, in two groups of four."""
    return f"{code[:4]} {code[4:]}"


def typed_code(text: str) -> str:
    """The code meant by what was typed: case, spaces and hyphens forgiven."""
    return _NOT_CODE.sub("", text).upper()


def token_hashes(ring: KeyRing, token: str) -> list[bytes]:
    """The keyed hash of a token or code under every key version, the newest first."""
    return [
        hmac.digest(ring.derived(version, "heard link"), token.encode(), "sha256")
        for version in ring.versions()
    ]


def token_hash(ring: KeyRing, token: str) -> bytes:
    """The keyed hash of a token or code under the current key: what the database keeps."""
    return token_hashes(ring, token)[0]


def answers_digest(ring: KeyRing, canonical: bytes, version: int = 1) -> bytes:
    """32 bytes that are equal when two submissions say the same.

    Keyed, because a bare hash would confirm a guess of a short text. It stays on the first key
    version, so that a resend after a rotation is still known.
    """
    return hmac.digest(ring.derived(version, "heard answers"), canonical, "sha256")


def visit_cookie(ring: KeyRing, place: Place) -> str:
    """A cookie value that says nothing to whoever holds the phone: AES-GCM of force and visit."""
    nonce = os.urandom(12)
    key = ring.derived(ring.current, "heard visit")
    sealed = AESGCM(key).encrypt(nonce, place.visit.bytes + place.force.encode(), None)
    return base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()


def read_visit_cookie(ring: KeyRing, value: str) -> Place | None:
    """The visit named by a cookie; None where the value is not one of ours."""
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (ValueError, binascii.Error):
        return None
    for version in ring.versions():
        try:
            key = ring.derived(version, "heard visit")
            plain = AESGCM(key).decrypt(raw[:12], raw[12:], None)
        except (InvalidTag, ValueError):
            continue
        return Place(force=plain[16:].decode(), visit=UUID(bytes=plain[:16]))
    return None

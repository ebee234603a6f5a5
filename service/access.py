"""Who calls the API, and what they may touch: every route of the API asks here first.

A token is `heard_<force>_<32 hex id>_<secret>`. The text is shown once, when it is made; the
database keeps a keyed hash of it. It opens one force.
"""

from __future__ import annotations

import hmac
import re
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request
from litestar.di import NamedDependency

from service.errors import NotAllowedError, NotSignedInError
from service.parts import Parts
from service.privacy import tokens
from service.privacy.keys import KeyRing
from service.store import api_tokens

TOKEN_SHAPE = re.compile(r"heard_([a-z][a-z-]{1,39})_([0-9a-f]{32})_[A-Za-z0-9_-]{22}")
BEARER = "bearer "
ANY_FORCE_NAME = "demonstration"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A record system that gave a valid token.

    force is the one force it may touch; None, for the demonstration alone, means every force.
    """

    force: str | None
    token: UUID | None
    name: str

    def can_touch(self, force: str) -> bool:
        """Whether rows of this force are the caller's."""
        return self.force is None or self.force == force

    def check_force(self, force: str) -> None:
        """Nothing where can_touch. Raises NotAllowedError."""
        if not self.can_touch(force):
            raise NotAllowedError("This token opens another force; use a token of this force.")

    @property
    def actor(self) -> str:
        """How the audit trail names the caller: by the token's id, never by its text."""
        return f"token {self.token}" if self.token else ANY_FORCE_NAME


def new_token_text(force: str, token: UUID) -> str:
    """The text of a new token, with 128 random bits."""
    return f"heard_{force}_{token.hex}_{tokens.new_token()}"


async def caller(parts: NamedDependency[Parts], request: Request[Any, Any, Any]) -> Caller:
    """The caller of a request; a Litestar dependency. Raises NotSignedInError."""
    return await check_can_call(parts, request.headers.get("authorization"))


async def check_can_call(parts: Parts, authorization: str | None) -> Caller:
    """The caller an Authorization header names.

    Raises NotSignedInError, with the same sentence whether a token is unknown, mistyped, expired
    or revoked.
    """
    text = _bearer(authorization)
    if parts.demo_token and hmac.compare_digest(text.encode(), parts.demo_token.encode()):
        return Caller(force=None, token=None, name=ANY_FORCE_NAME)
    shape = TOKEN_SHAPE.fullmatch(text)
    if shape is None:
        raise NotSignedInError
    force, identity = shape[1], UUID(hex=shape[2])
    async with parts.database.transaction("console", force) as connection:
        found = await api_tokens.find_usable(connection, force, identity, parts.now())
    if found is None or not _same(parts.keys.master, text, found.secret_hash):
        raise NotSignedInError
    return Caller(force=found.force, token=found.id, name=found.name)


def _bearer(authorization: str | None) -> str:
    """The token in `Bearer <token>`. Raises NotSignedInError."""
    if authorization is None or authorization[: len(BEARER)].lower() != BEARER:
        raise NotSignedInError
    return authorization[len(BEARER) :].strip()


def _same(ring: KeyRing, text: str, secret_hash: bytes) -> bool:
    """Whether the hash is this token's under any key; every key is tried, whichever fits."""
    fits = [hmac.compare_digest(each, secret_hash) for each in tokens.token_hashes(ring, text)]
    return any(fits)

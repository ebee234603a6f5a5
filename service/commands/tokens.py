"""`heard tokens new|revoke`."""

from __future__ import annotations

import argparse
from datetime import timedelta
from uuid import UUID

from service.access import new_token_text
from service.commands.running import CommandError, with_parts
from service.db import new_id
from service.parts import Parts
from service.privacy.tokens import token_hash
from service.settings import Settings
from service.store import api_tokens, audit
from surveys.vocabulary import FORCES

DAYS = 90
MOST_DAYS = 366


def add(parser: argparse.ArgumentParser) -> None:
    """heard tokens new, heard tokens revoke"""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = actions.add_parser("new", help="make a token of one force; it is shown once")
    new.add_argument("--force", type=force_slug, required=True, metavar="SLUG")
    new.add_argument("--name", type=_name, default="record system", help="whose token it is")
    new.add_argument("--days", type=_days, default=DAYS, help=f"how long it lasts (default {DAYS})")
    new.set_defaults(run=run_new)
    revoke = actions.add_parser("revoke", help="end a token now")
    revoke.add_argument("id", type=_id, metavar="ID", help="the id, or the token itself")
    revoke.add_argument("--force", type=force_slug, required=True, metavar="SLUG")
    revoke.set_defaults(run=run_revoke)


def force_slug(text: str) -> str:
    """The slug of a force. Raises ArgumentTypeError where no force is named so."""
    if text not in FORCES:
        raise argparse.ArgumentTypeError(
            "no force has this slug; use the one of data.police.uk, such as durham"
        )
    return text


def _name(text: str) -> str:
    if not 1 <= len(text.strip()) <= 100:
        raise argparse.ArgumentTypeError("a name has 1 to 100 characters")
    return text.strip()


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"give a whole number of days from 1 to {MOST_DAYS}")
    return int(text)


def _id(text: str) -> UUID:
    parts = text.split("_")
    try:
        return UUID(parts[2] if len(parts) > 2 else text)
    except ValueError:
        raise argparse.ArgumentTypeError("this is not the id of a token") from None


def run_new(options: argparse.Namespace, settings: Settings) -> int:
    """0 once the token is kept; prints its text, which nobody can read again."""
    text, token = with_parts(settings, lambda parts: new_token(parts, options))
    print(text)
    print(f"Its id is {token}. It is shown this once: keep it where only your system reads it.")
    return 0


async def new_token(parts: Parts, options: argparse.Namespace) -> tuple[str, UUID]:
    """(the text, the id) of a new token."""
    token, now = new_id(), parts.now()
    text = new_token_text(options.force, token)
    kept = api_tokens.ApiToken(
        force=options.force,
        id=token,
        name=options.name,
        secret_hash=token_hash(parts.keys.master, text),
    )
    async with parts.database.transaction("worker", options.force) as connection:
        await api_tokens.add(connection, kept, now, now + timedelta(days=options.days))
        await audit.add_entry(connection, options.force, "command", "token-new", token)
    return text, token


def run_revoke(options: argparse.Namespace, settings: Settings) -> int:
    """0 once the token is revoked."""
    revoked = with_parts(settings, lambda parts: revoke_token(parts, options))
    if not revoked:
        raise CommandError(f"{options.force} has no token of this id that could be revoked.")
    print("revoked")
    return 0


async def revoke_token(parts: Parts, options: argparse.Namespace) -> bool:
    """Whether there was such a token to revoke."""
    async with parts.database.transaction("worker", options.force) as connection:
        revoked = await api_tokens.revoke(connection, options.force, options.id, parts.now())
        if revoked:
            await audit.add_entry(connection, options.force, "command", "token-revoke", options.id)
    return revoked

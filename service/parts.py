"""What a running process is made of: settings, database, keys, clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from service.db import Database
from service.privacy.keys import Keys
from service.settings import Settings


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Handed to every route and command; nothing reads the environment or the clock elsewhere."""

    settings: Settings
    database: Database
    keys: Keys
    now: Callable[[], datetime] = utc_now
    # The demonstration's one token, which opens every force of the demonstration; None elsewhere.
    demo_token: str | None = None

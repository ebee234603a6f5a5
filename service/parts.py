"""What a running process is made of: settings, database, keys, clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from service.db import Database
from service.privacy.keys import Keys
from service.report_shelf import ReportShelf
from service.settings import Settings
from service.staff import DemoSignIn


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


class DemoParts(msgspec.Struct, frozen=True, kw_only=True):
    """What only a demonstration has."""

    api_token: str
    sign_in: DemoSignIn
    reports: ReportShelf


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Handed to every route and command; nothing reads the environment or the clock elsewhere."""

    settings: Settings
    database: Database
    keys: Keys
    now: Callable[[], datetime] = utc_now
    demo: DemoParts | None = None

    @property
    def demo_token(self) -> str | None:
        """The demonstration's one token, which opens each of its forces; None elsewhere."""
        return self.demo.api_token if self.demo else None

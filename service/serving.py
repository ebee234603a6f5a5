"""The application as a server process makes it: from the environment alone."""

from __future__ import annotations

from litestar import Litestar

from service.app import create_app
from service.db import Database
from service.parts import Parts
from service.privacy.keys import open_keys
from service.settings import read_settings


def application() -> Litestar:
    """The application of one server process. In production it knows no owner's address."""
    settings = read_settings()
    parts = Parts(
        settings=settings,
        database=Database(settings, settings.database_url),
        keys=open_keys(settings),
    )
    return create_app(parts, settings.only)

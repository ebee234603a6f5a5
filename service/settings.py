"""Every setting of Heard: one frozen struct, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec


class SettingsError(Exception):
    """A setting is missing or wrong."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the environment says; `docs/settings.md` lists every variable."""

    data_dir: Path
    keys_dir: Path
    production: bool = False
    database_url: str | None = None
    database_url_respondent: str | None = None
    database_url_console: str | None = None
    database_url_worker: str | None = None
    database_url_analyst: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    exit_url: str = "https://www.bbc.co.uk/weather"
    pool_size: int = 8
    only: Literal["respondent", "console", "api"] | None = None


VARIABLES: Mapping[str, str] = {
    "HEARD_DATA_DIR": "data_dir",
    "HEARD_KEYS_DIR": "keys_dir",
    "HEARD_PRODUCTION": "production",
    "HEARD_DATABASE_URL": "database_url",
    "HEARD_DATABASE_URL_RESPONDENT": "database_url_respondent",
    "HEARD_DATABASE_URL_CONSOLE": "database_url_console",
    "HEARD_DATABASE_URL_WORKER": "database_url_worker",
    "HEARD_DATABASE_URL_ANALYST": "database_url_analyst",
    "HEARD_PUBLIC_URL": "public_url",
    "HEARD_EXIT_URL": "exit_url",
    "HEARD_POOL_SIZE": "pool_size",
    "HEARD_ONLY": "only",
}


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings named in the environment; blank means unset.

    Raises SettingsError naming what is wrong.
    """
    given: dict[str, object] = {
        field: environment[name] for name, field in VARIABLES.items() if environment.get(name)
    }
    data_dir = Path(str(given.get("data_dir", ".heard"))).resolve()
    given["data_dir"] = data_dir
    given["keys_dir"] = Path(str(given.get("keys_dir", data_dir / "keys"))).resolve()
    given["production"] = str(given.get("production", "0")).lower() in {"1", "true", "yes"}
    if "public_url" in given:
        given["public_url"] = str(given["public_url"]).rstrip("/")
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"A setting is wrong: {error}.") from None
    return settings


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Names that look like settings and are none: most likely a slip of the keyboard."""
    return sorted(
        name
        for name in environment
        if name.startswith("HEARD_")
        and not name.startswith("HEARD_TEST_")
        and name not in VARIABLES
    )

"""Every setting is documented, and wrong ones are refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.db import role_url
from service.settings import VARIABLES, SettingsError, read_settings, unknown_variables

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", VARIABLES)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in (DOCS / "settings.md").read_text()


def test_production_without_role_addresses_does_not_start() -> None:
    settings = read_settings({"HEARD_PRODUCTION": "1", "HEARD_DATABASE_URL": "postgresql://x@y/z"})
    with pytest.raises(SettingsError, match="HEARD_DATABASE_URL_RESPONDENT"):
        role_url(settings, settings.database_url, "respondent")


def test_a_number_that_is_none_is_named() -> None:
    with pytest.raises(SettingsError, match="pool_size"):
        read_settings({"HEARD_POOL_SIZE": "many"})


def test_a_slip_of_the_keyboard_is_noticed() -> None:
    assert unknown_variables({"HEARD_DATABSE_URL": "x", "HOME": "/"}) == ["HEARD_DATABSE_URL"]

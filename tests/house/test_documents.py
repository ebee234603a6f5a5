"""The documents say what is: code lists as they stand, every command named, no dead link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.cli import COMMANDS
from tests.house.codes import page

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_page_of_code_lists_is_the_code_lists() -> None:
    assert (ROOT / "docs" / "codes.md").read_text() == page()


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_documents(command: str) -> None:
    assert f"heard {command}" in "".join(path.read_text() for path in PAGES)

"""`surveys` is pure: no clock, no dice, no network; three modules read the shipped files."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import surveys

MODULES = sorted(Path(surveys.__file__).parent.glob("*.py"))
READ_FILES = {"library", "vocabulary", "words"}
IMPURE = {"datetime", "time", "random", "secrets", "os", "socket", "subprocess", "uuid", "urllib"}
FILES = {"pathlib", "importlib", "io", "shutil", "tempfile"}


def imported_by(module: Path) -> set[str]:
    """The top-level names a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_needs_the_standard_library_and_msgspec_only(module: Path) -> None:
    allowed = set(sys.stdlib_module_names) | {"msgspec", "surveys"}
    assert imported_by(module) <= allowed
    assert not imported_by(module) & IMPURE


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_only_three_modules_read_files(module: Path) -> None:
    reads = bool(imported_by(module) & FILES) or "open(" in module.read_text()
    assert reads == (module.stem in READ_FILES)

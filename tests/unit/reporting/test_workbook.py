"""The workbook, read back by another library."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import openpyxl
import polars as pl

from analytics.workbook import SIMULATED_LINE, workbook

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TABLE = pl.DataFrame(
    {"=release": ["=cmd|' /C calc'!A0", "@x"], "value": [25.0, None], "suppressed": ["", "primary"]}
)


def made(simulated: bool) -> Any:
    raw = workbook({"asked": TABLE}, {"Study": "+s"}, made_at=NOW, simulated=simulated)
    return openpyxl.load_workbook(BytesIO(raw))


def test_text_that_would_run_is_text_and_numbers_are_numbers() -> None:
    sheet = made(simulated=False)["asked"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert cells[0] == ["'=release", "value", "suppressed"]
    assert cells[1][:2] == ["'=cmd|' /C calc'!A0", 25]
    assert cells[2] == ["'@x", None, "primary"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_every_sheet_of_simulated_data_says_so() -> None:
    assert {sheet["A1"].value for sheet in made(simulated=True)} == {SIMULATED_LINE}
    assert {sheet["A1"].value for sheet in made(simulated=False)} <= {None, ""}


def test_the_same_tables_make_the_same_bytes() -> None:
    first, second = (workbook({"asked": TABLE}, {}, made_at=NOW, simulated=True) for _ in range(2))
    assert first == second

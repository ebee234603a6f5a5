"""What was not taken, as a file that can be corrected and sent again."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

import polars as pl

from analytics.cells import defuse_frame
from service.intake.sheet import ADDED, ROW, Sheet

PLACE: Final = [name for name in ADDED if name != ROW]


def rejected_path(path: Path) -> Path:
    """Where the rejected rows of a file lie: beside it, its whole name with .rejected.csv after."""
    return path.with_name(f"{path.name}.rejected.csv")


def rejected_rows(sheet: Sheet, problems: pl.DataFrame) -> pl.DataFrame:
    """The rows not taken as they came, then row, column, problem: every problem of each."""
    every = (
        problems.group_by("row", maintain_order=True)
        .agg(pl.col("column", "problem").str.join("; "))
        .rename({"row": ROW})
    )
    rows = sheet.cells.join(every, on=ROW, how="inner", validate="1:1", maintain_order="left")
    return rows.select(*sheet.columns, ROW, *PLACE)


def write_rejected(path: Path, rows: pl.DataFrame) -> None:
    """Writes the file whole or not at all, readable by its owner; no rows, no file.

    Cells a spreadsheet would run as a formula are defused; `heard import` undoes it.
    """
    if rows.is_empty():
        path.unlink(missing_ok=True)
        return
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        defuse_frame(rows).write_csv(file)
    fresh.replace(path)

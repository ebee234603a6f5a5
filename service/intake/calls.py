"""Rows sent as JSON: the same rows as in a file, numbers and lists allowed where they are meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import polars as pl

from service.errors import TooLargeError
from service.intake.sheet import Sheet, UnreadableError, make_sheet

MOST_ROWS: Final = 10_000
MOST_COLUMNS: Final = 100
Cell: TypeAlias = str | int | float | bool | list[str] | None
Row: TypeAlias = dict[str, Cell]


def rows_as_sheet(rows: Sequence[Row], required: Sequence[str]) -> Sheet:
    """The sheet of some rows; a column that a row lacks is blank there.

    Raises TooLargeError, and UnreadableError where the names make no sense.
    """
    if len(rows) > MOST_ROWS:
        raise TooLargeError(
            f"A call takes at most {MOST_ROWS:,} rows; send several, or a file with `heard import`."
        )
    names = list(dict.fromkeys([*required, *(name for row in rows for name in row)]))
    if len(names) > MOST_COLUMNS or any(not name.strip() for name in names):
        raise UnreadableError("The names of the columns are not those of this list of rows.")
    return make_sheet(
        names,
        [pl.Series([_text(row.get(name)) for row in rows], dtype=pl.String) for name in names],
        blank_rows=True,
    )


def _text(cell: Cell) -> str:
    """The cell as a file would hold it."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case list():
            return ";".join(cell)
        case _:
            return str(cell)

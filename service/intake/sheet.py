"""Rows as they came: text cells under the names of their columns, whatever they arrived as."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

import msgspec
import polars as pl

from service.errors import BadInputError

ROW: Final = "row"
# What a rejected file carries beside its own columns. It may be corrected and sent again.
ADDED: Final = ("row", "column", "problem")
# The longest cell a sane file holds; beyond it the file is damaged, not merely wrong in a row.
MOST_CHARACTERS: Final = 100_000
NEAR: Final = 0.8


class UnreadableError(BadInputError):
    """The file cannot be read; nothing was taken in."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """cells: `row` (1 is the first after the header) and one String column each, as written."""

    cells: pl.DataFrame

    @property
    def columns(self) -> list[str]:
        """The names of the columns that came, in order."""
        return [name for name in self.cells.columns if name != ROW]


def make_sheet(
    header: Sequence[str], columns: Sequence[pl.Series], *, blank_rows: bool = False
) -> Sheet:
    """The sheet of a header and its columns of text.

    Blank rows count for the numbers of those after them, and are rows only where asked for.

    Raises UnreadableError: a column twice or without a name, a cell beyond every measure.
    """
    names = [name.strip() for name in header]
    _check_names(names, columns)
    frame = pl.DataFrame(
        {name: column for name, column in zip(names, columns, strict=True) if name}
    )
    if set(ADDED) <= set(names):
        frame = frame.drop(ADDED).with_columns(undefused(pl.all()))
    frame = frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))
    check_cells(frame)
    if blank_rows:
        return Sheet(cells=frame)
    texts = pl.all().exclude(ROW)
    return Sheet(cells=frame.filter(pl.any_horizontal(texts.str.strip_chars() != "")))


def undefused(cells: pl.Expr) -> pl.Expr:
    """What the cells said before analytics.cells defused them for a spreadsheet."""
    guarded = cells.str.contains("^'+[=+\\-@\t\r]")
    return pl.when(guarded).then(cells.str.strip_prefix("'")).otherwise(cells).name.keep()


def _check_names(names: Sequence[str], columns: Sequence[pl.Series]) -> None:
    for place, (name, column) in enumerate(zip(names, columns, strict=True), 1):
        if not name and (column.str.strip_chars() != "").any():
            raise UnreadableError(f"Column {place} has no name in the header; name it.")
    for place, name in enumerate(names, 1):
        if name and name in names[: place - 1]:
            shown = name if name.isidentifier() and len(name) <= 64 else f"number {place}"
            raise UnreadableError(f"The header names the column {shown} twice; keep one of them.")


def check_cells(frame: pl.DataFrame) -> None:
    """Nothing where every cell has a sane length. Raises UnreadableError naming the first row."""
    long = frame.filter(pl.any_horizontal(pl.all().exclude(ROW).str.len_chars() > MOST_CHARACTERS))
    if long.height:
        raise UnreadableError(
            f"Row {long[ROW][0]} has a field of more than {MOST_CHARACTERS:,} characters; "
            "the file looks damaged, so nothing was taken in."
        )


def check_columns(sheet: Sheet, known: Sequence[str], required: Sequence[str]) -> list[str]:
    """The columns that came and are not known: they are left out, and the sender is told.

    Raises UnreadableError for a column that is missing, and for one that is nearly a known one:
    a slip of the keyboard would silently lose what it holds.
    """
    found = set(sheet.columns)
    unknown = [name for name in sheet.columns if name not in known]
    for name in unknown:
        near = get_close_matches(
            name.lower(), [each for each in known if each not in found], 1, NEAR
        )
        if near:
            raise UnreadableError(
                f"There is a column that is not known but looks like {near[0]}; name it "
                f"{near[0]}, or leave it out."
            )
    missing = [name for name in required if name not in found]
    if missing:
        raise UnreadableError(f"The column {missing[0]} is missing; nothing was taken in.")
    return unknown

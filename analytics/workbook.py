"""The released tables as a workbook: a page about the report, then one sheet a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

import polars as pl
import xlsxwriter

from analytics.cells import defuse

SIMULATED_LINE: Final = "SIMULATED DATA: made up by a computer, about no real child"
_FIRST_ROW: Final = 3
_WIDEST: Final = 48


def workbook(
    tables: Mapping[str, pl.DataFrame],
    about: Mapping[str, str],
    *,
    made_at: datetime,
    simulated: bool,
) -> bytes:
    """The bytes of an .xlsx file; the same input gives the same bytes.

    Text cells and headers are defused against formulas; numbers stay numbers and hidden values
    stay empty. Every sheet of simulated data says so in its first line.
    """
    room = BytesIO()
    book = xlsxwriter.Workbook(
        room, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    moment = made_at.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": about.get("Study", ""), "created": moment})
    looks = {
        "mark": book.add_format({"bold": True, "bg_color": "#FFE08A", "font_color": "#1D2733"}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }
    _about_sheet(book.add_worksheet("About"), about, looks, simulated=simulated)
    for name, table in tables.items():
        _table_sheet(book.add_worksheet(name[:31]), name, table, looks, simulated=simulated)
    book.close()
    return room.getvalue()


def _about_sheet(
    sheet: Any, about: Mapping[str, str], looks: Mapping[str, Any], *, simulated: bool
) -> None:
    _begin(sheet, "About this report", looks, simulated=simulated)
    for row, (name, value) in enumerate(about.items(), start=_FIRST_ROW):
        sheet.write_string(row, 0, defuse(name), looks["head"])
        sheet.write_string(row, 1, defuse(value))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)


def _table_sheet(
    sheet: Any, name: str, table: pl.DataFrame, looks: Mapping[str, Any], *, simulated: bool
) -> None:
    _begin(sheet, name, looks, simulated=simulated)
    for column, (header, cells) in enumerate(table.to_dict(as_series=False).items()):
        sheet.write_string(_FIRST_ROW, column, defuse(header), looks["head"])
        widest = max([len(header), *(len(str(cell)) for cell in cells if cell is not None)])
        sheet.set_column(column, column, min(widest + 2, _WIDEST))
        for row, cell in enumerate(cells, start=_FIRST_ROW + 1):
            if isinstance(cell, str):
                sheet.write_string(row, column, defuse(cell))
            elif cell is not None:
                sheet.write_number(row, column, cell)
    sheet.freeze_panes(_FIRST_ROW + 1, 0)
    sheet.autofilter(_FIRST_ROW, 0, _FIRST_ROW + table.height, max(table.width - 1, 0))


def _begin(sheet: Any, title: str, looks: Mapping[str, Any], *, simulated: bool) -> None:
    sheet.write_string(
        0, 0, SIMULATED_LINE if simulated else "", looks["mark"] if simulated else None
    )
    sheet.write_string(1, 0, defuse(title), looks["title"])

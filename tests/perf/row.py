"""One row of the table `make bench` prints."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

HEADINGS = ("what", "ours", "beside", "ratio", "notes")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured, ours, what stands beside it, and ours over theirs (or theirs over ours).

    `ratio` says in words which way round it is; `notes` holds percentiles and memory.
    """

    what: str
    ours: str
    beside: str
    ratio: str
    notes: str = ""


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text."""
    cells = [HEADINGS, *((row.what, row.ours, row.beside, row.ratio, row.notes) for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )

"""Good rows of one force become versions in the register."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

import polars as pl

from service.db import Connection, new_id
from service.intake.checking import CONTENT, content_of
from service.intake.columns import Kind
from service.intake.references import find_or_make
from service.privacy.keys import Keys
from service.store import register
from surveys.vocabulary import AGE_BANDS

COLUMN_OF: Final = {"contact_ref": "contact", "case_ref": "case_id", "child_ref": "child"}


async def keep_versions(
    connection: Connection,
    keys: Keys,
    kind: Kind,
    force: str,
    rows: pl.DataFrame,
    batch: UUID,
    now: datetime,
) -> int:
    """How many of the rows were new. A row that says no recorded_at counts as recorded now."""
    rows = rows.with_columns(content_of(rows, kind.content), *_derived(kind))
    for column, reference in kind.references.items():
        wanted = rows[column].unique(maintain_order=True).to_list()
        known = await find_or_make(connection, keys, force, reference, wanted)
        ids = pl.Series([known[each].hex for each in wanted], dtype=pl.String)
        rows = rows.with_columns(
            pl.col(column)
            .replace_strict(pl.Series(wanted, dtype=pl.String), ids)
            .alias(COLUMN_OF[column])
        )
    ready = rows.with_columns(
        pl.col("source_event_id").fill_null(""),
        pl.col("recorded_at").is_not_null().alias("dated"),
        pl.col("recorded_at").fill_null(pl.lit(now).cast(rows.schema["recorded_at"])),
        pl.col(CONTENT).alias("content"),
    )
    await register.stage(connection, kind.name, _records(kind, ready))
    # Always of the first key: a new one must not make rows sent again look new.
    secret = keys.master.derived(1, f"heard digest {force}")
    return await register.keep_staged(connection, kind.name, force, batch, secret)


def _derived(kind: Kind) -> list[pl.Expr]:
    """What follows from what was sent: the age band, and that a blank gate is kept as blank."""
    if kind.name != "contacts":
        return []
    bands = {
        age: band.code
        for band in AGE_BANDS.values()
        for age in range(band.from_years, band.to_years + 1)
    }
    return [
        pl.col("age_years").replace_strict(bands, return_dtype=pl.String).alias("age_band"),
        pl.col("evidence_gate").fill_null(""),
        pl.col("flags").fill_null(pl.lit([], dtype=pl.List(pl.String))),
    ]


def _records(kind: Kind, rows: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    """The rows as `register.stage` takes them, each with a fresh id."""
    staged = [name for name in register.VERSIONS[kind.name].staged if name != "id"]
    place = staged.index("force") + 1
    for record in rows.select(staged).iter_rows():
        yield (*record[:place], new_id(), *record[place:])

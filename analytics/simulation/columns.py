"""Arrays of a SIMULATED country as columns: names, dates, times, ids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from analytics.estimation.arrays import Codes, Mask
from analytics.register import UTC
from analytics.tables import EPOCH


def pick(names: Sequence[str], codes: Codes) -> pl.Series:
    """The names of the codes; -1 gives null."""
    table = pl.Series([*names, None], dtype=pl.String)
    return table.gather(pl.Series(np.where(codes < 0, len(names), codes)))


def dates(days: Codes, known: Mask | None = None) -> pl.Series:
    """Days since 2000-01-01 as dates; null where not known."""
    shift = (EPOCH - EPOCH.replace(year=1970)).days
    series = pl.Series(days + shift, dtype=pl.Int32).cast(pl.Date)
    return series if known is None else where(series, known)


def times(days: Codes, minutes: Codes, known: Mask | None = None) -> pl.Series:
    """Days and minutes of the day as UTC times; null where not known."""
    midnight = dates(days).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(UTC)
    series = midnight + pl.Series(minutes.astype(np.int64) * 60_000_000).cast(pl.Duration("us"))
    return series if known is None else where(series, known)


def where(series: pl.Series, known: Mask) -> pl.Series:
    frame = pl.DataFrame({"v": series, "k": known})
    return frame.select(pl.when("k").then("v"))["v"]


def contact_ids(rows: Codes) -> pl.Series:
    """The id of each row of the country's contacts."""
    return pl.Series(rows + 1).cast(pl.String).str.zfill(8)


def contact_ids_of(column: str) -> pl.Expr:
    """contact_id from a column of row numbers."""
    return (pl.col(column) + 1).cast(pl.String).str.zfill(8).alias("contact_id")

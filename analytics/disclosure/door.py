"""Tables of exact numbers in, tables that may be shown out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import polars as pl

from analytics.disclosure.grid import ALL, Grid, Key
from analytics.disclosure.rounding import MIN_CELL, check_min_cell, is_too_small, round_count
from analytics.disclosure.suppression import Mark, marks

COUNT = "n"
LARGE_TABLE = 1000


class Mean(msgspec.Struct, frozen=True, kw_only=True):
    """A mean to show beside the counts of a table.

    `scale` is the lowest and the highest value one person can have. Where `within` names a
    dimension, no mean is shown across it: the scales of its levels are not one scale.
    """

    what: str
    scale: tuple[float, float]
    within: str | None = None


class CountTable(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one population over fixed levels.

    `levels` maps each dimension to all its levels, known before the data; `counts` has those
    columns and `n` (exact, 0 or more; rows of one combination add up; combinations left out are
    zero). With `parts` naming one dimension, its levels become measures: `n:level`, and
    `pct:level` as a share of `n`, the total over that dimension. With `mean`, `counts` also has
    `total`, the sum of the values of those n people.

    A level of `omit_small` that holds under `min_cell` people altogether is left out of the
    table, and out of its totals: a reader learns of it what a hidden cell would tell, and no
    other cell has to hide for it. A level of `parts` is left out only of tables of
    LARGE_TABLE people or more, so that no share is off by more than 1 in 100.
    """

    name: str
    levels: dict[str, tuple[str, ...]]
    counts: pl.DataFrame
    parts: str | None = None
    mean: Mean | None = None
    omit_small: tuple[str, ...] = ()


def release_counts(table: CountTable, release: str, min_cell: int = MIN_CELL) -> pl.DataFrame:
    """The tidy rows of `table` that may be shown, hidden ones with an empty value and their mark.

    Columns: release, table, the dimensions but `parts`, measure, value, suppressed, base. Counts
    are multiples of 5; totals the sums of rounded parts; `base` is the rounded count under a
    share or mean. Raises MinimumTooLowError when `min_cell` is under 10.

    A mean is the rounded sum over the rounded count, the sum counted in whole scales: on a scale
    of 0 to 100 it moves in steps of 500 / base, just as the share of a yes would, so that one more
    answer never shows what that answer was. It is hidden when those whole scales, or what they
    lack to the top, are under `min_cell`, or when any part of its group is hidden.
    """
    table = _without_small(table, check_min_cell(min_cell))
    grid = _grid(table.levels, table.counts, min_cell)
    mark = marks(grid)
    rows = _count_rows(grid, mark, table.parts)
    if table.mean is not None:
        rows += _mean_rows(grid, mark, table, table.mean)
    return _tidy(rows, release, table.name, [d for d in table.levels if d != table.parts])


def _without_small(table: CountTable, min_cell: int) -> CountTable:
    levels, counts = dict(table.levels), table.counts
    for dimension in table.omit_small:
        if dimension == table.parts and counts[COUNT].sum() < LARGE_TABLE:
            continue
        sizes = dict(counts.group_by(dimension).agg(pl.col(COUNT).sum()).iter_rows())
        large = [
            level
            for level in levels[dimension]
            if not is_too_small(size := sizes.get(level, 0), round_count(size), min_cell)
        ]
        levels[dimension] = tuple(large)
        counts = counts.filter(pl.col(dimension).is_in(large))
    return msgspec.structs.replace(table, levels=levels, counts=counts)


def _grid(levels: Mapping[str, tuple[str, ...]], frame: pl.DataFrame, min_cell: int) -> Grid:
    counts: dict[Key, int] = {}
    for *key, n in frame.select(*levels, COUNT).iter_rows():
        counts[tuple(key)] = counts.get(tuple(key), 0) + n
    return Grid(levels, counts, min_cell)


def _count_rows(grid: Grid, mark: Mapping[Key, Mark], parts: str | None) -> list[dict[str, Any]]:
    place = list(grid.levels).index(parts) if parts else None
    rows = []
    for key in grid.members:
        named = key[place] if place is not None else ALL
        measure = f"{COUNT}:{named}" if named != ALL else COUNT
        value = None if mark[key] else grid.shown_value(key)
        rows.append(_row(grid, key, parts, measure, value, mark[key]))
        if place is not None and named != ALL:
            whole = (*key[:place], ALL, *key[place + 1 :])
            rows.append(_share_row(grid, key, whole, parts, mark))
    return rows


def _share_row(
    grid: Grid, key: Key, whole: Key, parts: str | None, mark: Mapping[Key, Mark]
) -> dict[str, Any]:
    measure = f"pct:{key[list(grid.levels).index(parts or '')]}"
    hidden = mark[key] or mark[whole]
    base = None if mark[whole] else grid.shown_value(whole)
    if hidden or base is None:
        return _row(grid, key, parts, measure, None, hidden, base)
    share = round(100 * grid.shown_value(key) / base, 1)
    if share in (0.0, 100.0):
        return _row(grid, key, parts, measure, None, "primary", base)
    return _row(grid, key, parts, measure, share, "", base)


def _mean_rows(
    grid: Grid, mark: Mapping[Key, Mark], table: CountTable, mean: Mean
) -> list[dict[str, Any]]:
    sums: dict[Key, float] = dict.fromkeys(grid.cells, 0.0)
    for *cell, total in table.counts.select(*table.levels, "total").iter_rows():
        sums[tuple(cell)] += total
    rows = []
    for key in grid.members:
        named = dict(zip(table.levels, key, strict=True))
        if named.get(table.parts or "", ALL) != ALL or named.get(mean.within or "") == ALL:
            continue
        hidden = _mark_of_mean(grid, mark, key, table.parts)
        value, base = None, None if mark[key] else grid.shown_value(key)
        if not hidden and base is not None:
            exact = sum(sums[grid.cells[n]] for n in grid.members[key]) / grid.exact_value(key)
            value = _rounded_mean(exact, base, mean.scale, grid.min_cell)
            hidden = "primary" if value is None else ""
        rows.append(_row(grid, key, table.parts, f"mean:{mean.what}", value, hidden, base))
    return rows


def _mark_of_mean(grid: Grid, mark: Mapping[Key, Mark], key: Key, parts: str | None) -> Mark:
    """The mark of the group or, where it is shown, of a hidden part the mean would speak of."""
    if mark[key] or parts is None:
        return mark[key]
    place = list(grid.levels).index(parts)
    line = ((*key[:place], level, *key[place + 1 :]) for level in grid.levels[parts])
    return next((mark[part] for part in line if mark[part]), "")


def _rounded_mean(
    mean: float, base: int, scale: tuple[float, float], min_cell: int
) -> float | None:
    """The mean from the rounded sum over the rounded count; None near either end of the scale."""
    low, high = scale
    whole_scales = round_count((mean - low) / (high - low) * base)
    if min(whole_scales, base - whole_scales) < min_cell:
        return None
    return round(low + (high - low) * whole_scales / base, 2)


def _row(
    grid: Grid,
    key: Key,
    parts: str | None,
    measure: str,
    value: float | None,
    mark: Mark,
    base: int | None = None,
) -> dict[str, Any]:
    named = {d: level for d, level in zip(grid.levels, key, strict=True) if d != parts}
    return {**named, "measure": measure, "value": value, "suppressed": mark, "base": base}


def _tidy(
    rows: Iterable[dict[str, Any]], release: str, table: str, dimensions: list[str]
) -> pl.DataFrame:
    text = ["release", "table", *dimensions, "measure"]
    schema: dict[str, Any] = {
        **dict.fromkeys(text, pl.String),
        "value": pl.Float64,
        "suppressed": pl.String,
        "base": pl.Int64,
    }
    full = [{"release": release, "table": table, **row} for row in rows]
    return pl.DataFrame(full, schema=schema)

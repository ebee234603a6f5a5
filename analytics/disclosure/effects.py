"""Which effects may be shown, and how exactly."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from analytics.disclosure.rounding import (
    MIN_CELL,
    ROUNDING_BASE,
    check_min_cell,
    largest_hidden,
    round_count,
)

WHOLE: Final = "all"
LARGE_GROUP: Final = 1000
SIDES: Final = ("n_treated", "n_comparison")
# A rounded count stands for itself and two either side.
_SLACK: Final = ROUNDING_BASE // 2
_IN_UNITS: Final = ("naive_difference", "estimate", "ci_low", "ci_high")
# Everything else in effects.csv stays inside: exact numbers, diagnostics of small groups.
_SHOWN: Final = (
    "intervention",
    "outcome",
    "subgroup",
    "estimand",
    *SIDES,
    *_IN_UNITS,
    "p_adjusted",
    "design_grade",
    "plan",
    "verdict",
    "reason",
)


def release_effects(
    effects: pl.DataFrame,
    shares: frozenset[str],
    min_cell: int = MIN_CELL,
    short_scales: frozenset[str] = frozenset(),
) -> pl.DataFrame:
    """The rows of effects.csv as they may be shown, with a column `suppressed`.

    A row is shown when both groups have `min_cell` children or more; then counts are rounded to
    5, differences to one decimal (two for `short_scales` while both groups are 1,000 or more),
    and shares (outcomes named in `shares`, between −1 and 1) become
    percentage points, whole ones while either group is under 1,000. A hidden row keeps only its
    names. A group that could be found by taking the other groups from the whole is hidden with
    the next smallest group (`secondary`), the same one under every outcome of these children.
    Raises MinimumTooLowError for a `min_cell` under 10.
    """
    check_min_cell(min_cell)
    marked = effects.with_columns(pl.col(pl.Float64).fill_nan(None))
    marked = marked.with_columns(_marks(marked, min_cell))
    shown = pl.col("suppressed") == ""
    kept = [name for name in _SHOWN if name in effects.columns]
    names = {"intervention", "outcome", "subgroup", "estimand", "plan"}
    return (
        marked.with_columns(_rounded_units(shares, short_scales))
        .with_columns(pl.col("p_adjusted").round(3))
        .with_columns(_rounded_count(side) for side in SIDES)
        .with_columns(pl.when(shown).then(name).alias(name) for name in kept if name not in names)
        .select(*kept, "suppressed")
    )


def _rounded_count(side: str) -> pl.Expr:
    half = ROUNDING_BASE / 2
    return (((pl.col(side) + half) // ROUNDING_BASE) * ROUNDING_BASE).cast(pl.Int64).alias(side)


def _rounded_units(shares: frozenset[str], short_scales: frozenset[str]) -> list[pl.Expr]:
    is_share = pl.col("outcome").is_in(sorted(shares))
    is_short = pl.col("outcome").is_in(sorted(short_scales))
    is_large = pl.min_horizontal(*SIDES) >= LARGE_GROUP
    return [
        pl.when(is_share & is_large)
        .then((pl.col(name) * 100).round(1))
        .when(is_share)
        .then((pl.col(name) * 100).round(0))
        .when(is_short & is_large)
        .then(pl.col(name).round(2))
        .otherwise(pl.col(name).round(1))
        .add(0.0)  # no −0
        .alias(name)
        for name in _IN_UNITS
    ]


def _marks(effects: pl.DataFrame, min_cell: int) -> pl.Series:
    """One mark a row of `effects`."""
    rows = effects.select("intervention", "outcome", "subgroup", *SIDES).rows(named=True)
    marks = ["primary" if min(row[s] or 0 for s in SIDES) < min_cell else "" for row in rows]
    whole = {
        (row["intervention"], row["outcome"]): number
        for number, row in enumerate(rows)
        if row["subgroup"] == WHOLE
    }
    families: dict[tuple[str, str], dict[str, list[int]]] = {}
    for number, row in enumerate(rows):
        if row["subgroup"] != WHOLE:
            family = (row["intervention"], row["subgroup"].partition("=")[0])
            families.setdefault(family, {}).setdefault(row["outcome"], []).append(number)
    for (intervention, _), by_outcome in families.items():
        before = None
        while before != (before := list(marks)):
            every = [part for parts in by_outcome.values() for part in parts]
            for outcome, parts in by_outcome.items():
                _hide_alike(rows, marks, every, min_cell)
                total = whole.get((intervention, outcome))
                if total is not None and not marks[total]:
                    _protect_family(rows, marks, parts, total, min_cell)
    return pl.Series("suppressed", marks, dtype=pl.String)


def _hide_alike(rows: list[dict[str, Any]], marks: list[str], parts: list[int], least: int) -> None:
    """Hides a group that is hidden under another outcome, where both may be the same children.

    Of two patterns each would fill in what the other hides. Groups whose sizes are `least` or more
    apart on both sides are different children, and tell nothing of each other.
    """
    hidden = [rows[part] for part in parts if marks[part]]
    for part in parts:
        row = rows[part]
        alike = (
            other["subgroup"] == row["subgroup"]
            and any(abs((other[side] or 0) - (row[side] or 0)) < least for side in SIDES)
            for other in hidden
        )
        if not marks[part] and any(alike):
            marks[part] = "secondary"


def _protect_family(
    rows: list[dict[str, Any]], marks: list[str], parts: list[int], total: int, least: int
) -> None:
    """Hides parts of one outcome, or the whole where that is not enough."""
    for side in SIDES:
        counts = [rows[part][side] or 0 for part in parts]
        if not _protect(marks, parts, counts, rows[total][side], least):
            marks[total] = "secondary"


def _protect(marks: list[str], parts: list[int], counts: list[int], whole: int, least: int) -> bool:
    """Hides further parts until no small one can be found by taking the others from the whole.

    False when even hiding them all is not enough, so that the whole must go too.

    Children whose group is not known make the parts fall short of the whole; what is missing is
    then one more small, hidden part.
    """
    counts = [*counts, missing] if (missing := whole - sum(counts)) > 0 else counts
    sizes = dict(enumerate(counts))

    def is_hidden(place: int) -> bool:
        return place >= len(parts) or marks[parts[place]] != ""

    while True:
        shown = [p for p in sizes if not is_hidden(p)]
        is_exposed = _is_exposed(sizes, set(sizes) - set(shown), whole, least)
        is_lonely = len(parts) - len(shown) == 1
        if not shown or not (is_lonely or is_exposed):
            return not is_exposed
        roomy = [p for p in shown if sizes[p] >= 2 * least] or shown
        marks[parts[min(roomy, key=lambda p: (sizes[p], p))]] = "secondary"


def _is_exposed(sizes: dict[int, int], hidden: set[int], whole: int, least: int) -> bool:
    """Whether a part under `least` is known more closely than 0 to `least` − 1.

    The reader knows the rounded whole, the rounded parts shown, and which hidden ones are small.
    """
    small = {place for place in hidden if sizes[place] < least}
    shown = [round_count(size) for place, size in sizes.items() if place not in hidden]
    over = round_count(whole) + _SLACK - sum(value - _SLACK for value in shown)
    under = round_count(whole) - _SLACK - sum(value + _SLACK for value in shown)
    large = len(hidden) - len(small)
    others_at_most = float("inf") if large else largest_hidden(least) * (len(small) - 1)
    most = over - least * large
    return bool(small) and (most < largest_hidden(least) or under - others_at_most > 0)

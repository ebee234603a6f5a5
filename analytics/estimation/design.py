"""A linked table as numbers: one standardised design for every comparison made from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from analytics.estimation.arrays import Codes, Floats, Mask
from analytics.estimation.support import Grouping

MAX_CATEGORIES_OF_NUMBERS = 6
MISSING = "not known"


class Design(NamedTuple):
    """Rows sorted by force: covariate columns, groupings, and codes of force and cluster."""

    order: Codes
    columns: Floats
    names: tuple[str, ...]
    groupings: tuple[Grouping, ...]
    force: Codes
    forces: int
    cluster: Codes
    clusters: int

    def select(self, rows: Mask) -> Design:
        """The same design on some of its rows."""
        kept = tuple(Grouping(g.name, g.codes[rows], g.levels) for g in self.groupings)
        return self._replace(
            order=self.order[rows],
            columns=self.columns[rows],
            groupings=kept,
            force=self.force[rows],
            cluster=self.cluster[rows],
        )


def build_design(
    frame: pl.DataFrame,
    covariates: Sequence[str],
    force: str | None,
    cluster: str,
    linear: Sequence[str] = (),
) -> Design:
    """The design of the covariates, the force effects absorbed where `force` is given.

    Text, booleans and whole numbers with up to six different values become categories, so
    that a scale such as severity need not be a straight line; other numbers are standardised,
    a missing one stands at the mean beside an indicator. Missing categories are a category.
    Columns named in `linear` are numbers however few values they have.
    """
    codes, levels = _codes(frame[force]) if force else (np.zeros(frame.height, np.int64), ("all",))
    order = np.argsort(codes, kind="stable")
    blocks: list[Floats] = []
    names: list[str] = []
    groupings: list[Grouping] = []
    for name in covariates:
        if name not in linear and is_category(frame[name]):
            grouping = Grouping(name, *_codes(frame[name]))
            ordered = grouping._replace(codes=grouping.codes[order])
            groupings.append(ordered)
            found = _dummies(ordered)
        else:
            found = _standardised(name, frame[name], order)
        blocks.extend(block for _, block in found)
        names.extend(label for label, _ in found)
    if force:
        groupings.append(Grouping(force, codes[order], levels))
    cluster_codes, cluster_levels = _codes(frame[cluster])
    columns = np.column_stack(blocks) if blocks else np.zeros((frame.height, 0))
    return Design(
        order=order,
        columns=np.ascontiguousarray(columns),
        names=tuple(names),
        groupings=tuple(groupings),
        force=codes[order],
        forces=len(levels),
        cluster=cluster_codes[order],
        clusters=len(cluster_levels),
    )


def is_category(column: pl.Series) -> bool:
    """Whether the column is read as categories rather than as a number on a line."""
    if not column.dtype.is_numeric():
        return True
    few: bool = column.drop_nulls().n_unique() <= MAX_CATEGORIES_OF_NUMBERS
    return few and bool((column.drop_nulls() % 1 == 0).all())


def _codes(column: pl.Series) -> tuple[Codes, tuple[str, ...]]:
    """Codes 0, 1, … of the sorted values of a column, null as a value of its own."""
    values = column.unique().drop_nulls().sort()
    names = tuple(str(value) for value in values)
    places = column.replace_strict(
        values, pl.Series(range(len(values)), dtype=pl.Int64), default=len(values)
    )
    codes = places.fill_null(len(values)).to_numpy().astype(np.int64)
    return codes, (*names, MISSING) if column.null_count() else names


def _dummies(grouping: Grouping) -> list[tuple[str, Floats]]:
    """One 0/1 column a level, the commonest left out as the level compared with."""
    counts = np.bincount(grouping.codes, minlength=len(grouping.levels))
    common = int(counts.argmax())
    return [
        (f"{grouping.name}={level}", (grouping.codes == code).astype(np.float64))
        for code, level in enumerate(grouping.levels)
        if code != common and counts[code]
    ]


def _standardised(name: str, column: pl.Series, order: Codes) -> list[tuple[str, Floats]]:
    """The number in standard deviations from its mean, and an indicator of being missing."""
    values = column.cast(pl.Float64).to_numpy()[order]
    missing = ~np.isfinite(values)
    known = values[~missing]
    mean, deviation = (known.mean(), known.std()) if len(known) else (0.0, 0.0)
    scaled = np.where(missing, 0.0, (values - mean) / (deviation or 1.0))
    found = [(name, scaled)]
    return [*found, (f"{name} {MISSING}", missing.astype(np.float64))] if missing.any() else found

"""Which rows can be compared at all: forces and groups in which both sides are really there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.estimation.arrays import Codes, Mask

MIN_PER_LEVEL = 3


class Grouping(NamedTuple):
    """A column of categories: its name, the code of each row, and what each code stands for."""

    name: str
    codes: Codes
    levels: tuple[str, ...]


class Support(NamedTuple):
    """The rows kept, and the levels left out by column."""

    rows: Mask
    left_out: dict[str, tuple[str, ...]]


def find_support(
    population: Mask, treated: Mask, observed: Mask, groupings: tuple[Grouping, ...]
) -> Support:
    """The rows of levels that hold at least three observed rows of each side.

    Outside them a comparison would be invented by the model. Dropping a level can starve
    another, so the search is repeated until nothing more is dropped.
    """
    rows = population
    left_out: dict[str, set[str]] = {}
    while True:
        dropped = False
        for grouping in groupings:
            bad = _unsupported(grouping, rows, treated, observed)
            if bad.any():
                dropped = True
                names = {grouping.levels[code] for code in np.flatnonzero(bad)}
                left_out.setdefault(grouping.name, set()).update(names)
                rows = rows & ~bad[grouping.codes]
        if not dropped:
            break
    return Support(rows, {name: tuple(sorted(levels)) for name, levels in left_out.items()})


def _unsupported(grouping: Grouping, rows: Mask, treated: Mask, observed: Mask) -> Mask:
    """Levels that have rows, but too few observed ones on a side."""
    count = len(grouping.levels)
    seen = rows & observed
    here = np.bincount(grouping.codes[rows], minlength=count)
    with_it = np.bincount(grouping.codes[seen & treated], minlength=count)
    without = np.bincount(grouping.codes[seen & ~treated], minlength=count)
    bad: Mask = (here > 0) & ((with_it < MIN_PER_LEVEL) | (without < MIN_PER_LEVEL))
    return bad

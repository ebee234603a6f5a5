"""A table of counts as cells, totals and the lines that tie them together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from analytics.disclosure.rounding import is_too_small, largest_hidden, round_count

ALL = ""
"""A blank level means all of that dimension."""

Key = tuple[str, ...]


class Grid:
    """Every combination of the levels of a table, with all its totals.

    Cells are the combinations themselves; totals have at least one blank level. Levels are fixed
    by the table's definition and never by the data, so that a level nobody has is a zero like any
    other and is hidden like any other.
    """

    def __init__(
        self, levels: Mapping[str, tuple[str, ...]], counts: Mapping[Key, int], min_cell: int
    ) -> None:
        """Cells missing from `counts` are zero; a key outside `levels` raises KeyError."""
        self.levels = dict(levels)
        self.min_cell = min_cell
        self.cells: list[Key] = list(product(*self.levels.values()))
        self._number = {key: number for number, key in enumerate(self.cells)}
        self.exact: NDArray[np.int64] = np.zeros(len(self.cells), dtype=np.int64)
        for key, count in counts.items():
            self.exact[self._number[key]] += count
        self.rounded = np.array([round_count(int(n)) for n in self.exact], dtype=np.int64)

    @cached_property
    def members(self) -> dict[Key, NDArray[np.int64]]:
        """For every cell and total, the numbers of the cells that add up to it."""
        shape = tuple(len(levels) for levels in self.levels.values())
        numbers = np.arange(len(self.cells)).reshape(shape)
        with_all = [(*levels, ALL) for levels in self.levels.values()]
        return {key: numbers[self._slices(key)].ravel() for key in product(*with_all)}

    def _slices(self, key: Key) -> tuple[slice, ...]:
        chosen = []
        for level, levels in zip(key, self.levels.values(), strict=True):
            place = levels.index(level) if level != ALL else 0
            chosen.append(slice(None) if level == ALL else slice(place, place + 1))
        return tuple(chosen)

    def is_total(self, key: Key) -> bool:
        """Whether `key` adds up cells, rather than being one."""
        return ALL in key

    def parts_of(self, total: Key) -> list[list[Key]]:
        """The lines of a total: one list of parts for each dimension it adds up."""
        return [
            [(*total[:place], level, *total[place + 1 :]) for level in levels]
            for place, levels in enumerate(self.levels.values())
            if total[place] == ALL
        ]

    def lines_through(self, key: Key) -> list[tuple[Key, list[Key]]]:
        """Every (total, its parts) in which `key` is one of the parts."""
        lines = []
        for place, levels in enumerate(self.levels.values()):
            if key[place] != ALL:
                total = (*key[:place], ALL, *key[place + 1 :])
                parts = [(*key[:place], level, *key[place + 1 :]) for level in levels]
                lines.append((total, parts))
        return lines

    def shown_value(self, key: Key) -> int:
        """What would be printed: the cell rounded, or the sum of rounded cells."""
        return int(self.rounded[self.members[key]].sum())

    def exact_value(self, key: Key) -> int:
        """The count itself; never leaves this package."""
        return int(self.exact[self.members[key]].sum())

    def too_small(self) -> set[Key]:
        """Cells and totals that may not be shown for their own size."""
        return {
            key
            for key in self.members
            if is_too_small(self.exact_value(key), self.shown_value(key), self.min_cell)
        }

    @property
    def most_when_small(self) -> int:
        """The largest rounded value a cell hidden for its size can have."""
        return round_count(largest_hidden(self.min_cell))

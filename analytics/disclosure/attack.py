"""What a reader with a calculator can learn about a hidden count, by integer programming."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from analytics.disclosure.grid import Grid, Key
from analytics.disclosure.rounding import ROUNDING_BASE, round_count

Weights = NDArray[np.float64]

# More than any answer, less than what makes the solver lose digits.
_NO_LIMIT = 1e7
# Past this many branches a cell counts as exposed: caution, and the same result on every machine.
_MOST_BRANCHES = 2000


class Attack:
    """The reader's knowledge of one table, and how far it narrows what is hidden.

    She knows the rules of the door, everything shown, and which cells are hidden for their size
    (0 to min_cell − 1) and which to protect others (min_cell or more). Unknown are the rounded
    values of the hidden cells, in steps of ROUNDING_BASE; every total shown is their sum.
    """

    def __init__(self, grid: Grid, hidden: Iterable[Key], small: set[Key]) -> None:
        """`hidden` are all hidden cells and totals; `small` those hidden for their own size."""
        self._grid = grid
        hidden = set(hidden)
        self._unknown = [n for n, key in enumerate(grid.cells) if key in hidden]
        self._column = {n: column for column, n in enumerate(self._unknown)}
        self._bounds = self._known_bounds(small)
        self._totals = self._known_totals(hidden)

    def _known_bounds(self, small: set[Key]) -> Bounds:
        grid = self._grid
        is_small = np.array([grid.cells[n] in small for n in self._unknown], dtype=bool)
        most = grid.most_when_small / ROUNDING_BASE
        least = round_count(grid.min_cell) / ROUNDING_BASE
        return Bounds(np.where(is_small, 0.0, least), np.where(is_small, most, _NO_LIMIT))

    def _known_totals(self, hidden: set[Key]) -> list[LinearConstraint]:
        grid, rows, sums = self._grid, [], []
        for key, members in grid.members.items():
            unknown = [self._column[n] for n in members if n in self._column]
            if key in hidden or not grid.is_total(key) or not unknown:
                continue
            shown = grid.rounded[[n for n in members if n not in self._column]].sum()
            rows.append(unknown)
            sums.append((grid.shown_value(key) - shown) / ROUNDING_BASE)
        if not rows:
            return []
        return [LinearConstraint(self._incidence(rows), np.array(sums), np.array(sums))]

    def _incidence(self, rows: list[list[int]]) -> csr_array:
        columns = np.concatenate([np.array(row) for row in rows])
        starts = np.cumsum([0, *(len(row) for row in rows)])
        shape = (len(rows), len(self._unknown))
        return csr_array((np.ones(len(columns)), columns, starts), shape=shape)

    def exposed(self, small: Iterable[Key]) -> list[Key]:
        """Those of `small` that could not be everything from 0 to min_cell − 1.

        A total is asked the same as a cell: its least must be nothing and its most at least the
        rounded value of the largest hidden count.
        """
        wanted = [key for key in small if self._ties_down(key)]
        low = self._reached(wanted, lambda value: value < 0.5, sign=1.0)
        most = self._grid.most_when_small / ROUNDING_BASE
        high = self._reached(wanted, lambda value: value > most - 0.5, sign=-1.0)
        return [key for key in wanted if key not in low or key not in high]

    def _ties_down(self, key: Key) -> bool:
        """Whether anything published speaks of this key at all; a quick no saves a search."""
        return bool(self._totals) and all(n in self._column for n in self._grid.members[key])

    def _reached(self, wanted: list[Key], is_end: Callable[[float], bool], sign: float) -> set[Key]:
        """Keys that some possible table takes to the end of their range."""
        left = list(wanted)
        while left:
            together = self._at_end(
                left, np.sum([self._objective(k) for k in left], axis=0), is_end, sign
            )
            if not together:
                break
            left = [key for key in left if key not in together]
        alone = {key for key in left if self._at_end([key], self._objective(key), is_end, sign)}
        return alone | (set(wanted) - set(left))

    def _at_end(
        self, keys: list[Key], objective: Weights, is_end: Callable[[float], bool], sign: float
    ) -> set[Key]:
        """Those of `keys` at the end of their range in the world that goes furthest."""
        world = self._solve(sign * objective)
        if world is None:
            return set()
        return {key for key in keys if is_end(float(self._objective(key) @ world))}

    def _objective(self, key: Key) -> Weights:
        weights = np.zeros(len(self._unknown))
        weights[[self._column[n] for n in self._grid.members[key]]] = 1.0
        return weights

    def _solve(self, objective: Weights) -> Weights | None:
        answer = milp(
            objective,
            integrality=np.ones(len(objective), dtype=np.int64),
            bounds=self._bounds,
            constraints=self._totals,
            options={"node_limit": _MOST_BRANCHES},
        )
        return None if answer.x is None else np.asarray(answer.x, dtype=np.float64)

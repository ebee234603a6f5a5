"""Random tables against a reader with a linear program, written apart from the door's own."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analytics.disclosure import CountTable, release_counts

SIZES = st.one_of(
    st.integers(0, 12), st.integers(0, 60), st.just(0), st.integers(8, 22), st.integers(0, 4000)
)
NAMES = ("first", "second", "third")


@st.composite
def tables(draw: st.DrawFn) -> CountTable:
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=2))
    if len(shape) == 2 and draw(st.booleans()):
        shape = [min(s, 3) for s in shape] + [2]
    levels = {
        name: tuple(f"{name[0]}{i}" for i in range(n))
        for name, n in zip(NAMES, shape, strict=False)
    }
    rows = [
        dict(zip(levels, key, strict=True)) | {"n": draw(SIZES)}
        for key in product(*levels.values())
    ]
    return CountTable(name="t", levels=levels, counts=pl.DataFrame(rows))


def exact_of(table: CountTable, key: tuple[str, ...]) -> int:
    rows = table.counts
    for dimension, level in zip(table.levels, key, strict=True):
        if level:
            rows = rows.filter(pl.col(dimension) == level)
    return int(rows["n"].sum())


def released(table: CountTable) -> dict[tuple[str, ...], tuple[float | None, str]]:
    out = release_counts(table, "r")
    return {
        tuple(k): (v, s) for *k, v, s in out.select(*table.levels, "value", "suppressed").rows()
    }


@given(tables())
@settings(max_examples=60, deadline=None)
def test_everything_shown_is_ten_or_more_in_fives_and_truly_so(table: CountTable) -> None:
    for key, (value, mark) in released(table).items():
        if value is None:
            assert mark in {"primary", "secondary"}
            continue
        assert mark == ""
        assert value >= 10
        assert value % 5 == 0
        assert exact_of(table, key) >= 10


@given(tables())
@settings(max_examples=60, deadline=None)
def test_totals_are_the_sums_of_their_shown_parts(table: CountTable) -> None:
    out = released(table)
    for key in out:
        for place, levels in enumerate(table.levels.values()):
            parts = [out[(*key[:place], level, *key[place + 1 :])][0] for level in levels]
            if key[place] == "" and out[key][0] is not None and None not in parts:
                assert out[key][0] == sum(p for p in parts if p is not None)


@given(tables())
@settings(max_examples=60, deadline=None)
def test_no_shown_total_has_exactly_one_hidden_part(table: CountTable) -> None:
    out = released(table)
    for key in out:
        for place, levels in enumerate(table.levels.values()):
            parts = [out[(*key[:place], level, *key[place + 1 :])][0] for level in levels]
            if key[place] == "" and out[key][0] is not None:
                assert parts.count(None) != 1


@given(tables())
@settings(max_examples=60, deadline=None)
def test_no_hidden_small_count_is_narrowed_by_linear_programming(table: CountTable) -> None:
    out = released(table)
    cells = list(product(*table.levels.values()))
    program = knowledge(cells, out)
    for key, (value, mark) in out.items():
        if value is not None or mark != "primary" or exact_of(table, key) >= 10:
            continue
        weights = np.array([float(covers(key, cell)) for cell in cells] + [0.0] * len(cells))
        low = linprog(weights, **program)
        high = linprog(-weights, **program)
        assert low.success
        assert high.success
        assert low.fun <= 1e-6
        assert -high.fun >= 9 - 1e-6


def covers(key: tuple[str, ...], cell: tuple[str, ...]) -> bool:
    return all(k in {"", c} for k, c in zip(key, cell, strict=True))


def knowledge(
    cells: list[tuple[str, ...]], out: dict[tuple[str, ...], tuple[float | None, str]]
) -> dict[str, Any]:
    """All that is public: counts x and rounded counts 5r of each cell, as a linear program."""
    many = len(cells)
    bounds: list[tuple[float, float | None]] = []
    rounded: list[tuple[float, float | None]] = []
    for cell in cells:
        value, mark = out[cell]
        if value is not None:
            bounds.append((value - 2, value + 2))
            rounded.append((value, value))
        else:
            bounds.append((0, 9) if mark == "primary" else (10, None))
            rounded.append((0, 10) if mark == "primary" else (10, None))
    apart = np.hstack([np.eye(many), -np.eye(many)])
    totals = [(k, v) for k, (v, _) in out.items() if v is not None and k not in cells]
    sums = np.array(
        [[0.0] * many + [float(covers(key, cell)) for cell in cells] for key, _ in totals]
    ).reshape(len(totals), 2 * many)
    return {
        "A_ub": np.vstack([apart, -apart]),
        "b_ub": np.full(2 * many, 2.0),
        "A_eq": sums,
        "b_eq": np.array([value for _, value in totals]),
        "bounds": bounds + rounded,
    }

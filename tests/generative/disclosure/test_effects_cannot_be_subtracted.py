"""Random numbers of children in groups against a reader with a linear program."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analytics.disclosure import release_effects

SIZES = st.one_of(st.integers(0, 12), st.integers(8, 30), st.integers(0, 500))


def row(subgroup: str, treated: int, comparison: int) -> dict[str, Any]:
    return {
        "intervention": "isva",
        "outcome": "safe",
        "subgroup": subgroup,
        "n_treated": treated,
        "n_comparison": comparison,
        "naive_difference": 1.0,
        "estimate": 1.0,
        "ci_low": 0.0,
        "ci_high": 2.0,
        "p_adjusted": 0.5,
        "plan": "exploratory",
        "verdict": "cannot tell",
        "reason": "",
    }


@given(
    st.lists(st.tuples(SIZES, SIZES), min_size=1, max_size=6),
    st.integers(0, 20),
)
@settings(max_examples=200, deadline=None)
def test_no_hidden_group_is_narrowed_by_the_whole(
    groups: list[tuple[int, int]], not_known: int
) -> None:
    """Groups add up to the whole but for children whose group is not known."""
    whole = [sum(side) + not_known for side in zip(*groups, strict=True)]
    rows = [row(f"band={i}", *sizes) for i, sizes in enumerate(groups)]
    out = release_effects(pl.DataFrame([row("all", *whole), *rows]), frozenset()).to_dicts()
    if out[0]["suppressed"]:
        return
    for side, name in enumerate(("n_treated", "n_comparison")):
        shown = [each[name] for each in out[1:]]
        small = [i for i, sizes in enumerate(groups) if sizes[side] < 10]
        check_nothing_is_learnt(out[0][name], shown, small, all_known=not_known == 0)


@given(
    st.lists(st.tuples(SIZES, SIZES, st.integers(-2, 2)), min_size=1, max_size=6),
    st.integers(0, 20),
)
@settings(max_examples=200, deadline=None)
def test_two_outcomes_of_the_same_children_hide_the_same_groups(
    groups: list[tuple[int, int, int]], not_known: int
) -> None:
    """Some children have only one of the outcomes; still neither fills in the other's gaps."""
    rows = []
    for outcome, answered in (("safe", 0), ("listened", 1)):
        sizes = [(max(a + answered * more, 0), b) for a, b, more in groups]
        whole = [sum(side) + not_known for side in zip(*sizes, strict=True)]
        parts = [row(f"band={i}", *size) for i, size in enumerate(sizes)]
        rows += [each | {"outcome": outcome} for each in [row("all", *whole), *parts]]
    out = release_effects(pl.DataFrame(rows), frozenset())
    marks = [
        (out.filter((pl.col("outcome") == outcome) & (pl.col("subgroup") != "all"))["suppressed"])
        for outcome in ("safe", "listened")
    ]
    assert ((marks[0] == "") == (marks[1] == "")).all()


def check_nothing_is_learnt(
    whole: int, shown: list[int | None], small: list[int], *, all_known: bool
) -> None:
    """The reader knows which hidden groups are small, and whether some children are in none."""
    bounds: list[tuple[float, float | None]] = []
    for i, value in enumerate(shown):
        hidden = (0, 9) if i in small else (10, None)
        bounds.append(hidden if value is None else (value - 2, value + 2))
    bounds.append((0, 0) if all_known else (0, None))
    sums = np.vstack([np.ones(len(bounds)), -np.ones(len(bounds))])
    limits = np.array([whole + 2, -(whole - 2)])
    for i in small:
        assert shown[i] is None
        one = np.eye(len(bounds))[i]
        low = linprog(one, A_ub=sums, b_ub=limits, bounds=bounds)
        high = linprog(-one, A_ub=sums, b_ub=limits, bounds=bounds)
        assert low.fun is not None
        assert high.fun is not None
        assert low.fun <= 1e-6
        assert -high.fun >= 9 - 1e-6

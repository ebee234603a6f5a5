"""A slow plain-Python AIPW must give what the fast one gives, on random small tables."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.estimation.contrast import compare
from analytics.estimation.design import build_design

Row = dict[str, Any]


def random_table(seed: int) -> list[Row]:
    rng = random.Random(seed)
    forces = rng.randint(2, 4)
    levels = [rng.gauss(0, 0.5) for _ in range(forces)]
    rows = []
    for _ in range(rng.randint(150, 260)):
        force, hard = rng.randrange(forces), rng.random() < 0.4
        number = rng.gauss(0, 1)
        chance = 1 / (1 + math.exp(-(levels[force] + 0.8 * hard - 0.3 * number)))
        arm = rng.random() < chance
        outcome = 3 - 1.5 * hard + number + 0.5 * arm + rng.gauss(0, 1) + levels[force]
        seen = rng.random() < (0.6 if hard else 0.85)
        rows.append(
            {
                "force": f"f{force}",
                "hard": "yes" if hard else "no",
                "number": number,
                "arm": arm,
                "outcome": outcome if seen else None,
            }
        )
    return rows


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss-Jordan elimination with partial pivoting."""
    size = len(right)
    rows = [[*matrix[i], right[i]] for i in range(size)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        lead = rows[column][column]
        rows[column] = [value / lead for value in rows[column]]
        for other in range(size):
            if other != column and rows[other][column]:
                factor = rows[other][column]
                rows[other] = [
                    a - factor * b for a, b in zip(rows[other], rows[column], strict=True)
                ]
    return [row[-1] for row in rows]


def dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def weighted_fit(xs: list[list[float]], ys: list[float], weights: list[float]) -> list[float]:
    size = len(xs[0])
    gram = [
        [sum(w * x[i] * x[j] for x, w in zip(xs, weights, strict=True)) for j in range(size)]
        for i in range(size)
    ]
    right = [
        sum(w * x[i] * y for x, y, w in zip(xs, ys, weights, strict=True)) for i in range(size)
    ]
    return solve(gram, right)


def logit_fit(xs: list[list[float]], ys: list[float]) -> list[float]:
    """Newton's method, written out; returns the fitted chances."""
    beta = [0.0] * len(xs[0])
    for _ in range(40):
        chances = [1 / (1 + math.exp(-dot(x, beta))) for x in xs]
        weights = [p * (1 - p) for p in chances]
        score = [(y - p) / w for y, p, w in zip(ys, chances, weights, strict=True)]
        step = weighted_fit(xs, score, weights)
        beta = [b + s for b, s in zip(beta, step, strict=True)]
        if max(abs(s) for s in step) < 1e-12:
            break
    return [1 / (1 + math.exp(-dot(x, beta))) for x in xs]


def slow_aipw(rows: list[Row]) -> tuple[float, float]:
    """The ATE and the ATO by the textbook, one row at a time."""
    forces = sorted({row["force"] for row in rows})
    xs = [
        [float(row["hard"] == "yes"), row["number"], *(float(row["force"] == f) for f in forces)]
        for row in rows
    ]
    arms = [float(row["arm"]) for row in rows]
    seen = [row["outcome"] is not None for row in rows]
    chances = logit_fit(xs, arms)
    answered = logit_fit([[*x, a] for x, a in zip(xs, arms, strict=True)], [float(s) for s in seen])
    inverse = [1 / q for q in answered]
    given = sorted(w for w, s in zip(inverse, seen, strict=True) if s)
    middle = len(given) // 2
    median = given[middle] if len(given) % 2 else (given[middle - 1] + given[middle]) / 2
    weights = [min(w, 5 * median) if s else 0.0 for w, s in zip(inverse, seen, strict=True)]
    betas = {}
    for side in (1.0, 0.0):
        used = [i for i in range(len(rows)) if seen[i] and arms[i] == side]
        betas[side] = weighted_fit(
            [xs[i] for i in used], [rows[i]["outcome"] for i in used], [weights[i] for i in used]
        )
    ate, ato, tilts = 0.0, 0.0, 0.0
    for i, row in enumerate(rows):
        with_it, without = dot(xs[i], betas[1.0]), dot(xs[i], betas[0.0])
        e, a = chances[i], arms[i]
        residual = 0.0
        if seen[i]:
            residual = weights[i] * (row["outcome"] - (with_it if a else without))
        ate += with_it - without + residual * (a / e - (1 - a) / (1 - e))
        tilt = e * (1 - e)
        ato += tilt * (with_it - without) + residual * (a * (1 - e) - (1 - a) * e)
        tilts += tilt
    return ate / len(rows), ato / tilts


@pytest.mark.parametrize("seed", range(12))
def test_the_fast_estimate_equals_the_slow_one(seed: int) -> None:
    rows = random_table(seed)
    table = pl.DataFrame(rows)
    design = build_design(table, ["hard", "number"], "force", "force")
    outcome = table["outcome"].cast(pl.Float64).to_numpy()[design.order]
    arm = table["arm"].to_numpy()[design.order]
    contrast = compare(design, outcome, arm, np.ones(len(rows), dtype=bool))
    assert not contrast.support.left_out
    ate, ato = slow_aipw(rows)
    assert contrast.ate.estimate == pytest.approx(ate, abs=1e-8)
    assert contrast.ato.estimate == pytest.approx(ato, abs=1e-8)

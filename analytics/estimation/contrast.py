"""One comparison: an intervention against its comparator on one outcome, doubly robust.

With e the chance of the intervention, q the chance that the outcome was seen, m₁ and m₀ the
expected outcomes with and without, all given the recorded facts and the force:

    ψᵢ = m₁ − m₀ + (R/q) · [A (Y − m₁)/e − (1 − A)(Y − m₀)/(1 − e)]

The estimate is the mean of ψ over everybody in the population, seen or not (AIPW: Robins,
Rotnitzky and Zhao 1994). It is right when the chances or the expectations are. Its overlap
form weights everybody by e(1 − e) (Li, Morgan and Zaslavsky 2018).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.estimation import balance
from analytics.estimation.absorbed import expit, least_squares, logistic
from analytics.estimation.arrays import Codes, Floats, Mask
from analytics.estimation.design import Design
from analytics.estimation.support import Support, find_support

ATE = "ATE"
ATO = "ATO"
RARE = 0.02
RARE_SHARE = 0.05
LEAST_CHANCE = 1e-3
RESPONSE_TRIM = 5.0


class Nuisances(NamedTuple):
    """The fitted models on the rows of one comparison."""

    chance: Floats
    expected_with: Floats
    expected_without: Floats
    seen_weight: Floats


class Weighted(NamedTuple):
    """An estimate with its influence function and what its weights did."""

    estimand: str
    estimate: float
    influence: Floats
    comparison_mean: float
    effective_n: float
    max_smd_after: float


class Contrast(NamedTuple):
    """Both forms of one comparison, with the raw figures beside them."""

    n_treated: int
    n_comparison: int
    naive_difference: float
    deviation: float
    max_smd_before: float
    rare_share: float
    ate: Weighted
    ato: Weighted
    cluster: Codes
    support: Support

    @property
    def headline(self) -> Weighted:
        """The effect on everybody, or on the overlap where some could hardly have had either."""
        return self.ato if self.rare_share > RARE_SHARE else self.ate


class EmptyContrastError(ValueError):
    """Nothing is left to compare; the message says why."""


def compare(design: Design, outcome: Floats, treated: Mask, population: Mask) -> Contrast:
    """The comparison of the treated with the others of the population.

    `outcome` is nan where it was not seen; those rows stay in the population and the seen
    ones stand for them. Raises EmptyContrastError, or NotSettledError of the regressions.
    """
    seen = ~np.isnan(outcome)
    support = find_support(population, treated, seen, design.groupings)
    rows = support.rows
    if not (rows & seen & treated).any() or not (rows & seen & ~treated).any():
        raise EmptyContrastError(_why_empty(population, seen, treated))
    part = design if rows.all() else design.select(rows)
    y, a, r = outcome[rows], treated[rows], seen[rows]
    fitted = fit_nuisances(part, y, a, r)
    if not r.all():
        shown, had = part.columns[r], a[r]
    else:
        shown, had = part.columns, a
    spread = balance.pooled_spread(shown, had)
    values = y[r]
    return Contrast(
        n_treated=int(had.sum()),
        n_comparison=int((~had).sum()),
        naive_difference=float(values[had].mean() - values[~had].mean()),
        deviation=float(np.sqrt((values[had].var() + values[~had].var()) / 2)),
        max_smd_before=balance.max_difference(shown, had, None, spread),
        rare_share=float(np.mean((fitted.chance < RARE) | (fitted.chance > 1 - RARE))),
        ate=_weigh(ATE, fitted, y, a, r, shown, spread),
        ato=_weigh(ATO, fitted, y, a, r, shown, spread),
        cluster=part.cluster,
        support=support,
    )


def fit_nuisances(design: Design, outcome: Floats, treated: Mask, seen: Mask) -> Nuisances:
    """Chance of treatment, expected outcomes by arm, and the weight of each seen row."""
    columns, force, forces = design.columns, design.force, design.forces
    had = treated.astype(np.float64)
    chance = expit(logistic(columns, force, forces, had).linear(columns, force))
    weight = seen_weights(design, had, seen)
    expected = []
    for side in (treated, ~treated):
        used = np.flatnonzero(side & seen)
        fit = least_squares(columns[used], force[used], forces, outcome[used], weight[used])
        expected.append(fit.linear(columns, force))
    return Nuisances(
        np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE), expected[0], expected[1], weight
    )


def seen_weights(design: Design, treated: Floats, seen: Mask) -> Floats:
    """1 / the chance of being seen, given the recorded facts and the arm; 0 where not seen.

    Cut at five times the median, so that one child cannot speak for hundreds.
    """
    if seen.all():
        return np.ones(len(seen))
    columns = np.column_stack((design.columns, treated))
    fit = logistic(columns, design.force, design.forces, seen.astype(np.float64), limits=True)
    inverse = 1 / np.maximum(expit(fit.linear(columns, design.force)), LEAST_CHANCE)
    return np.where(seen, np.minimum(inverse, RESPONSE_TRIM * float(np.median(inverse[seen]))), 0.0)


def _weigh(
    estimand: str,
    fitted: Nuisances,
    outcome: Floats,
    treated: Mask,
    seen: Mask,
    shown: Floats,
    spread: Floats,
) -> Weighted:
    """The estimate of one estimand and its influence function."""
    chance = fitted.chance
    tilt = np.ones(len(chance)) if estimand == ATE else chance * (1 - chance)
    weight = fitted.seen_weight * tilt / np.where(treated, chance, 1 - chance)
    expected = np.where(treated, fitted.expected_with, fitted.expected_without)
    residual = np.where(seen, np.nan_to_num(outcome) - expected, 0.0) * weight
    own = tilt * (fitted.expected_with - fitted.expected_without)
    total = float(tilt.sum())
    psi = own + np.where(treated, residual, -residual)
    estimate = float(psi.sum()) / total
    without = float((tilt * fitted.expected_without + np.where(treated, 0.0, residual)).sum())
    used, had = weight[seen], treated[seen]
    return Weighted(
        estimand=estimand,
        estimate=estimate,
        influence=(psi - tilt * estimate) * (len(tilt) / total),
        comparison_mean=without / total,
        effective_n=min(balance.kish(used[had]), balance.kish(used[~had])),
        max_smd_after=balance.max_difference(shown, had, used, spread),
    )


def _why_empty(population: Mask, seen: Mask, treated: Mask) -> str:
    """The first reason for which nothing can be compared."""
    if not population.any():
        return "nobody here could be asked, or is old enough for it to be known"
    if not (population & treated).any():
        return "nobody had it"
    if not (population & ~treated).any():
        return "nobody to compare with"
    if not (population & seen).any():
        return "the outcome was seen for nobody"
    return "no force and group in which both sides were seen at least three times"

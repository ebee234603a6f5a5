"""Logistic and least-squares regressions whose force effects are absorbed, never one-hot.

Rows are sorted by force. The normal matrix of [columns, force dummies] is formed block by
block and the force effects are eliminated by their Schur complement, so that a system of
columns + forces unknowns is solved as one of `columns` unknowns. The answer is the one of
the full design (checked against statsmodels to 1e-8 in the tests).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.estimation.arrays import Codes, Floats

CHUNK_ROWS = 32_768
MAX_ITERATIONS = 40
TOLERANCE = 1e-10
LIKELIHOOD_TOLERANCE = 1e-9
LARGEST_STEP = 1e3
SINGULAR = 1e-9


class NotSettledError(ValueError):
    """The regression has no finite solution: somebody's chance is 0 or 1 by the columns alone."""


class Fit(NamedTuple):
    """Coefficients of the columns, and one effect a force (0 for a force without rows)."""

    slopes: Floats
    effects: Floats

    def linear(self, columns: Floats, force: Codes) -> Floats:
        """The linear predictor of each row."""
        predicted: Floats = columns @ self.slopes + self.effects[force]
        return predicted


class _Blocks(NamedTuple):
    """Sums over rows, by force: weights, weighted columns, targets; and over all rows."""

    gram: Floats
    columns: Floats
    weight: Floats
    moment: Floats
    target: Floats


def least_squares(
    columns: Floats, force: Codes, forces: int, target: Floats, weight: Floats | None = None
) -> Fit:
    """The weighted least-squares fit of target on the columns and a constant for each force."""
    weights = np.ones(len(target)) if weight is None else weight
    return _solve(_sums(columns, force, forces, weights, weights * target))


def logistic(
    columns: Floats, force: Codes, forces: int, target: Floats, *, limits: bool = False
) -> Fit:
    """The maximum-likelihood logistic fit, by Newton's method.

    Raises NotSettledError when the likelihood has no maximum (separation). With `limits` the fit
    may run towards chances of 0 and 1, and ends when the likelihood no longer grows: right where
    only the chances of rows with target 1 are used, since in a group of ones alone these are 1.
    """
    fit = Fit(np.zeros(columns.shape[1]), _starting_effects(force, forces, target))
    before = -np.inf
    for _ in range(MAX_ITERATIONS):
        chance = expit(fit.linear(columns, force))
        residual = target - chance
        if limits:
            likelihood = float(np.log1p(-np.minimum(np.abs(residual), 1 - 1e-15)).sum())
            if likelihood - before < LIKELIHOOD_TOLERANCE * len(target):
                return fit
            before = likelihood
        step = _solve(_sums(columns, force, forces, chance * (1 - chance), residual))
        fit = Fit(fit.slopes + step.slopes, fit.effects + step.effects)
        size = max(np.abs(step.slopes).max(initial=0.0), np.abs(step.effects).max(initial=0.0))
        if size < TOLERANCE or (size < 1e-6 and _tiny(columns, step)):
            return fit
        if not np.isfinite(size) or size > LARGEST_STEP:
            break
    raise NotSettledError


def _starting_effects(force: Codes, forces: int, target: Floats) -> Floats:
    """The log odds of each force's own share, kept away from 0 and 1."""
    rows = np.maximum(np.bincount(force, minlength=forces), 1).astype(np.float64)
    share = np.bincount(force, weights=target, minlength=forces) / rows
    share = np.clip(share, 0.5 / rows, 1 - 0.5 / rows)
    here = np.bincount(force, minlength=forces) > 0
    return np.where(here, np.log(share / np.maximum(1 - share, 1e-12)), 0.0)


def expit(linear: Floats) -> Floats:
    """1 / (1 + exp(-linear)), in place on a copy."""
    chance = np.clip(linear, -35.0, 35.0)
    np.negative(chance, out=chance)
    np.exp(chance, out=chance)
    chance += 1.0
    np.reciprocal(chance, out=chance)
    return chance


def _tiny(columns: Floats, step: Fit) -> bool:
    """Whether the step changes no prediction by more than a rounding error."""
    widest = np.abs(columns).max(initial=1.0)
    return bool(np.abs(step.slopes).sum() * widest + np.abs(step.effects).max() < 1e-7)


def _sums(columns: Floats, force: Codes, forces: int, weight: Floats, target: Floats) -> _Blocks:
    """The sums of the normal equations, in chunks that stay in the processor's cache."""
    count = columns.shape[1]
    sums = _Blocks(
        np.zeros((count, count)),
        np.zeros((forces, count)),
        np.bincount(force, weights=weight, minlength=forces).astype(np.float64),
        np.zeros(count),
        np.bincount(force, weights=target, minlength=forces).astype(np.float64),
    )
    for first in range(0, len(target), CHUNK_ROWS):
        rows = slice(first, first + CHUNK_ROWS)
        block, codes = columns[rows], force[rows]
        weighted = block * weight[rows, None]
        starts = np.concatenate(([0], np.flatnonzero(np.diff(codes)) + 1))
        sums.gram[...] += weighted.T @ block
        sums.columns[codes[starts]] += np.add.reduceat(weighted, starts, axis=0)
        sums.moment[...] += target[rows] @ block
    return sums


def _solve(sums: _Blocks) -> Fit:
    """Slopes by the Schur complement of the force block, then the force effects.

    Columns that others explain get the smallest solution, which predicts the same.
    """
    used = sums.weight > 0
    inverse = np.where(used, 1 / np.where(used, sums.weight, 1.0), 0.0)
    scaled = sums.columns * inverse[:, None]
    schur = sums.gram - sums.columns.T @ scaled
    moment = sums.moment - scaled.T @ sums.target
    slopes = _least_norm(schur, moment, np.diag(sums.gram))
    return Fit(slopes, (sums.target - sums.columns @ slopes) * inverse)


def _least_norm(matrix: Floats, moment: Floats, size: Floats) -> Floats:
    """The solution of matrix x = moment on scaled columns, leaving out singular directions."""
    if not len(moment):
        return moment
    root = np.sqrt(np.where(size > 0, size, 1.0))
    values, vectors = np.linalg.eigh(matrix / np.outer(root, root))
    keep = values > SINGULAR * max(values.max(initial=0.0), SINGULAR)
    scaled = vectors.T @ (moment / root)
    solution: Floats = vectors @ np.where(keep, scaled / np.where(keep, values, 1.0), 0.0) / root
    return solution

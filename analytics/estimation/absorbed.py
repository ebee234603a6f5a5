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
    columns: Floats, force: Codes, forces: int, target: Floats, weight: Floats | None = None
) -> Fit:
    """The maximum-likelihood logistic fit, by Newton's method.

    Raises NotSettledError when the likelihood has no maximum (separation).
    """
    rows = np.bincount(force, minlength=forces).astype(np.float64)
    share = np.bincount(force, weights=target, minlength=forces) / np.maximum(rows, 1)
    start = np.clip(share, 0.5 / np.maximum(rows, 1), 1 - 0.5 / np.maximum(rows, 1))
    effects = np.where(rows > 0, np.log(start / (1 - start)), 0.0)
    fit = Fit(np.zeros(columns.shape[1]), effects)
    for _ in range(MAX_ITERATIONS):
        chance = expit(fit.linear(columns, force))
        residual = target - chance
        curvature = chance * (1 - chance)
        if weight is not None:
            residual, curvature = residual * weight, curvature * weight
        step = _solve(_sums(columns, force, forces, curvature, residual))
        fit = Fit(fit.slopes + step.slopes, fit.effects + step.effects)
        size = max(np.abs(step.slopes).max(initial=0.0), np.abs(step.effects).max(initial=0.0))
        if size < TOLERANCE:
            return fit
        if not np.isfinite(size) or size > 1e3:
            break
        if size < 1e-6 and _tiny(columns, step):
            return fit
    raise NotSettledError


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

"""Whether an effect differs between groups of children."""

from __future__ import annotations

import numpy as np

from analytics.estimation.effect import Effect


def interaction_p(levels: list[Effect]) -> float | None:
    """p of a Wald test that the effects of all levels are equal; None for one level.

    Levels share forces, so their covariance comes from the cluster sums of their influence
    functions; F with (levels − 1, clusters − 1) degrees of freedom.
    """
    if len(levels) < 2:
        return None
    # Imported here: a command that estimates nothing should not pay for scipy.
    from scipy.special import fdtrc

    sums = np.column_stack([level.sums for level in levels])
    clusters = int((np.abs(sums).sum(axis=1) > 0).sum())
    free = len(levels) - 1
    if clusters <= free + 1:
        return None
    covariance = clusters / (clusters - 1) * sums.T @ sums
    gaps = np.column_stack((-np.ones(free), np.eye(free)))
    difference = gaps @ np.array([level.headline.estimate for level in levels])
    between = gaps @ covariance @ gaps.T
    wald = float(difference @ np.linalg.pinv(between) @ difference) / free
    return float(fdtrc(free, clusters - 1, wald))

"""Standard errors that know that contacts of one force are alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from analytics.estimation.arrays import Codes, Floats

MIN_CLUSTERS = 6
ENOUGH_CLUSTERS = 20
ENOUGH_EFFECTIVE = 10.0


class Spread(NamedTuple):
    """The standard error, its degrees of freedom and how many clusters there really are."""

    std_error: float
    df: float
    clusters: int
    effective_clusters: float


def cluster_sums(influence: Floats, cluster: Codes, clusters: int) -> Floats:
    """The sum of the influence function in each cluster, over the number of rows."""
    return np.bincount(cluster, weights=influence, minlength=clusters) / max(len(influence), 1)


def effective_clusters(cluster: Codes) -> float:
    """(Σ n_g)² / Σ n_g²: equals the number of clusters when all are of one size."""
    sizes = np.bincount(cluster).astype(np.float64)
    return float(sizes.sum() ** 2 / np.square(sizes).sum())


def sandwich(sums: Floats, cluster: Codes) -> Spread:
    """G/(G−1) Σ s_g² with t(G−1) (Liang and Zeger 1986)."""
    count = len(np.unique(cluster))
    variance = count / (count - 1) * float(np.square(sums).sum())
    return Spread(float(np.sqrt(variance)), count - 1.0, count, effective_clusters(cluster))


def jackknife(
    estimate: float, without: Callable[[int], float | None], cluster: Codes
) -> Spread | None:
    """(G−1)/G Σ (ψ₍₋g₎ − ψ)², everything fitted anew without each cluster; t on effective G.

    None when some cluster cannot be left out.
    """
    present = np.unique(cluster)
    squares = 0.0
    for code in present:
        left = without(int(code))
        if left is None:
            return None
        squares += (left - estimate) ** 2
    count, effective = len(present), effective_clusters(cluster)
    variance = (count - 1) / count * squares
    return Spread(float(np.sqrt(variance)), min(count - 1.0, effective), count, effective)

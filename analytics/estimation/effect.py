"""One effect with its uncertainty, or the reason why there is none."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.estimation.absorbed import NotSettledError
from analytics.estimation.arrays import Floats, Mask
from analytics.estimation.clusters import (
    ENOUGH_CLUSTERS,
    ENOUGH_EFFECTIVE,
    MIN_CLUSTERS,
    Spread,
    cluster_sums,
    effective_clusters,
    jackknife,
    sandwich,
)
from analytics.estimation.contrast import (
    Contrast,
    EmptyContrastError,
    Weighted,
    compare,
)
from analytics.estimation.design import Design

MIN_EFFECTIVE_N = 100.0
CONFIDENCE = 0.95


class Effect(NamedTuple):
    """An estimate that can honestly be given."""

    contrast: Contrast
    headline: Weighted
    spread: Spread
    ci_low: float
    ci_high: float
    p_value: float
    sums: Floats


class Declined(NamedTuple):
    """No estimate, and why."""

    reason: str
    n_treated: int
    n_comparison: int


def estimate(
    design: Design,
    outcome: Floats,
    treated: Mask,
    population: Mask,
    *,
    min_cell: int,
    min_clusters: int = MIN_CLUSTERS,
) -> Effect | Declined:
    """The effect of the treated against the others, or Declined with its reason.

    All arrays are in the order of the design's rows; `outcome` is nan where it was not seen.
    """
    seen = population & ~np.isnan(outcome)
    counts = int((seen & treated).sum()), int((seen & ~treated).sum())
    if min(counts) == 0 and (population & treated).any() and (population & ~treated).any():
        return Declined("the outcome was seen on one side only, or nowhere", *counts)
    if 0 < min(counts) < min_cell:
        return Declined(f"too few: under {min_cell} on one side", *counts)
    try:
        contrast = compare(design, outcome, treated, population)
    except EmptyContrastError as error:
        return Declined(f"nothing to compare: {error}", *counts)
    except NotSettledError:
        return Declined("no overlap: what is recorded decides who got it or answered", *counts)
    return _judge(contrast, design, outcome, treated, population, min_cell, min_clusters)


def _judge(
    contrast: Contrast,
    design: Design,
    outcome: Floats,
    treated: Mask,
    population: Mask,
    min_cell: int,
    min_clusters: int,
) -> Effect | Declined:
    headline, counts = contrast.headline, (contrast.n_treated, contrast.n_comparison)
    clusters = len(np.unique(contrast.cluster))
    if min(counts) < min_cell:
        return Declined(f"too few: under {min_cell} on one side", *counts)
    if contrast.deviation <= 0 or not np.isfinite(contrast.deviation):
        return Declined("the outcome has one value", *counts)
    if clusters < min_clusters:
        return Declined(f"too few forces or teams to judge by: fewer than {min_clusters}", *counts)
    if headline.effective_n < MIN_EFFECTIVE_N:
        return Declined(
            f"too few: once weighted, one side counts for under {MIN_EFFECTIVE_N:.0f} children",
            *counts,
        )
    spread = _spread(contrast, design, outcome, treated, population)
    if spread is None or not np.isfinite(spread.std_error) or spread.std_error <= 0:
        return Declined("the uncertainty cannot be estimated", *counts)
    # Imported here: a command that estimates nothing should not pay for scipy.
    from scipy.special import stdtr, stdtrit

    half = float(stdtrit(spread.df, (1 + CONFIDENCE) / 2)) * spread.std_error
    t = abs(headline.estimate) / spread.std_error
    return Effect(
        contrast=contrast,
        headline=headline,
        spread=spread,
        ci_low=headline.estimate - half,
        ci_high=headline.estimate + half,
        p_value=min(1.0, 2 * float(stdtr(spread.df, -t))),
        sums=cluster_sums(headline.influence, contrast.cluster, design.clusters),
    )


def _spread(
    contrast: Contrast, design: Design, outcome: Floats, treated: Mask, population: Mask
) -> Spread | None:
    """Clustered standard error; by jackknife where clusters are few or of very unequal size."""
    count = len(np.unique(contrast.cluster))
    headline = contrast.headline
    if count >= ENOUGH_CLUSTERS and effective_clusters(contrast.cluster) >= ENOUGH_EFFECTIVE:
        sums = cluster_sums(headline.influence, contrast.cluster, design.clusters)
        return sandwich(sums, contrast.cluster)

    def without(cluster: int) -> float | None:
        try:
            left = compare(design, outcome, treated, population & (design.cluster != cluster))
        except (EmptyContrastError, NotSettledError):
            return None
        return (left.ate if headline is contrast.ate else left.ato).estimate

    return jackknife(headline.estimate, without, contrast.cluster)

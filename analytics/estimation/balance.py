"""How alike two weighted groups are, and how many rows the weights leave."""

from __future__ import annotations

import numpy as np

from analytics.estimation.arrays import Floats, Mask


def kish(weight: Floats) -> float:
    """(Σw)² / Σw²: the number of equally weighted rows that would be as precise."""
    squares = float(np.square(weight).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


def max_difference(columns: Floats, treated: Mask, weight: Floats | None, spread: Floats) -> float:
    """The largest standardised mean difference of any column between the two groups.

    `spread` is the root of the mean of both groups' unweighted variances, so that figures
    before and after weighting stand on one scale. Columns that never vary count as 0.
    """
    if not columns.shape[1]:
        return 0.0
    ones = np.ones(len(treated)) if weight is None else weight
    with_it, without = ones * treated, ones * ~treated
    gap = with_it @ columns / with_it.sum() - without @ columns / without.sum()
    varies = spread > 1e-12
    return float(np.abs(gap[varies] / spread[varies]).max(initial=0.0))


def pooled_spread(columns: Floats, treated: Mask) -> Floats:
    """√((s₁² + s₀²) / 2) of each column, from one pass over the rows."""
    pooled = np.zeros(columns.shape[1])
    for side in (treated, ~treated):
        share = side / max(int(side.sum()), 1)
        mean = share @ columns
        pooled += np.maximum(share @ np.square(columns) - np.square(mean), 0.0) / 2
    return np.sqrt(pooled)

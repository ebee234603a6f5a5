"""p-values of one family, adjusted for being many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Step-up adjusted p-values (Benjamini and Hochberg 1995), in the order given.

    None stays None and does not count in the family.
    """
    known = [index for index, value in enumerate(p_values) if value is not None]
    adjusted: list[float | None] = [None] * len(p_values)
    if not known:
        return adjusted
    values = np.array([p_values[index] for index in known], dtype=np.float64)
    order = np.argsort(-values, kind="stable")
    ranks = np.arange(len(values), 0, -1)
    stepped = np.minimum.accumulate(np.minimum(values[order] * len(values) / ranks, 1.0))
    for place, value in zip(order, stepped, strict=True):
        adjusted[known[place]] = float(value)
    return adjusted

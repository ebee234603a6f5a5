"""How strong something unmeasured would have to be to explain an effect away."""

from __future__ import annotations

import math


def e_value(risk_ratio: float) -> float | None:
    """RR + √(RR(RR−1)), the ratio turned to lie above 1 (VanderWeele and Ding 2017).

    None when the ratio is not a positive number.
    """
    if not math.isfinite(risk_ratio) or risk_ratio <= 0:
        return None
    ratio = max(risk_ratio, 1 / risk_ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))


def ratio_of_risks(comparison: float, difference: float) -> float:
    """The risk ratio of a difference in risks; nan when either risk is not above 0."""
    with_it = comparison + difference
    return with_it / comparison if comparison > 0 and with_it > 0 else math.nan


def ratio_of_means(difference: float, deviation: float) -> float:
    """exp(0.91 d), the approximate risk ratio of a standardised difference (same source)."""
    if deviation <= 0:
        return math.nan
    return math.exp(min(0.91 * abs(difference) / deviation, 50.0))

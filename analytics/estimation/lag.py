"""How late things enter the records, seen only through what has entered them so far."""

from __future__ import annotations

import numpy as np

from analytics.estimation.arrays import Codes, Floats

MATURE_SHARE = 0.98


def lag_distribution(happened: Codes, recorded: Codes, extract_day: int) -> Floats:
    """F(d): the share recorded within d days, for d = 0, 1, … up to the longest lag seen.

    Reverse-time hazards (Lagakos, Barraj and De Gruttola 1988; Kalbfleisch and Lawless 1991):
    a lag of d can be seen only for what happened at least d days before the extract.
    """
    lag = np.maximum(recorded - happened, 0)
    seen = (recorded <= extract_day) & (happened <= extract_day)
    lag, age = lag[seen], (extract_day - happened)[seen]
    if not len(lag):
        return np.ones(1)
    longest = int(lag.max())
    exactly = np.bincount(lag, minlength=longest + 1).astype(np.float64)
    until = np.cumsum(exactly)
    # Of those with a lag of at most d, the ones too young to have shown a lag of d.
    young = np.minimum(age, longest + 1)
    born_after = np.cumsum(np.bincount(young, minlength=longest + 2))[: longest + 1]
    too_young = np.concatenate(([0.0], born_after[:-1].astype(np.float64)))
    risk = np.maximum(until - too_young, exactly)
    hazard = np.where(risk > 0, exactly / np.where(risk > 0, risk, 1.0), 0.0)
    survival = np.cumprod((1 - hazard[1:])[::-1])[::-1]
    return np.concatenate((survival, [1.0]))


def mature_lag_days(happened: Codes, recorded: Codes, extract_day: int) -> int:
    """The lag within which 98 in 100 are recorded: younger contacts are left out."""
    return int(np.argmax(lag_distribution(happened, recorded, extract_day) >= MATURE_SHARE))

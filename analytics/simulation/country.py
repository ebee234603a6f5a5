"""Forces of unequal size, their teams, and how they differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.estimation.arrays import Floats
from analytics.simulation.scenario import Scenario
from surveys.vocabulary import FORCES

TEAMS_PER_FORCE = 5
SIZE_SPREAD = 0.6
# Between forces: standard deviations of levels, and of effects around the country's.
LEVEL_SPREAD = {"arm": 0.35, "voice": 0.25, "safe": 0.2, "attendance": 1.0, "again": 0.12}
EFFECT_SPREAD = 0.15
RESPONSE_SPREAD = 0.25


class Country(NamedTuple):
    """What is fixed for the whole SIMULATED country; arrays by force, or by force × arm."""

    scenario: Scenario
    forces: tuple[str, ...]
    sizes: Floats
    offered: Floats
    arm_level: Floats
    effect_scale: Floats
    level: dict[str, Floats]
    response: Floats


def grow_country(scenario: Scenario, rng: np.random.Generator) -> Country:
    """A country by the scenario; every force but British Transport Police can be drawn."""
    slugs = sorted(slug for slug, force in FORCES.items() if force.pfa)
    chosen = sorted(rng.choice(len(slugs), size=scenario.forces, replace=False).tolist())
    count, arms = scenario.forces, len(scenario.arms)
    sizes = np.exp(rng.normal(0.0, SIZE_SPREAD, count))
    offered = np.ones((count, arms))
    for index, arm in enumerate(scenario.arms):
        without = round(count * (1 - arm.share_of_forces))
        offered[rng.choice(count, size=without, replace=False), index] = 0.0
    return Country(
        scenario=scenario,
        forces=tuple(slugs[index] for index in chosen),
        sizes=sizes / sizes.sum(),
        offered=offered,
        arm_level=rng.normal(0.0, LEVEL_SPREAD["arm"], (count, arms)),
        effect_scale=rng.normal(1.0, EFFECT_SPREAD, (count, arms)),
        level={
            name: rng.normal(0.0, LEVEL_SPREAD[name], count)
            for name in ("voice", "safe", "attendance", "again")
        },
        response=rng.normal(0.0, RESPONSE_SPREAD, count),
    )

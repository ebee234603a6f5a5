"""What is true in a SIMULATED country: who gets which help, and what it changes."""

from __future__ import annotations

from typing import Final

import msgspec


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """One intervention: to whom it goes, and its true effects.

    `log_odds` against no help at severity 3, `by_severity` its slope: hard cases get the
    strongest help. Effects hold for those who take the offer up: `voice` and `informed` are log
    odds of a better answer, `safe` log odds of being safe at 180 days, `attendance` percentage
    points, `again` the log hazard of a new referral. Effects differ a little between forces.
    """

    code: str
    log_odds: float
    by_severity: float
    share_of_forces: float = 1.0
    voice: float = 0.0
    informed: float = 0.0
    safe: float = 0.0
    attendance: float = 0.0
    again: float = 0.0


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A country to simulate."""

    name: str
    meaning: str
    arms: tuple[Arm, ...]
    forces: int = 24


class UnknownScenarioError(LookupError):
    """There is no scenario of that name."""


_ARMS: Final = (
    Arm(
        code="CHISVA",
        log_odds=-1.2,
        by_severity=0.75,
        voice=0.9,
        informed=0.9,
        safe=0.5,
        attendance=2.5,
        again=-0.35,
    ),
    Arm(
        code="CHILD_HOUSE",
        log_odds=-1.3,
        by_severity=0.5,
        share_of_forces=0.85,
        voice=0.6,
        informed=0.6,
        safe=0.25,
        attendance=1.0,
        again=-0.15,
    ),
    Arm(code="SINGLE_POINT_OFFICER", log_odds=-1.1, by_severity=-0.25, voice=0.3, informed=1.0),
    Arm(code="PPN_MASH", log_odds=-1.4, by_severity=0.3, again=0.2),
)


def _without_effects(arm: Arm) -> Arm:
    return Arm(
        code=arm.code,
        log_odds=arm.log_odds,
        by_severity=arm.by_severity,
        share_of_forces=arm.share_of_forces,
    )


SCENARIOS: Final = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            name="default",
            meaning="Hard cases get the strongest help, so a naive comparison has the wrong sign.",
            arms=_ARMS,
        ),
        Scenario(
            name="none",
            meaning="The same country, in which no help changes anything.",
            arms=tuple(_without_effects(arm) for arm in _ARMS),
        ),
    )
}


def get_scenario(name: str) -> Scenario:
    """The scenario of that name; UnknownScenarioError lists those there are."""
    if name not in SCENARIOS:
        known = ", ".join(sorted(SCENARIOS))
        raise UnknownScenarioError(f"There is no scenario {name}; use one of: {known}.")
    return SCENARIOS[name]

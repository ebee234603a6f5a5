"""What happened later, had the child had each arm: safe, at school, with what answers."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from analytics.estimation.absorbed import expit
from analytics.estimation.arrays import Codes, Floats
from analytics.simulation.contacts import Children, Contacts
from analytics.simulation.country import Country
from surveys.instrument import Choice, EitherOr, Instrument, Scale

ATTENDANCE_SPREAD: Final = 8.0
SCHOOL_BAND: Final = 1
# How readily each construct is praised at severity 3, on the log-odds scale.
READINESS: Final = {
    "safe": 0.6,
    "listened": 0.5,
    "informed": -0.3,
    "next": -0.1,
    "trust": 0.3,
    "fair": 0.9,
    "choice": -0.4,
    "helped": 0.1,
    "again": 0.7,
}
# Cut points of an item with so many options: P(score of option k or better) = expit(η − cut k).
CUTS: Final = {
    2: (0.0,),
    3: (-0.8, 0.8),
    4: (-1.4, 0.0, 1.4),
    5: (-1.8, -0.7, 0.3, 1.4),
}


class Results(NamedTuple):
    """Arrays contact × arm (0 is usual): chances and values had the child had that arm."""

    safe: Floats
    attendance: Floats
    prior_attendance: Floats
    noise: Floats


def grow_results(
    contacts: Contacts, children: Children, country: Country, rng: np.random.Generator
) -> Results:
    """Safety and attendance by arm; `prior_attendance`, from before, no arm can change."""
    force = children.force[contacts.child]
    hard, decile = contacts.severity - 3, children.decile[contacts.child]
    nature = children.nature[contacts.child]
    band = contacts.band - 2
    safe = 1.1 - 0.55 * hard + 0.05 * band + country.level["safe"][force] + 0.03 * (decile - 5)
    school = 82 - 3.5 * hard - 1.2 * band + 0.4 * (decile - 5) + country.level["attendance"][force]
    school = school - 0.8 * np.minimum(contacts.number, 3) + 4.0 * nature
    before = school + rng.normal(0.0, ATTENDANCE_SPREAD, len(force))
    after = school + rng.normal(0.0, ATTENDANCE_SPREAD, len(force))
    arms = [(arm.safe, arm.attendance) for arm in country.scenario.arms]
    lift = _scale(contacts, country, force)
    by_safe = np.column_stack([safe, *(safe + e[0] * lift[:, i] for i, e in enumerate(arms))])
    by_school = np.column_stack([after, *(after + e[1] * lift[:, i] for i, e in enumerate(arms))])
    return Results(
        safe=expit(by_safe),
        attendance=np.round(np.clip(by_school, 0.0, 100.0), 1),
        prior_attendance=np.round(np.clip(before, 0.0, 100.0), 1),
        noise=rng.random(len(force)),
    )


def readiness(
    contacts: Contacts, children: Children, country: Country, construct: str, mood: Floats
) -> Floats:
    """Contact × arm: the log odds with which a respondent praises one construct."""
    force = children.force[contacts.child]
    base = READINESS.get(construct, 0.0) - 0.35 * (contacts.severity - 3) + mood
    base = base + country.level["voice"][force] - 0.05 * (contacts.band - 2)
    effects = [
        arm.informed if construct == "informed" else arm.voice for arm in country.scenario.arms
    ]
    lift = _scale(contacts, country, force)
    return np.column_stack([base, *(base + e * lift[:, i] for i, e in enumerate(effects))])


def _scale(contacts: Contacts, country: Country, force: Codes) -> Floats:
    """Contact × intervention: 0 for those who would decline, else the force's own strength."""
    strength: Floats = country.effect_scale[force] * contacts.uptake[:, None]
    return strength


class AskedItem(NamedTuple):
    """A scored item as the simulator sees it: option values and scores from worst to best."""

    key: str
    construct: str
    values: tuple[str, ...]
    scores: Floats

    @property
    def places(self) -> Floats:
        """Where each option lies between the worst and the best, 0 to 100."""
        low, high = self.scores[0], self.scores[-1]
        places: Floats = 100 * (self.scores - low) / (high - low)
        return places


def asked_items(instrument: Instrument) -> tuple[AskedItem, ...]:
    """The scored items of an instrument, unconditional ones only."""
    found = []
    for item in instrument.items:
        if isinstance(item, EitherOr | Scale | Choice) and not item.show_if:
            scored = [(o.score, o.value) for o in item.options if o.score is not None]
            if len(scored) in CUTS:
                scored.sort()
                values = tuple(value for _, value in scored)
                scores = np.array([score for score, _ in scored], dtype=np.float64)
                found.append(AskedItem(item.key, item.construct, values, scores))
    return tuple(found)


def at_least(ready: Floats, options: int, place: int) -> Floats:
    """The chance of the option at that place or a better one (place 0 is the worst)."""
    if place == 0:
        return np.ones_like(ready)
    return expit(ready - CUTS[options][place - 1])


def expected(ready: Floats, levels: Floats) -> Floats:
    """The expected level (score or place) of an answer."""
    total = np.full_like(ready, levels[0])
    for place in range(1, len(levels)):
        total += (levels[place] - levels[place - 1]) * at_least(ready, len(levels), place)
    return total


def choose(ready: Floats, options: int, rng: np.random.Generator) -> Codes:
    """The place of the option chosen, drawn for each row."""
    draw = rng.random(len(ready))
    chosen = np.zeros(len(ready), dtype=np.int64)
    for place in range(1, options):
        chosen += draw < at_least(ready, options, place)
    return chosen

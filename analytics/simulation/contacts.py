"""Children and their contacts, one generation of contacts after the other.

The help a child gets after one contact changes when, and whether, the next one comes; so both
are drawn together. The time to the next contact is kept for every arm a child might have had
(one draw, several hazards): from these potential outcomes the true effects are reckoned.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from analytics.estimation.arrays import Codes, Floats
from analytics.simulation.country import TEAMS_PER_FORCE, Country

YEAR: Final = 365.25
HISTORY_DAYS: Final = 1095
WINDOW_DAYS: Final = 7
ADULT_DAYS: Final = 6574
MOST_GENERATIONS: Final = 8
SIBLINGS: Final = 0.12
SEVERAL: Final = 0.05
UPTAKE: Final = 0.85
BAND_STARTS: Final = (0, 6, 8, 12, 16)
BANDS: Final = ("0-5", "6-7", "8-11", "12-15", "16-17")
ROLES: Final = ("victim", "witness", "missing", "at_scene", "suspect")
NEVER: Final = 10**6


class Children(NamedTuple):
    """Arrays by child."""

    force: Codes
    birth_day: Codes
    gender: Codes
    ethnic: Codes
    decile: Codes
    nature: Floats
    sibling: Codes


class Contacts(NamedTuple):
    """Arrays by contact; `next_day` and `next_by_arm` are days, NEVER where none comes."""

    child: Codes
    number: Codes
    case: Codes
    day: Codes
    age: Codes
    band: Codes
    role: Codes
    severity: Codes
    team: Codes
    arm: Codes
    several: Codes
    uptake: Codes
    next_day: Codes
    next_by_arm: Codes

    def take(self, rows: Codes) -> Contacts:
        """The contacts of those rows."""
        return Contacts(*(values[rows] for values in self))


def grow_children(count: int, country: Country, rng: np.random.Generator, extract: int) -> Children:
    """Children with what never changes; about one in eight is a sibling of the one before."""
    force = rng.choice(len(country.sizes), size=count, p=country.sizes)
    sibling = np.where(rng.random(count) < SIBLINGS, np.arange(count) - 1, -1)
    sibling[0] = -1
    sibling = np.where((sibling >= 0) & (sibling[np.maximum(sibling, 0)] >= 0), -1, sibling)
    shared = np.where(sibling >= 0, sibling, np.arange(count))
    # Ages at the middle of the history, more of them at 8 to 11 and in the teens.
    years = rng.choice(18, size=count, p=_AGES) + rng.random(count)
    decile = np.clip(np.ceil(10 * rng.beta(0.9, 1.3, count)), 1, 10).astype(np.int64)
    return Children(
        force=force[shared],
        birth_day=(extract - HISTORY_DAYS / 2 - years * YEAR).astype(np.int64),
        gender=rng.choice(4, size=count, p=(0.55, 0.42, 0.01, 0.02)),
        ethnic=rng.integers(0, 19, count),
        decile=decile[shared],
        nature=rng.normal(0.0, 1.0, count),
        sibling=sibling,
    )


_WEIGHTS = np.array([1.5] * 6 + [2.5] * 2 + [5.0] * 4 + [4.0] * 4 + [4.0] * 2)
_AGES = _WEIGHTS / _WEIGHTS.sum()


def grow_contacts(
    children: Children, country: Country, rng: np.random.Generator, extract: int
) -> Contacts:
    """All contacts of all children before the extract, first contacts first."""
    count = len(children.force)
    first = extract - 1 - rng.integers(0, HISTORY_DAYS, count)
    first = np.where(children.sibling >= 0, first[np.maximum(children.sibling, 0)], first)
    who = np.arange(count)
    generations: list[Contacts] = []
    day = first
    for number in range(MOST_GENERATIONS):
        alive = (day - children.birth_day[who] < ADULT_DAYS) & (day >= children.birth_day[who])
        who, day = who[alive], day[alive]
        if not len(who):
            break
        contacts = _one_generation(who, day, number, children, country, rng)
        generations.append(contacts)
        again = contacts.next_day < extract
        who, day = who[again], contacts.next_day[again]
    together = Contacts(*(np.concatenate(parts) for parts in zip(*generations, strict=True)))
    return together._replace(case=_cases(together, children))


def _cases(contacts: Contacts, children: Children) -> Codes:
    """A case a contact; siblings met on the same day share the first one's."""
    rows = np.arange(len(contacts.child))
    first_row = np.full(len(children.force), -1)
    index = contacts.number == 0
    first_row[contacts.child[index]] = rows[index]
    elder = children.sibling[contacts.child]
    shares = index & (elder >= 0)
    elder_row = first_row[np.maximum(elder, 0)]
    return np.where(shares & (elder_row >= 0), elder_row, rows)


def _one_generation(
    who: Codes,
    day: Codes,
    number: int,
    children: Children,
    country: Country,
    rng: np.random.Generator,
) -> Contacts:
    count, force = len(who), children.force[who]
    age = ((day - children.birth_day[who]) / YEAR).astype(np.int64).clip(0, 17)
    band = np.searchsorted(BAND_STARTS, age, side="right") - 1
    leaning = 0.35 * min(number, 3) - 0.05 * (children.decile[who] - 5) + rng.logistic(0, 1, count)
    severity = 1 + np.searchsorted((-1.5, -0.3, 0.9, 2.2), leaning)
    role = rng.choice(len(ROLES), size=count, p=(0.68, 0.12, 0.09, 0.07, 0.04))
    role = np.where((role == ROLES.index("suspect")) & (age < 10), 0, role)
    arm = _draw_arm(severity, band, number, force, country, rng)
    uptake = (rng.random(count) < UPTAKE).astype(np.int64)
    next_by_arm = _next_days(who, day, severity, band, number, uptake, children, country, rng)
    several = ((arm > 0) & (rng.random(count) < SEVERAL)).astype(np.int64)
    return Contacts(
        child=who,
        number=np.full(count, number),
        case=np.zeros(count, np.int64),
        day=day,
        age=age,
        band=band,
        role=role,
        severity=severity,
        team=rng.integers(0, TEAMS_PER_FORCE, count),
        arm=arm,
        several=several,
        uptake=uptake,
        next_day=next_by_arm[np.arange(count), arm],
        next_by_arm=next_by_arm,
    )


def _draw_arm(
    severity: Codes,
    band: Codes,
    number: int,
    force: Codes,
    country: Country,
    rng: np.random.Generator,
) -> Codes:
    """0 for usual, else 1 + the arm; a multinomial logit, so each pair is a logit in the facts."""
    arms = country.scenario.arms
    utility = np.zeros((len(force), len(arms) + 1))
    for index, arm in enumerate(arms):
        facts = arm.by_severity * (severity - 3) + 0.08 * (band - 2) + 0.15 * min(number, 3)
        level = arm.log_odds + facts + country.arm_level[force, index]
        utility[:, index + 1] = np.where(country.offered[force, index] > 0, level, -np.inf)
    drawn: Codes = np.argmax(utility + rng.gumbel(size=utility.shape), axis=1)
    return drawn


def _next_days(
    who: Codes,
    day: Codes,
    severity: Codes,
    band: Codes,
    number: int,
    uptake: Codes,
    children: Children,
    country: Country,
    rng: np.random.Generator,
) -> Codes:
    """The day of the next contact had the child had each arm, by one exponential draw."""
    force = children.force[who]
    base = -7.2 + 0.25 * (severity - 3) + 0.12 * min(number, 3) + 0.06 * (band - 2)
    base = base - 0.03 * (children.decile[who] - 5) + country.level["again"][force]
    draw = -np.log(rng.random(len(who)))
    days = np.empty((len(who), len(country.scenario.arms) + 1), dtype=np.int64)
    for index in range(days.shape[1]):
        hazard = base
        if index:
            effect = country.scenario.arms[index - 1].again
            hazard = base + effect * country.effect_scale[force, index - 1] * uptake
        wait = np.minimum(draw / np.exp(hazard), NEVER)
        after = day + WINDOW_DAYS + wait.astype(np.int64)
        days[:, index] = np.where(after - children.birth_day[who] < ADULT_DAYS, after, NEVER)
    return days


def keep_exactly(contacts: Contacts, wanted: int) -> Contacts:
    """Whole children until the number of contacts is the one wanted.

    The last places are filled by children with one contact, since a child is never cut short.
    """
    sizes = np.bincount(contacts.child)
    order = np.flatnonzero(sizes)
    total = np.cumsum(sizes[order])
    whole = int(np.searchsorted(total, wanted, side="right"))
    missing = wanted - (int(total[whole - 1]) if whole else 0)
    single = order[whole:][sizes[order[whole:]] == 1][:missing]
    kept = np.zeros(len(sizes), dtype=bool)
    kept[order[:whole]] = True
    kept[single] = True
    return contacts.take(np.flatnonzero(kept[contacts.child]))

"""The true effects of a SIMULATED country, from what would have happened under every arm.

For each intervention the population is everybody who had that intervention or usual help alone,
in forces that offer it, suspects left out, old enough for the outcome to be known. The truth is
the mean, over that population, of the difference between both potential outcomes.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from analytics.estimation.arrays import Floats, Mask
from analytics.simulation.contacts import BANDS, ROLES, Children, Contacts
from analytics.simulation.country import Country
from analytics.simulation.results import (
    SCHOOL_BAND,
    Results,
    at_least,
    expected,
    readiness,
)
from analytics.simulation.voices import Voice

SLOWEST_RECORD_DAYS: Final = 45
# Items of the score `treated_well`, and the item and place of `tell_again`, as in the shipped
# specification what-worked.toml.
TREATED_WELL: Final = ("safe", "listened", "fair", "informed", "trust")
LEAST: Final = 20


def true_effects(
    contacts: Contacts,
    children: Children,
    country: Country,
    results: Results,
    voices: tuple[Voice, ...],
    extract: int,
) -> list[dict[str, Any]]:
    """One entry an intervention × outcome × subgroup: `truth`, `n`, and the population in words."""
    outcomes = _register_outcomes(contacts, results, extract)
    for voice in voices:
        outcomes.update(_voice_outcomes(voice, contacts, children, country))
    found = []
    for name, (values, known) in outcomes.items():
        for index, arm in enumerate(country.scenario.arms):
            effect = values[:, index + 1] - values[:, 0]
            people = _population(contacts, children, country, index) & known
            found.extend(_entries(arm.code.lower(), name, effect, people, contacts))
    return found


def _population(contacts: Contacts, children: Children, country: Country, arm: int) -> Mask:
    either = (contacts.arm == 0) | ((contacts.arm == arm + 1) & (contacts.several == 0))
    offered = country.offered[children.force[contacts.child], arm] > 0
    people: Mask = either & offered & (contacts.role != ROLES.index("suspect"))
    return people


def _entries(
    intervention: str, outcome: str, effect: Floats, people: Mask, contacts: Contacts
) -> list[dict[str, Any]]:
    groups = {"all": people}
    groups |= {f"age_band={band}": people & (contacts.band == i) for i, band in enumerate(BANDS)}
    return [
        {
            "intervention": intervention,
            "outcome": outcome,
            "subgroup": subgroup,
            "estimand": "ATE",
            "truth": float(effect[rows].mean()),
            "n": int(rows.sum()),
        }
        for subgroup, rows in groups.items()
        if rows.sum() >= LEAST
    ]


def _register_outcomes(
    contacts: Contacts, results: Results, extract: int
) -> dict[str, tuple[Floats, Mask]]:
    age = extract - contacts.day - SLOWEST_RECORD_DAYS
    within = (contacts.next_by_arm - contacts.day[:, None] <= 365).astype(np.float64)
    school = contacts.band >= SCHOOL_BAND
    same = np.zeros_like(results.attendance)
    return {
        "rereferral": (within, age >= 365),
        "safe_180": (results.safe, age >= 180),
        "attendance": (results.attendance, school & (age >= 120)),
        "placebo_prior_attendance": (same, school),
    }


def _voice_outcomes(
    voice: Voice, contacts: Contacts, children: Children, country: Country
) -> dict[str, tuple[Floats, Mask]]:
    """Constructs under their names (carers' with `carer_`), and the child's two made of items."""
    here = contacts.take(voice.rows)
    prefix = "" if voice.respondent == "child" else "carer_"
    known = np.zeros(len(contacts.child), dtype=bool)
    known[voice.rows] = True
    found: dict[str, Floats] = {}
    well = np.zeros((len(voice.rows), len(country.scenario.arms) + 1))
    for item in voice.items:
        ready = readiness(here, children, country, item.construct, voice.mood)
        found[prefix + item.construct] = expected(ready, item.places)
        if item.key in TREATED_WELL:
            well += expected(ready, item.scores)
        if item.key == "again":
            best = len(item.values) - 1
            found[prefix + "tell_again"] = at_least(ready, len(item.values), best)
    found[prefix + "treated_well"] = well
    return {name: (_spread(values, voice, contacts), known) for name, values in found.items()}


def _spread(values: Floats, voice: Voice, contacts: Contacts) -> Floats:
    wide = np.zeros((len(contacts.child), values.shape[1]))
    wide[voice.rows] = values
    return wide

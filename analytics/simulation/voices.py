"""Who is asked, who answers and what: asks and answers of a SIMULATED country."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from analytics.estimation.absorbed import expit
from analytics.estimation.arrays import Codes, Floats, Mask
from analytics.simulation.contacts import BANDS, ROLES, Children, Contacts
from analytics.simulation.country import Country
from analytics.simulation.results import AskedItem, asked_items, choose, readiness
from surveys.instrument import Instrument
from surveys.library import load_library

MODES: Final = ("alone", "helped_by_carer", "helped_by_professional", "interpreter", "proxy")
NOT_ASKED: Final = ("gate_closed", "unsafe", "no_plan")
UNANSWERED: Final = ("expired", "failed", "part_answered")
CHANNELS: Final = ("sms", "email", "card")
MISSED: Final = -1


class Voice(NamedTuple):
    """One respondent group: rows of contacts that could be asked, and what came of it."""

    respondent: str
    instrument: Instrument
    items: tuple[AskedItem, ...]
    rows: Codes
    mood: Floats
    answered: Mask
    asked: Mask
    reason: Codes
    state: Codes
    channel: Codes
    mode: Codes
    gate_day: Codes
    asked_day: Codes
    answered_day: Codes
    chosen: Codes


def grow_voices(
    contacts: Contacts, children: Children, country: Country, rng: np.random.Generator, extract: int
) -> tuple[Voice, ...]:
    """The children of each age that has an instrument, and the carers."""
    could = contacts.role != ROLES.index("suspect")
    found = []
    for instrument in _newest():
        in_band = could
        if instrument.age_band is not None:
            in_band = could & (contacts.band == BANDS.index(instrument.age_band))
        rows = np.flatnonzero(in_band)
        found.append(_voice(instrument, rows, contacts, children, country, rng, extract))
    return tuple(found)


def _newest() -> list[Instrument]:
    """The newest version of each instrument asked at T1."""
    newest = {each.id: each for each in load_library().all() if "T1" in each.waves}
    return [newest[name] for name in sorted(newest)]


def _voice(
    instrument: Instrument,
    rows: Codes,
    contacts: Contacts,
    children: Children,
    country: Country,
    rng: np.random.Generator,
    extract: int,
) -> Voice:
    count, here = len(rows), contacts.take(rows)
    gate_day = here.day + rng.integers(4, 21, count)
    asked_day = gate_day + rng.integers(2, 7, count)
    answered_day = asked_day + rng.integers(0, 6, count)
    willing = rng.random(count) < _response(here, children, country)
    answered = willing & (answered_day < extract)
    asked = (answered | (rng.random(count) < 0.7)) & (asked_day < extract)
    mood = 0.6 * children.nature[here.child] + rng.normal(0.0, 0.6, count)
    items = asked_items(instrument)
    chosen = np.full((count, len(items)), MISSED)
    for index, item in enumerate(items):
        ready = readiness(here, children, country, item.construct, mood)[np.arange(count), here.arm]
        picked = choose(ready, len(item.values), rng)
        chosen[:, index] = np.where(rng.random(count) < 0.05, MISSED, picked)
    return Voice(
        respondent=instrument.audience,
        instrument=instrument,
        items=items,
        rows=rows,
        mood=mood,
        answered=answered,
        asked=asked,
        reason=rng.choice(3, size=count, p=(0.7, 0.2, 0.1)),
        state=rng.choice(3, size=count, p=(0.7, 0.15, 0.15)),
        channel=rng.choice(3, size=count, p=(0.5, 0.2, 0.3)),
        mode=rng.choice(5, size=count, p=(0.7, 0.14, 0.1, 0.04, 0.02)),
        gate_day=gate_day,
        asked_day=asked_day,
        answered_day=answered_day,
        chosen=chosen,
    )


def _response(here: Contacts, children: Children, country: Country) -> Floats:
    """The chance of answering, by what is on record: severity, age, force, arm."""
    odds = 0.2 - 0.3 * (here.severity - 3) - 0.1 * (here.band - 2) + 0.35 * (here.arm > 0)
    return expit(odds + country.response[children.force[here.child]])

"""A whole SIMULATED country: `simulate` grows it, and keeps the truth beside it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import msgspec
import numpy as np

from analytics.register import Register, check_register
from analytics.simulation import frames, outcome_rows, voice_rows
from analytics.simulation.contacts import grow_children, grow_contacts, keep_exactly
from analytics.simulation.country import grow_country
from analytics.simulation.results import grow_results
from analytics.simulation.scenario import get_scenario
from analytics.simulation.truth import true_effects
from analytics.simulation.voices import grow_voices
from analytics.tables import day_number

DEFAULT_EXTRACT: Final = date(2026, 11, 1)
MIN_CONTACTS: Final = 100
MAX_CONTACTS: Final = 20_000_000


class TooFewContactsError(ValueError):
    """A country needs contacts."""


class World(msgspec.Struct, frozen=True, kw_only=True):
    """A SIMULATED country: the register's frames (with the columns that only files carry), the
    seed and scenario they came from, and the true effects."""

    seed: int
    scenario: str
    register: Register
    effects: list[dict[str, Any]]

    def truth(self) -> dict[str, Any]:
        """What `truth.json` says."""
        return {
            "simulated": True,
            "seed": self.seed,
            "scenario": self.scenario,
            "contacts": self.register.contacts.height,
            "extract": self.register.extract.isoformat(),
            "population": (
                "contacts with this intervention alone or usual help, in forces that offer it, "
                "suspects left out, old enough for the outcome to be known"
            ),
            "effects": self.effects,
        }


def simulate(
    contacts: int, seed: int, scenario: str = "default", extract: date = DEFAULT_EXTRACT
) -> World:
    """The country of that seed with exactly so many contacts; the same call gives the same one.

    Raises TooFewContactsError and UnknownScenarioError.
    """
    if not MIN_CONTACTS <= contacts <= MAX_CONTACTS:
        raise TooFewContactsError(
            f"Simulate between {MIN_CONTACTS} and {MAX_CONTACTS} contacts, not {contacts}."
        )
    rng = np.random.default_rng([seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF])
    today = day_number(extract)
    country = grow_country(get_scenario(scenario), rng)
    children = grow_children(contacts, country, rng, today)
    grown = keep_exactly(grow_contacts(children, country, rng, today), contacts)
    results = grow_results(grown, children, country, rng)
    voices = grow_voices(grown, children, country, rng, today)
    register = Register(
        extract=extract,
        contacts=frames.contact_rows(grown, children, country, voices, seed, rng, today),
        interventions=frames.intervention_rows(grown, country, rng, today),
        events=frames.event_rows(grown, voices, rng, today),
        outcomes=outcome_rows.outcome_rows(grown, results, rng, today),
        answers=voice_rows.answer_rows(voices),
        asks=voice_rows.ask_rows(voices, today),
    )
    check_register(register)
    effects = true_effects(grown, children, country, results, voices, today)
    return World(seed=seed, scenario=scenario, register=register, effects=effects)

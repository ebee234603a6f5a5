"""Contacts, interventions and events of a SIMULATED country as frames of the register.

Only what had entered the records by the extract is there.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from analytics.estimation.arrays import Mask
from analytics.register import EVENTS, INTERVENTIONS, UTC
from analytics.simulation.columns import (
    contact_ids,
    contact_ids_of,
    dates,
    pick,
    times,
    where,
)
from analytics.simulation.contacts import BANDS, ROLES, WINDOW_DAYS, Children, Contacts
from analytics.simulation.country import Country
from analytics.simulation.voices import NOT_ASKED, Voice
from analytics.tables import SIMULATED_PREFIX
from surveys.vocabulary import CONTACT_TYPES, ETHNIC_GROUPS, FLAGS, GENDERS

MINUTES_A_DAY: Final = 1440


def contact_rows(
    contacts: Contacts,
    children: Children,
    country: Country,
    voices: tuple[Voice, ...],
    seed: int,
    rng: np.random.Generator,
    today: int,
) -> pl.DataFrame:
    """The register's contacts, with age_years, owner and the gate as files carry them."""
    count = len(contacts.child)
    force, child = children.force[contacts.child], contacts.child
    minute = rng.integers(6 * 60, 23 * 60, count)
    late = np.ceil(rng.lognormal(7.0, 1.1, count)).astype(np.int64)
    met = rng.random(count) < 0.93
    met &= contacts.day * MINUTES_A_DAY + minute + late < today * MINUTES_A_DAY
    open_gate = _gate_open(contacts, voices, rng, today)
    team = force * 100 + contacts.team
    names = [f"{slug}-team-{team + 1}" for slug in country.forces for team in range(100)]
    agreed = pick([f"{slug}-oic" for slug in country.forces], np.where(open_gate, force, -1))
    return pl.DataFrame(
        {
            "contact_id": contact_ids(np.arange(count)),
            "case_id": contact_ids(contacts.case),
            "child_id": contact_ids(child),
            "force": pick(country.forces, force),
            "team": pick(names, team),
            "contact_at": times(contacts.day, minute),
            "contact_type": pick(list(CONTACT_TYPES), rng.integers(0, len(CONTACT_TYPES), count)),
            "child_role": pick(ROLES, contacts.role),
            "age_band": pick(BANDS, contacts.band),
            "age_years": pl.Series(contacts.age, dtype=pl.Int32),
            "severity": pl.Series(contacts.severity, dtype=pl.Int32),
            "gender": pick(list(GENDERS), children.gender[child]),
            "ethnic_group": pick(list(ETHNIC_GROUPS), children.ethnic[child]),
            "flags": _flags(contacts, rng),
            "deprivation_decile": pl.Series(children.decile[child], dtype=pl.Int32),
            "reported_at": times(contacts.day, minute - rng.integers(0, 300, count)),
            "first_contact_at": times(contacts.day, minute + late, met),
            "recorded_at": times(contacts.day, np.minimum(minute + 30, MINUTES_A_DAY - 1)),
            "owner": pick(names, team) + "-worker-1",
            "evidence_gate": pick(("closed", "open"), open_gate.astype(np.int64)),
            "gate_agreed_by": agreed,
            "gate_review_on": dates(contacts.day + 60, ~open_gate),
            "source_event_id": (f"{SIMULATED_PREFIX}{seed}-" + contact_ids(np.arange(count))),
        }
    )


def _gate_open(
    contacts: Contacts, voices: tuple[Voice, ...], rng: np.random.Generator, today: int
) -> Mask:
    """Open for all who were asked, and for most of the others whose time has come."""
    count = len(contacts.child)
    opened = (rng.random(count) < 0.6) & (contacts.day + 21 < today)
    opened &= contacts.role != ROLES.index("suspect")
    for voice in voices:
        opened[voice.rows[~voice.asked & (voice.reason == NOT_ASKED.index("gate_closed"))]] = False
    for voice in voices:
        opened[voice.rows[voice.asked]] = True
    return opened


def _flags(contacts: Contacts, rng: np.random.Generator) -> pl.Series:
    """A list of flags a contact, more of them in hard cases; empty for most."""
    codes = list(FLAGS)
    chance = 0.02 * contacts.severity[:, None] * np.linspace(1.6, 0.4, len(codes))
    rows, flags = np.nonzero(rng.random((len(contacts.child), len(codes))) < chance)
    found = (
        pl.DataFrame({"row": rows, "flag": pick(codes, flags)})
        .group_by("row", maintain_order=True)
        .agg("flag")
    )
    every = pl.DataFrame({"row": np.arange(len(contacts.child))})
    joined = every.join(found, on="row", how="left", maintain_order="left")["flag"]
    return joined.fill_null(pl.Series([[]], dtype=pl.List(pl.String)))


def intervention_rows(
    contacts: Contacts, country: Country, rng: np.random.Generator, today: int
) -> pl.DataFrame:
    """Offers: the arm within the window, a second one for `several`, and late ones."""
    codes = [arm.code for arm in country.scenario.arms]
    count, rows = len(contacts.child), np.arange(len(contacts.child))
    second = np.where(contacts.several == 1, 1 + contacts.arm % len(codes), 0)
    late = (contacts.arm == 0) & (rng.random(count) < 0.12)
    late_arm = np.where(late, rng.integers(1, len(codes) + 1, count), 0)
    parts = []
    for arm, low, high in ((contacts.arm, 0, 7), (second, 0, 7), (late_arm, WINDOW_DAYS, 200)):
        has = arm > 0
        offered = contacts.day + rng.integers(low, high, count)
        taken = contacts.uptake == 1
        started = offered + rng.integers(0, 15, count)
        ended = started + rng.integers(14, 150, count)
        begun = taken & (started < today)
        status = np.where(~taken, 2, np.where(begun, 3, 1))
        part = pl.DataFrame(
            {
                "row": rows,
                "intervention": pick(codes, arm - 1),
                "status": pick(("offered", "accepted", "declined", "delivered"), status),
                "offered_on": dates(offered),
                "started_on": dates(started, begun),
                "ended_on": dates(ended, begun & (ended < today)),
                "provider": pick(("police", "charity", "health"), rng.integers(0, 3, count)),
                "dose": where(pl.Series(rng.poisson(6, count) + 1.0), begun & (ended < today)),
            }
        )
        parts.append(part.filter(pl.Series(has & (offered < today))))
    joined = pl.concat(parts).with_columns(contact_ids_of("row")).drop("row")
    return joined.select(*INTERVENTIONS)


def event_rows(
    contacts: Contacts, voices: tuple[Voice, ...], rng: np.random.Generator, today: int
) -> pl.DataFrame:
    """Notices sent and received, risk assessed, the child told, and gates opened."""
    count, rows = len(contacts.child), np.arange(len(contacts.child))
    sent = contacts.day + rng.integers(0, 3, count)
    share = 0.25 + 0.12 * contacts.severity
    plans = [
        ("ppn_sent", rows, sent, rng.random(count) < share),
        ("mash_received", rows, sent + rng.integers(0, 4, count), rng.random(count) < share),
        ("risk_assessed", rows, sent, rng.random(count) < 0.8),
        ("child_updated", rows, sent + rng.integers(2, 40, count), rng.random(count) < 0.55),
    ]
    asked = np.zeros(count, dtype=bool)
    for voice in voices:
        first = voice.asked & ~asked[voice.rows]
        plans.append(("gate_opened", voice.rows, voice.gate_day, first))
        asked[voice.rows[first]] = True
    parts = []
    for event, rows_of, day, happened in plans:
        recorded = day + rng.integers(0, 5, len(day))
        keep = happened & (recorded < today)
        minute = rng.integers(9 * 60, 17 * 60, len(day))
        parts.append(
            pl.DataFrame(
                {
                    "row": rows_of[keep],
                    "event": pl.Series([event]).extend_constant(event, int(keep.sum()))[1:],
                    "happened_at": times(day[keep], minute[keep]),
                    "recorded_at": times(recorded[keep], np.full(int(keep.sum()), 1200)),
                }
            )
        )
    joined = pl.concat(parts).with_columns(contact_ids_of("row")).drop("row")
    return joined.cast({"happened_at": UTC, "recorded_at": UTC}).select(*EVENTS)

"""What was decided or measured after the contacts of a SIMULATED country, recorded late."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl

from analytics.estimation.arrays import Codes, Floats, Mask
from analytics.register import OUTCOMES
from analytics.simulation.columns import contact_ids_of, dates, pick
from analytics.simulation.contacts import ROLES, WINDOW_DAYS, Contacts
from analytics.simulation.results import SCHOOL_BAND, Results

JUSTICE: Final = ("1", "8", "14", "15", "16", "20", "22")
JUSTICE_SHARES: Final = (0.12, 0.06, 0.17, 0.2, 0.35, 0.05, 0.05)


def outcome_rows(
    contacts: Contacts, results: Results, rng: np.random.Generator, today: int
) -> pl.DataFrame:
    """What was decided or measured, each recorded some days late; none after the extract."""
    count, day = len(contacts.child), contacts.day
    own = np.arange(count), contacts.arm
    school = contacts.band >= SCHOOL_BAND
    none = np.full(count, np.nan)
    safe = (results.noise < results.safe[own]).astype(np.float64)
    victim = contacts.role == ROLES.index("victim")
    closed = day + WINDOW_DAYS + rng.lognormal(4.6, 0.8, count).astype(np.int64)
    plan = day + WINDOW_DAYS + rng.integers(0, 40, count)
    hard = rng.random(count) < 0.06 * contacts.severity
    term = day + rng.integers(60, 110, count)
    kept = rng.random((3, count)) < np.array([[0.93], [0.9], [0.9]])
    plans: list[tuple[str, Any, Codes, Floats, Mask]] = [
        ("followup", "rereferral", contacts.next_day, none, contacts.next_day < today),
        ("followup", "safe_180", day + 180, safe, kept[0]),
        ("education", "attendance", term, results.attendance[own], school & kept[1]),
        (
            "education",
            "placebo_prior_attendance",
            day - rng.integers(10, 60, count),
            results.prior_attendance,
            school & kept[2],
        ),
        (
            "justice",
            pick(JUSTICE, rng.choice(len(JUSTICE), size=count, p=JUSTICE_SHARES)),
            closed,
            none,
            victim & (rng.random(count) < 0.8),
        ),
        ("safeguarding", "CIN_S17", plan, none, hard & (contacts.severity < 4)),
        ("safeguarding", "S47", plan, none, hard & (contacts.severity >= 4)),
    ]
    return pl.concat([_outcome(*each, rng, today) for each in plans]).select(*OUTCOMES)


def _outcome(
    outcome_set: str,
    outcome: Any,
    day: Codes,
    value: Floats,
    happened: Mask,
    rng: np.random.Generator,
    today: int,
) -> pl.DataFrame:
    """The recorded rows of one outcome; half are recorded within six days, few after forty."""
    count = len(day)
    recorded = day + np.minimum(rng.lognormal(1.8, 0.8, count).astype(np.int64), 90)
    told = recorded + rng.integers(1, 10, count)
    justice = outcome_set == "justice"
    frame = pl.DataFrame(
        {
            "row": np.arange(count),
            "outcome_set": pl.Series([outcome_set]).new_from_index(0, count),
            "outcome": pl.Series([outcome]).new_from_index(0, count)
            if isinstance(outcome, str)
            else outcome,
            "decided_on": dates(np.minimum(day, today + 1)),
            "recorded_on": dates(np.minimum(recorded, today + 1)),
            "told_child_on": dates(
                np.minimum(told, today + 1),
                justice & (rng.random(count) < 0.7) & (told < today),
            ),
            "final": pl.Series([True if justice else None], dtype=pl.Boolean).new_from_index(
                0, count
            ),
            "value": pl.Series(value).fill_nan(None),
        }
    ).filter(pl.Series(happened & (recorded < today)))
    charged = (pl.col("outcome_set") == "justice") & (pl.col("outcome") == "1")
    return frame.with_columns(
        contact_ids_of("row"), pl.when(~charged).then("final").otherwise(False).alias("final")
    ).drop("row")

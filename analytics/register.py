"""The current state of the register as frames: what linking and the simulator speak.

Whoever reads the database (or invents a country) fills these six frames. Ids are random
pseudonyms already; times are UTC; days are dates in Europe/London. A withdrawn row is absent
and of several versions only the newest is here.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import msgspec
import polars as pl

UTC: Final = pl.Datetime("us", "UTC")

CONTACTS: Final[dict[str, Any]] = {
    "contact_id": pl.String,
    "case_id": pl.String,
    "child_id": pl.String,
    "force": pl.String,
    "team": pl.String,
    "contact_at": UTC,
    "contact_type": pl.String,
    "child_role": pl.String,
    "age_band": pl.String,
    "severity": pl.Int32,
    "gender": pl.String,
    "ethnic_group": pl.String,
    "flags": pl.List(pl.String),
    "deprivation_decile": pl.Int32,
    "reported_at": UTC,
    "first_contact_at": UTC,
    "recorded_at": UTC,
    "source_event_id": pl.String,
}
INTERVENTIONS: Final[dict[str, Any]] = {
    "contact_id": pl.String,
    "intervention": pl.String,
    "status": pl.String,
    "offered_on": pl.Date,
    "started_on": pl.Date,
    "ended_on": pl.Date,
    "provider": pl.String,
    "dose": pl.Float64,
}
EVENTS: Final[dict[str, Any]] = {
    "contact_id": pl.String,
    "event": pl.String,
    "happened_at": UTC,
    "recorded_at": UTC,
}
OUTCOMES: Final[dict[str, Any]] = {
    "contact_id": pl.String,
    "outcome_set": pl.String,
    "outcome": pl.String,
    "decided_on": pl.Date,
    "recorded_on": pl.Date,
    "told_child_on": pl.Date,
    "final": pl.Boolean,
    "value": pl.Float64,
}
ANSWERS: Final[dict[str, Any]] = {
    "contact_id": pl.String,
    "respondent": pl.String,
    "respondent_no": pl.Int32,
    "wave": pl.String,
    "instrument": pl.String,
    "version": pl.String,
    "completion_mode": pl.String,
    "answered_on": pl.Date,
    "item": pl.String,
    "value": pl.String,
}
ASKS: Final[dict[str, Any]] = {
    "contact_id": pl.String,
    "respondent": pl.String,
    "respondent_no": pl.Int32,
    "wave": pl.String,
    "asked": pl.Boolean,
    "channel": pl.String,
    "state": pl.String,
    "reason": pl.String,
    "asked_on": pl.Date,
    "opened_on": pl.Date,
    "answered_on": pl.Date,
}
FRAMES: Final = {
    "contacts": CONTACTS,
    "interventions": INTERVENTIONS,
    "events": EVENTS,
    "outcomes": OUTCOMES,
    "answers": ANSWERS,
    "asks": ASKS,
}


class BadRegisterError(ValueError):
    """A frame of the register lacks a column or has it in another type."""


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """The six frames on the day of the extract; further columns are ignored.

    `recorded_at` of a contact is when it was first recorded, null where that is not known.
    answers holds one row an item, `value` being the option, not_sure or skipped (null for free
    text, which never leaves the service); asks one row a respondent, wave and contact.
    """

    extract: date
    contacts: pl.DataFrame
    interventions: pl.DataFrame
    events: pl.DataFrame
    outcomes: pl.DataFrame
    answers: pl.DataFrame
    asks: pl.DataFrame


def empty(name: str) -> pl.DataFrame:
    """The frame of that name without rows."""
    return pl.DataFrame(schema=FRAMES[name])


def check_register(register: Register) -> None:
    """Nothing when every frame has its columns in their types; else BadRegisterError."""
    for name, columns in FRAMES.items():
        found = getattr(register, name).schema
        for column, dtype in columns.items():
            if found.get(column) != dtype:
                kind = found.get(column, "missing")
                raise BadRegisterError(
                    f"Column {column} of the register's {name} is {kind}, not {dtype}."
                )

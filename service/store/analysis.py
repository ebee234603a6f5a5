"""The current state of the register as frames for analysis, all of one moment.

Read as the analyst, who sees neither references, years of age nor ways to a person. References
that were merged are one: every id is the subject of its pseudonym.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from analytics.register import CONTACTS, EVENTS, FRAMES, INTERVENTIONS, OUTCOMES, UTC
from service.db import Connection, set_force
from service.parts import Parts
from service.store.register import LONG_SECONDS


def _micro(moment: str) -> str:
    """A moment as whole microseconds since 1970: text that reads the same everywhere."""
    return f"(extract(epoch FROM {moment}) * 1000000)::bigint"


def _day(moment: str) -> str:
    return f"({moment} AT TIME ZONE 'Europe/London')::date"


NEWEST: Final = ("recorded_at", "source_event_id")
MEANT: Final = "JOIN register.pseudonym AS p ON p.force = r.force AND p.id = r.contact"
QUERIES: Final[Mapping[str, str]] = {
    "contacts": f"""
        SELECT p.subject AS contact_id, a.subject AS case_id, h.subject AS child_id, r.force,
            r.team, {_micro("r.contact_at")} AS contact_at, r.contact_type, r.child_role,
            r.age_band, r.severity, r.gender, r.ethnic_group,
            array_to_string(r.flags, ';') AS flags, r.deprivation_decile,
            {_micro("r.reported_at")} AS reported_at,
            {_micro("r.first_contact_at")} AS first_contact_at,
            {_micro("r.recorded_at")} AS recorded_at, r.source_event_id,
            r.evidence_gate, r.gate_review_on
        FROM register.contact_for_analysis AS r
        {MEANT}
        JOIN register.pseudonym AS a ON a.force = r.force AND a.id = r.case_id
        JOIN register.pseudonym AS h ON h.force = r.force AND h.id = r.child
        WHERE r.force = $1
    """,
    "interventions": f"""
        SELECT p.subject AS contact_id, r.intervention, r.status, r.offered_on, r.started_on,
            r.ended_on, r.provider, r.dose, {_micro("r.recorded_at")} AS recorded_at,
            r.source_event_id
        FROM register.intervention_now AS r {MEANT} WHERE r.force = $1
    """,
    "events": f"""
        SELECT p.subject AS contact_id, r.event, {_micro("r.happened_at")} AS happened_at,
            {_micro("r.recorded_at")} AS recorded_at, r.source_event_id
        FROM register.event_now AS r {MEANT} WHERE r.force = $1
    """,
    "outcomes": f"""
        SELECT p.subject AS contact_id, r.outcome_set, r.outcome, r.decided_on, r.recorded_on,
            r.told_child_on, r.final, r.value, {_micro("r.recorded_at")} AS recorded_at,
            r.source_event_id
        FROM register.outcome_now AS r {MEANT} WHERE r.force = $1
    """,
    "invitations": f"""
        SELECT p.subject AS contact_id, h.subject AS child_id, r.respondent, r.respondent_no,
            r.wave, r.channel, r.state, r.held_reason, {_micro("r.created_at")} AS created_at,
            {_day("r.created_at")} AS asked_on, {_day("r.opened_at")} AS opened_on,
            {_day("r.answered_at")} AS answered_on
        FROM feedback.invitation AS r {MEANT}
        JOIN register.pseudonym AS h ON h.force = r.force AND h.id = r.child
        WHERE r.force = $1
    """,
    "responses": f"""
        SELECT r.id AS response, p.subject AS contact_id, r.respondent, r.respondent_no, r.wave,
            r.entered, r.instrument, r.version, r.state, r.completion_mode,
            {_day("coalesce(r.completed_at, r.changed_at)")} AS answered_on,
            {_micro("r.changed_at")} AS changed_at
        FROM feedback.response AS r {MEANT} WHERE r.force = $1 AND r.state <> 'withdrawn'
    """,
    # What is not a plain option (words of a child) never leaves as more than a blank.
    "items": """
        SELECT r.id AS response, e.key AS item,
            CASE WHEN jsonb_typeof(e.value) = 'string' THEN e.value #>> '{}' END AS value
        FROM feedback.response AS r
        CROSS JOIN LATERAL jsonb_each(r.answers) AS e (key, value)
        WHERE r.force = $1 AND r.state <> 'withdrawn'
    """,
}
_HISTORY: Final[dict[str, Any]] = {"recorded_at": UTC, "source_event_id": pl.String}
SCHEMAS: Final[Mapping[str, dict[str, Any]]] = {
    "contacts": {**CONTACTS, "evidence_gate": pl.String, "gate_review_on": pl.Date},
    "interventions": {**INTERVENTIONS, **_HISTORY},
    "events": {**EVENTS, **_HISTORY},
    "outcomes": {**OUTCOMES, **_HISTORY},
    "invitations": {
        "contact_id": pl.String,
        "child_id": pl.String,
        "respondent": pl.String,
        "respondent_no": pl.Int32,
        "wave": pl.String,
        "channel": pl.String,
        "state": pl.String,
        "held_reason": pl.String,
        "created_at": UTC,
        "asked_on": pl.Date,
        "opened_on": pl.Date,
        "answered_on": pl.Date,
    },
    "responses": {
        "response": pl.String,
        **{
            name: dtype
            for name, dtype in FRAMES["answers"].items()
            if name not in ("item", "value")
        },
        "entered": pl.String,
        "state": pl.String,
        "changed_at": UTC,
    },
    "items": {"response": pl.String, "item": pl.String, "value": pl.String},
}
# What one row is about, once references are merged; of several rows the newest holds.
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "contacts": ("contact_id",),
    "interventions": ("contact_id", "intervention", "status"),
    "events": ("contact_id", "event", "happened_at"),
    "outcomes": ("contact_id", "outcome_set", "outcome"),
}


async def read_register(parts: Parts, forces: Iterable[str]) -> dict[str, pl.DataFrame]:
    """The frames of SCHEMAS by name, over some forces, as everything stood at one moment."""
    found: dict[str, list[pl.DataFrame]] = {name: [] for name in QUERIES}
    async with parts.database.transaction("analyst", None, snapshot=True) as connection:
        for force in forces:
            await set_force(connection, force)
            for name, query in QUERIES.items():
                found[name].append(await _read(connection, query, force, SCHEMAS[name]))
    frames = {
        name: pl.concat([pl.DataFrame(schema=SCHEMAS[name]), *read]) for name, read in found.items()
    }
    for name, key in KEYS.items():
        frames[name] = _newest(frames[name], key)
    return frames


async def _read(
    connection: Connection, query: str, force: str, schema: Mapping[str, Any]
) -> pl.DataFrame:
    """The rows of a query as columns, without a Python object for each cell."""
    written = io.BytesIO()
    await connection.copy_from_query(
        query, force, output=written, format="csv", header=True, timeout=LONG_SECONDS
    )
    texts = pl.read_csv(written.getvalue(), infer_schema=False)
    return texts.select(_cast(name, dtype).alias(name) for name, dtype in schema.items())


def _cast(name: str, dtype: Any) -> pl.Expr:
    cell = pl.col(name)
    if dtype == UTC:
        return pl.from_epoch(cell.cast(pl.Int64), time_unit="us").dt.replace_time_zone("UTC")
    if dtype == pl.Date:
        return cell.str.to_date("%Y-%m-%d")
    if dtype == pl.Boolean:
        return cell == "t"
    if dtype == pl.List(pl.String):
        codes = cell.fill_null("").str.split(";")
        return codes.list.eval(pl.element().filter(pl.element() != ""))
    return cell.cast(dtype)


def _newest(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """One row a key: two references that were merged may both have said something."""
    return frame.sort(NEWEST, descending=True, maintain_order=True).unique(
        key, keep="first", maintain_order=True
    )

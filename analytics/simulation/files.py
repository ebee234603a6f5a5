"""A SIMULATED country as the files a force would send, `truth.json` beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import polars as pl

from analytics.register import Register
from analytics.simulation.world import World
from analytics.tables import SIMULATED_PREFIX

TIME: Final = "%Y-%m-%dT%H:%M:%S+00:00"
TRUTH_FILE: Final = "truth.json"


def write_files(world: World, out: Path) -> None:
    """Writes contacts, interventions, events, outcomes and responses as CSV, and truth.json.

    Every row carries a `source_event_id` that begins with SIMULATED-.
    """
    register, seed = world.register, world.seed
    out.mkdir(parents=True, exist_ok=True)
    files = {
        "contacts": _contacts(register, seed),
        "interventions": _interventions(register, seed),
        "events": _events(register, seed),
        "outcomes": _outcomes(register, seed),
        "responses": _responses(register, seed),
    }
    for name, frame in files.items():
        frame.write_csv(out / f"{name}.csv")
    write_truth(world, out)


def write_truth(world: World, out: Path) -> None:
    """Writes truth.json into the folder."""
    out.mkdir(parents=True, exist_ok=True)
    (out / TRUTH_FILE).write_text(json.dumps(world.truth(), indent=2) + "\n", encoding="utf-8")


def _reference(kind: str, column: str, seed: int) -> pl.Expr:
    return pl.concat_str(pl.lit(f"SIM{seed}-{kind}-"), pl.col(column)).alias(f"{kind}_ref")


def _time(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime(TIME)


def _marked(frame: pl.DataFrame, letter: str, seed: int, recorded: pl.Expr) -> pl.DataFrame:
    """The frame with source_event_id and recorded_at, ordered so that the ids never change."""
    number = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(8)
    return frame.with_columns(
        pl.concat_str(pl.lit(f"{SIMULATED_PREFIX}{seed}-{letter}"), number).alias(
            "source_event_id"
        ),
        recorded.alias("recorded_at"),
    )


def _of_contact(frame: pl.DataFrame, register: Register, seed: int) -> pl.DataFrame:
    """The frame with force and contact_ref in front instead of contact_id."""
    force = register.contacts.select("contact_id", "force")
    return (
        frame.join(force, on="contact_id", how="inner", validate="m:1", maintain_order="left")
        .with_columns(_reference("contact", "contact_id", seed))
        .drop("contact_id")
        .select("force", "contact_ref", pl.exclude("force", "contact_ref"))
    )


def _contacts(register: Register, seed: int) -> pl.DataFrame:
    return register.contacts.select(
        "force",
        _reference("contact", "contact_id", seed),
        _reference("case", "case_id", seed),
        _reference("child", "child_id", seed),
        _time("contact_at"),
        "contact_type",
        "child_role",
        "age_years",
        "severity",
        "gender",
        "ethnic_group",
        pl.when(pl.col("flags").list.len() > 0).then(pl.col("flags").list.join(";")).alias("flags"),
        "team",
        "owner",
        "deprivation_decile",
        _time("reported_at"),
        _time("first_contact_at"),
        "evidence_gate",
        "gate_agreed_by",
        "gate_review_on",
        "source_event_id",
        _time("recorded_at"),
    )


def _noon(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%dT12:00:00+00:00")


def _interventions(register: Register, seed: int) -> pl.DataFrame:
    rows = _of_contact(register.interventions, register, seed)
    return _marked(rows, "i", seed, _noon("offered_on"))


def _events(register: Register, seed: int) -> pl.DataFrame:
    rows = _of_contact(register.events, register, seed)
    times = rows.with_columns(_time("happened_at"), _time("recorded_at"))
    return _marked(times, "e", seed, pl.col("recorded_at"))


def _outcomes(register: Register, seed: int) -> pl.DataFrame:
    rows = _of_contact(register.outcomes, register, seed)
    return _marked(rows, "o", seed, _noon("recorded_on"))


def _responses(register: Register, seed: int) -> pl.DataFrame:
    """One row a response, one column an item; blank where an instrument has no such item."""
    keys = [
        "contact_id",
        "respondent",
        "instrument",
        "version",
        "completion_mode",
        "answered_on",
    ]
    items = sorted(register.answers["item"].unique())
    wide = register.answers.group_by(keys, maintain_order=True).agg(
        pl.col("value").filter(pl.col("item") == item).first().alias(item) for item in items
    )
    return _marked(_of_contact(wide, register, seed), "r", seed, _noon("answered_on"))

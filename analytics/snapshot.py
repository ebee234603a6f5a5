"""A snapshot on disk: six Parquet files and `schema.json`, with coarse days and fresh ids.

`contact_day` becomes the Monday of its week and every other day of the contact moves with it,
so that durations are exact and no date can be matched with a telephone log; what would give
the move away is coarser still (`coarse.py`). Ids and team names
are drawn anew and rows are ordered by them. `extract_day` in `schema.json` is six days before
the true extract: counted from a Monday, whatever has ended by then has ended in truth. The
extract itself is no later than the day outcomes last came in.
"""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from msgspec import structs

from analytics.answers import score_answers
from analytics.coarse import SHIFT, coarse_days
from analytics.days import DAYS_A_WEEK, day_of_date, day_of_time, past_monday
from analytics.link import START_WINDOW_DAYS, link
from analytics.register import Register
from analytics.tables import FLAG, SIMULATED_PREFIX, TABLES, check, day_number, schema
from analytics.whole_folder import write_whole

SCHEMA_FILE: Final = "schema.json"
# What an outsider might know of a child, from little to much.
KNOWABLE: Final = (
    ("force", "age_band", "contact_day"),
    ("force", "age_band", "contact_day", "gender"),
    ("force", "age_band", "contact_day", "gender", "ethnic_group", "contact_type", "child_role"),
)
SMALLEST_CROWD: Final = 10


def write_snapshot(
    register: Register,
    out: Path,
    rng: np.random.Generator,
    start_window_days: int = START_WINDOW_DAYS,
) -> dict[str, Any]:
    """Writes the snapshot into the folder `out` and gives back what `schema.json` says.

    `rng` draws the ids: seeded by the operating system for real data. Raises BadTableError or
    BadRegisterError before anything is written.
    """
    register = structs.replace(register, extract=known_until(register))
    frames = snapshot_frames(register, rng, start_window_days)
    for name, frame in frames.items():
        check(frame, name)
    described = describe(register, frames, start_window_days)
    # In the file itself too: a table may be handed on without its folder.
    mark = {"simulated": str(described["simulated"]).lower()}
    tables = {
        f"{name}.parquet": partial(frame.write_parquet, metadata=mark)
        for name, frame in frames.items()
    }
    schema_text = json.dumps(described, indent=2) + "\n"
    write_whole(out, tables | {SCHEMA_FILE: lambda path: path.write_text(schema_text, "utf-8")})
    return described


def snapshot_frames(
    register: Register, rng: np.random.Generator, start_window_days: int = START_WINDOW_DAYS
) -> dict[str, pl.DataFrame]:
    """The six frames as they are written, by name."""
    # Two forces may call their teams alike.
    team = pl.concat_str("force", pl.lit("\0"), "team").alias("team")
    linked = link(register, start_window_days).with_columns(team)
    shift = linked.select("contact_id", past_monday(pl.col("contact_day")).alias(SHIFT))
    named = {
        "linked": linked,
        "answers": _answers(register),
        "interventions": _interventions(register),
        "events": _events(register),
        "outcomes": _outcomes(register),
        "asks": _asks(register),
    }
    ids = _fresh(linked["contact_id"], rng)
    coarse = {name: _coarse(frame, shift, ids) for name, frame in named.items()}
    for column in ("child_id", "case_id", "team"):
        fresh = _fresh(linked[column].drop_nulls(), rng)
        coarse["linked"] = coarse["linked"].with_columns(
            pl.col(column).replace_strict(fresh["old"], fresh["new"], default=None)
        )
    return {name: frame.sort(frame.columns[:5]) for name, frame in coarse.items()}


def known_until(register: Register) -> date:
    """The last day the register can speak of: the extract, or when outcomes last came in.

    Where the feeds stopped some time ago, what has not been sent would count as not happened.
    """
    latest = register.outcomes["recorded_on"].max()
    return min(latest, register.extract) if isinstance(latest, date) else register.extract


def is_simulated(register: Register) -> bool:
    """Whether any contact was invented by the simulator."""
    return bool(
        register.contacts["source_event_id"]
        .str.starts_with(SIMULATED_PREFIX)
        .fill_null(False)
        .any()
    )


def describe(
    register: Register, frames: dict[str, pl.DataFrame], start_window_days: int
) -> dict[str, Any]:
    """What `schema.json` says: simulated or not, days, tables, rows, and how unique rows are."""
    return {
        "simulated": is_simulated(register),
        "extract_day": day_number(register.extract) - (DAYS_A_WEEK - 1),
        "start_window_days": start_window_days,
        "rows": {name: frame.height for name, frame in frames.items()},
        "columns": {name: frame.columns for name, frame in frames.items()},
        "tables": schema(),
        "uniqueness": uniqueness(frames["linked"]),
    }


def uniqueness(linked: pl.DataFrame) -> list[dict[str, Any]]:
    """For each set of facts an outsider might know: how many rows stand alone on them."""
    found = []
    for facts in KNOWABLE:
        sizes = linked.group_by(facts).len()["len"]
        alone, few = int((sizes == 1).sum()), int(sizes.filter(sizes < SMALLEST_CROWD).sum())
        rows = max(linked.height, 1)
        found.append(
            {
                "facts": list(facts),
                "alone_share": round(alone / rows, 4),
                "in_crowds_under_10_share": round(few / rows, 4),
            }
        )
    return found


def _fresh(ids: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    """old → new: a random 64-bit number written out, drawn again should two ever be the same."""
    old = ids.unique()
    numbers = rng.integers(1 << 59, 1 << 63, len(old), dtype=np.int64)
    while len(np.unique(numbers)) < len(numbers):
        numbers = rng.integers(1 << 59, 1 << 63, len(old), dtype=np.int64)
    return pl.DataFrame({"old": old.sort(), "new": pl.Series(numbers).cast(pl.String)})


def _coarse(frame: pl.DataFrame, shift: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Days made coarse and contact ids replaced."""
    return (
        frame.join(shift, on="contact_id", how="inner", validate="m:1")
        .pipe(coarse_days)
        .with_columns(pl.col("contact_id").replace_strict(ids["old"], ids["new"]))
        .drop(SHIFT)
    )


def _select(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    columns = TABLES[table].columns
    return frame.select(pl.col(column.name).cast(column.dtype) for column in columns)


def _answers(register: Register) -> pl.DataFrame:
    day = day_of_date("answered_on").alias("answered_day")
    return _select(score_answers(register.answers).with_columns(day), "answers")


def _interventions(register: Register) -> pl.DataFrame:
    days = [day_of_date(f"{name}_on").alias(f"{name}_day") for name in ("offered", "started")]
    ended = day_of_date("ended_on").alias("ended_day")
    return _select(register.interventions.with_columns(*days, ended), "interventions")


def _events(register: Register) -> pl.DataFrame:
    day = day_of_time("happened_at").alias("happened_day")
    return _select(register.events.with_columns(day), "events")


def _outcomes(register: Register) -> pl.DataFrame:
    days = [
        day_of_date(f"{name}_on").alias(f"{name}_day")
        for name in ("decided", "recorded", "told_child")
    ]
    return _select(register.outcomes.with_columns(*days, pl.col("final").cast(FLAG)), "outcomes")


def _asks(register: Register) -> pl.DataFrame:
    days = [
        day_of_date(f"{name}_on").alias(f"{name}_day") for name in ("asked", "opened", "answered")
    ]
    return _select(register.asks.with_columns(*days), "asks")

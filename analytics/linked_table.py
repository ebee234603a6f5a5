"""Opens a linked table, ours or anybody's, and fits it to a specification."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from polars import selectors

from analytics.outcomes import columns_of, faults
from analytics.snapshot import SCHEMA_FILE
from analytics.specification import (
    EventWithin,
    Outcome,
    Score,
    Specification,
    SpecificationError,
    Study,
)
from analytics.tables import EPOCH, INTEGER, SEVERAL, day_number

MOST_ARMS = 200
ROLE = "child_role"
SUSPECT = "suspect"


class Linked(NamedTuple):
    """A linked table and what its snapshot says about it."""

    frame: pl.LazyFrame
    simulated: bool
    extract_day: int | None
    start_window_days: int | None


class UnreadableDataError(ValueError):
    """The data cannot be read; the message is one sentence."""


def open_linked(data: Path) -> Linked:
    """The linked table in a snapshot's folder, a Parquet or a CSV file.

    Raises UnreadableDataError.
    """
    table = data / "linked.parquet" if data.is_dir() else data
    described = _schema_beside(table)
    try:
        frame = _scan(table)
        frame.collect_schema()
    except (OSError, pl.exceptions.PolarsError):
        raise UnreadableDataError(
            f"{table.name} cannot be read as CSV or Parquet; give a snapshot's folder or a file."
        ) from None
    return Linked(
        frame=frame,
        simulated=bool(described.get("simulated", False)) or _is_marked(table),
        extract_day=described.get("extract_day"),
        start_window_days=described.get("start_window_days"),
    )


def _scan(table: Path) -> pl.LazyFrame:
    if table.suffix.lower() == ".csv":
        return pl.scan_csv(table, infer_schema_length=10_000, try_parse_dates=True)
    return pl.scan_parquet(table)


def _is_marked(table: Path) -> bool:
    """Whether a Parquet file says of itself that its data are simulated."""
    if table.suffix.lower() == ".csv":
        return False
    return pl.read_parquet_metadata(table).get("simulated") == "true"


def _schema_beside(table: Path) -> dict[str, Any]:
    path = table.parent / SCHEMA_FILE
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise UnreadableDataError(f"{path.name} is not JSON; write the snapshot again.") from None
    return found if isinstance(found, dict) else {}


class Fitted(NamedTuple):
    """The rows and columns an analysis needs, in memory; days are whole numbers."""

    frame: pl.DataFrame
    extract_day: int | None


def fit(specification: Specification, linked: Linked) -> Fitted:
    """The columns the specification names, checked, with days as numbers and roles chosen.

    Raises SpecificationError with one sentence that names the key.
    """
    study = specification.study
    schema = linked.frame.collect_schema()
    named = named_columns(specification)
    for key, column in named.items():
        if column not in schema:
            raise SpecificationError(f"{key} names the column {column}, which the table lacks.")
    window = linked.start_window_days
    if study.start_window_days is not None and window not in (None, study.start_window_days):
        raise SpecificationError(
            f"study.start_window_days is {study.start_window_days}, but the table was made with "
            f"{window}."
        )
    wanted = set(named.values()) | ({ROLE} & set(schema))
    for outcome in specification.outcome:
        wanted |= set(lag_columns(outcome)) & set(schema)
    wanted |= {"contact_day", "prior_contacts"} & set(schema)
    # A NaN is greater than any number to Polars: nobody's answer would count as a good one.
    frame = _collect(
        linked.frame.select(sorted(wanted)).with_columns(selectors.float().fill_nan(None))
    )
    _check_types(specification, frame)
    rows = _with_day_numbers(_of_roles(frame, study))
    return Fitted(rows, _extract(specification, linked, rows))


def named_columns(specification: Specification) -> dict[str, str]:
    """Every column the specification names, by the key that names it."""
    study = specification.study
    named: dict[str, str | None] = {
        "study.treatment": study.treatment,
        "study.force": study.force,
        "study.team": study.team,
        "study.cluster": study.cluster,
        "study.child": study.child,
    }
    for key in ("treatments", "adjust_for", "subgroups", "negative_controls"):
        named |= {f"study.{key}[{i}]": column for i, column in enumerate(getattr(study, key))}
    for outcome in specification.outcome:
        for key, column in columns_of(outcome, study).items():
            named[f"outcome {outcome.name}: {key}"] = column
    return {key: column for key, column in named.items() if column is not None}


def lag_columns(outcome: Outcome) -> tuple[str, ...]:
    """The columns of when an outcome happened and when it was recorded; empty if not known.

    Of a status these are `<column>_day` and `<column>_recorded_day`, as a snapshot has them.
    """
    if isinstance(outcome, EventWithin):
        return (outcome.event, outcome.recorded) if outcome.recorded else ()
    if isinstance(outcome, Score):
        return ()
    return f"{outcome.column}_day", outcome.recorded or f"{outcome.column}_recorded_day"


def arms_of(frame: pl.DataFrame, study: Study) -> list[str]:
    """The interventions compared, sorted: values of `treatment`, or the names of `treatments`.

    Raises SpecificationError when there are none, or far too many to be interventions.
    """
    if study.treatment is None:
        return list(study.treatments)
    values = frame[study.treatment].drop_nulls().cast(pl.String).unique().sort().to_list()
    arms = [value for value in values if value not in (study.comparator, SEVERAL)]
    if study.comparator not in values:
        raise SpecificationError(
            f"study.comparator is {study.comparator}, which {study.treatment} never holds."
        )
    if not arms:
        raise SpecificationError(f"study.treatment: {study.treatment} holds no intervention.")
    if len(arms) > MOST_ARMS:
        raise SpecificationError(
            f"study.treatment: {study.treatment} holds {len(arms)} interventions; "
            f"at most {MOST_ARMS} can be compared."
        )
    return arms


def _collect(frame: pl.LazyFrame) -> pl.DataFrame:
    try:
        return frame.collect()
    except (OSError, pl.exceptions.PolarsError):
        raise UnreadableDataError("The table is damaged; write it again.") from None


def _check_types(specification: Specification, frame: pl.DataFrame) -> None:
    """Numbers where numbers are needed, and values an outcome can have."""
    study = specification.study
    for index, column in enumerate(study.treatments):
        _check_number(f"study.treatments[{index}]", frame[column])
    for index, column in enumerate(study.negative_controls):
        _check_number(f"study.negative_controls[{index}]", frame[column])
    for outcome in specification.outcome:
        for key, column in columns_of(outcome, study).items():
            label = f"outcome {outcome.name}: {key}"
            _check_number(label, frame[column], days=key in ("start", "event", "recorded"))
        for what, wrong in faults(outcome).items():
            if frame.select(wrong.alias("wrong"))["wrong"][0]:
                raise SpecificationError(f"outcome {outcome.name}: {what}.")


def _check_number(key: str, column: pl.Series, *, days: bool = False) -> None:
    dtype = column.dtype
    good = dtype.is_numeric() or dtype in (pl.Boolean, pl.Null)
    if column.null_count() == len(column):
        return
    if days:
        good = dtype.is_integer() or dtype in (pl.Date, pl.Null) or _whole(column)
    elif dtype.is_temporal():
        good = False
    if not good:
        kind = "days" if days else "numbers"
        raise SpecificationError(f"{key}: column {column.name} holds {dtype}, not {kind}.")


def _whole(column: pl.Series) -> bool:
    """Whether a column of numbers with a point holds whole numbers only."""
    return column.dtype.is_float() and bool((column.drop_nulls() % 1 == 0).all())


def _of_roles(frame: pl.DataFrame, study: Study) -> pl.DataFrame:
    """The rows of the roles analysed; suspects only when the study is about them."""
    if ROLE not in frame.columns:
        return frame
    role = pl.col(ROLE)
    kept = role.is_in(study.roles) if study.roles else (role != SUSPECT).fill_null(True)
    return frame.filter(kept)


def _with_day_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    dates = [name for name, dtype in frame.schema.items() if dtype == pl.Date]
    # A column without a single value is read as text from a CSV; it holds no number either.
    blank = (pl.Null, pl.String)
    empty = [s.name for s in frame if s.dtype in blank and s.null_count() == frame.height]
    return frame.with_columns(
        *((pl.col(name) - pl.lit(EPOCH)).dt.total_days().cast(INTEGER) for name in dates),
        *(pl.col(name).cast(pl.Float64) for name in empty),
    )


def _extract(specification: Specification, linked: Linked, rows: pl.DataFrame) -> int | None:
    """The day of the extract: the specification's, else the snapshot's, else the latest day seen.

    The last is never too late: nothing can have happened after the extract.
    """
    given = specification.study.extract_day
    if isinstance(given, date):
        return day_number(given)
    if given is not None or linked.extract_day is not None:
        return linked.extract_day if given is None else given
    days = {column for outcome in specification.outcome for column in day_columns(outcome)}
    seen = [rows[column].max() for column in sorted(days & set(rows.columns))]
    known = [int(day) for day in seen if isinstance(day, int | float)]
    return max(known, default=None)


def day_columns(outcome: Outcome) -> tuple[str, ...]:
    """Every column of days that an outcome uses."""
    start = (outcome.start,) if outcome.start else ()
    event = (outcome.event,) if isinstance(outcome, EventWithin) else ()
    return (*start, *event, *lag_columns(outcome))

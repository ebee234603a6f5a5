"""The contract of the frames is kept or named in one sentence."""

from __future__ import annotations

import json

import polars as pl
import pytest

from analytics import tables


def events(**changes: object) -> pl.DataFrame:
    rows = {
        "contact_id": ["a", "a"],
        "event": ["ppn_sent", "charged"],
        "happened_day": [9000, 9010],
    } | changes
    return pl.DataFrame(rows, schema_overrides={"happened_day": pl.Int32})


def test_a_frame_that_keeps_the_contract_passes() -> None:
    tables.check(events(), "events")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(tables.BadTableError, match="events has no column happened_day"):
        tables.check(events().drop("happened_day"), "events")


def test_a_wrong_type_is_named() -> None:
    frame = events().with_columns(pl.col("happened_day").cast(pl.String))
    with pytest.raises(tables.BadTableError, match="happened_day of table events is String"):
        tables.check(frame, "events")


def test_an_empty_cell_where_none_may_be_is_named() -> None:
    with pytest.raises(tables.BadTableError, match="Column event of table events is empty"):
        tables.check(events(event=["ppn_sent", None]), "events")


def test_two_rows_with_one_key_are_refused() -> None:
    answer = {
        "contact_id": "a", "respondent": "child", "respondent_no": 1, "wave": "T1",
        "instrument": "child-8-11", "version": "1", "completion_mode": "alone",
        "answered_day": 9000, "item": "safe", "value": "yes", "score": 2.0,
    }  # fmt: skip
    types = {column.name: column.dtype for column in tables.ANSWERS.columns}
    tables.check(pl.DataFrame([answer], schema=types), "answers")
    with pytest.raises(tables.BadTableError, match="two rows with the same contact_id"):
        tables.check(pl.DataFrame([answer, answer], schema=types), "answers")


def test_a_column_the_contract_lacks_is_named() -> None:
    frame = events().with_columns(pl.lit("x").alias("name_of_child"))
    with pytest.raises(tables.BadTableError, match="name_of_child that its contract lacks"):
        tables.check(frame, "events")


def test_schema_describes_every_table_and_is_json() -> None:
    described = json.loads(json.dumps(tables.schema()))
    assert set(described) == {
        "linked", "answers", "interventions", "events", "outcomes", "asks",
    }  # fmt: skip
    assert described["linked"]["key"] == ["contact_id"]
    assert {"name", "type", "unit", "null"} <= set(described["asks"]["columns"][0])

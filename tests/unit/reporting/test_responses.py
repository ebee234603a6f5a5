"""How asks are counted."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from analytics.responses import asked_table, not_asked_table, who_answered_tables

LINKED = pl.LazyFrame(
    {
        "contact_id": ["a", "b", "c", "d"],
        "age_band": ["8-11", "8-11", "12-15", "0-5"],
        "severity": pl.Series([1, 1, None, 5], dtype=pl.Int32),
        "responded": pl.Series([1, 0, 1, None], dtype=pl.Int8),
    }
)


def asks(*rows: dict[str, Any]) -> pl.LazyFrame:
    usual = {
        "contact_id": "a",
        "respondent": "child",
        "wave": "T1",
        "asked": 1,
        "state": "sent",
        "reason": None,
        "opened_day": None,
        "answered_day": None,
    }
    schema = dict.fromkeys(usual, pl.String) | {
        "asked": pl.Int8,
        "opened_day": pl.Int32,
        "answered_day": pl.Int32,
    }
    return pl.LazyFrame([usual | row for row in rows], schema=schema)


@pytest.mark.parametrize(
    ("row", "stage"),
    [
        ({"state": "failed"}, "not_reached"),
        ({"state": "unknown"}, "not_reached"),
        ({"state": "held"}, "not_reached"),
        ({"state": "sent"}, "not_opened"),
        ({"state": "expired"}, "not_opened"),
        ({"state": "expired", "opened_day": 900}, "opened"),
        ({"state": "part_answered", "opened_day": 900, "answered_day": 900}, "part_answered"),
        ({"state": "answered", "opened_day": 900, "answered_day": 901}, "answered"),
        ({"state": "revoked", "opened_day": 900, "answered_day": 901}, "answered"),
    ],
)
def test_an_ask_counts_once_at_its_furthest_stage(row: dict[str, Any], stage: str) -> None:
    counts = asked_table(asks(row), LINKED, "child").counts
    assert counts.rows() == [("8-11", stage, 1)]


def test_later_waves_and_those_not_asked_are_counted_elsewhere() -> None:
    rows = asks({"wave": "T2"}, {"asked": 0, "state": "not_asked"}, {"respondent": "carer"})
    assert asked_table(rows, LINKED, "child").counts.is_empty()


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        ("gate_closed", "gate_closed"),
        ("gate-review-due", "gate_closed"),
        ("suspect-before-disposal", "gate_closed"),
        ("unsafe", "unsafe"),
        ("no_plan", "unsafe"),
        ("asked-in-last-90-days", "asked_recently"),
        ("no-instrument", "no_survey"),
        ("because", "other"),
        (None, "other"),
    ],
)
def test_reasons_are_grouped_for_the_public(reason: str | None, group: str) -> None:
    rows = asks({"asked": 0, "state": "not_asked", "reason": reason})
    assert not_asked_table(rows, LINKED, "child").counts["reason"].to_list() == [group]


def test_asks_about_contacts_left_out_are_left_out() -> None:
    assert asked_table(asks({"contact_id": "suspect"}), LINKED, "child").counts.is_empty()


def test_only_children_with_a_survey_can_be_silent() -> None:
    by_age, by_severity = who_answered_tables(LINKED)
    assert sorted(by_age.counts.rows()) == [
        ("12-15", "answered", 1),
        ("8-11", "answered", 1),
        ("8-11", "silent", 1),
    ]
    assert sorted(by_severity.counts.rows()) == [("1", "answered", 1), ("1", "silent", 1)]

"""The manual of outcomes: table in, one number a contact and who is at risk out."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from analytics.outcomes import measure
from analytics.specification import parse_specification

STUDY = """[study]
name = "s"
treatment = "arm"
adjust_for = []
responded = "responded"
[[outcome]]
name = "o"
"""


def measured(
    outcome: str, table: dict[str, Any], extract_day: int | None = 1000, lag_days: int = 0
) -> list[float | str | None]:
    """One entry a row: the value, or "-" where the contact does not belong."""
    specification = parse_specification(STUDY + outcome, "spec.toml")
    found = measure(specification.outcome[0], specification.study, extract_day, lag_days)
    rows = pl.DataFrame(table).select(value=found.value, eligible=found.eligible).rows()
    return [value if eligible else "-" for value, eligible in rows]


def test_a_score_is_prorated_when_enough_items_were_answered() -> None:
    outcome = 'kind = "score"\nitems = ["a", "b", "c"]\nrange = [0, 4]\nmin_items = 2\n'
    table = {"a": [4, 4, None], "b": [2, None, None], "c": [0, 2, 3]}
    assert measured(outcome, table) == [6.0, 9.0, None]


def test_reversed_items_are_turned_round_in_their_range() -> None:
    outcome = 'kind = "score"\nitems = ["a", "b"]\nrange = [1, 5]\nreverse = ["b"]\n'
    assert measured(outcome, {"a": [5, 1], "b": [1, 5]}) == [10.0, 2.0]


def test_at_least_is_1_from_the_threshold_on() -> None:
    outcome = 'kind = "at_least"\ncolumn = "a"\nat_least = 4\n'
    assert measured(outcome, {"a": [3, 4, 5, None]}) == [0, 1, 1, None]


def test_survey_answers_count_only_of_those_who_answered() -> None:
    outcome = 'kind = "mean"\ncolumn = "a"\nsurvey = true\n'
    table = {"a": [50.0, 70.0, None, 90.0], "responded": [1, 0, 1, None]}
    assert measured(outcome, table) == [50.0, None, None, "-"]


EVENT = """kind = "event_within"
start = "day"
event = "event_day"
recorded = "recorded_day"
days = 100
"""


@pytest.mark.parametrize(
    ("event_day", "recorded_day", "expected"),
    [
        (None, None, 0),
        (100, 100, 1),
        (200, 210, 1),
        (201, 210, 0),
        (99, 110, "-"),
        (150, 1001, 0),
    ],
    ids=["none", "same day", "last day", "a day late", "before the start", "recorded too late"],
)
def test_an_event_within_its_days(
    event_day: int | None, recorded_day: int | None, expected: float | str
) -> None:
    table = {
        "day": pl.Series([100]),
        "event_day": pl.Series([event_day], dtype=pl.Int32),
        "recorded_day": pl.Series([recorded_day], dtype=pl.Int32),
    }
    assert measured(EVENT, table) == [expected]


def test_contacts_too_young_for_their_event_to_be_recorded_do_not_belong() -> None:
    table = {
        "day": [869, 870, 871],
        "event_day": pl.Series([None, None, None], dtype=pl.Int32),
        "recorded_day": pl.Series([None, None, None], dtype=pl.Int32),
    }
    assert measured(EVENT, table, lag_days=30) == [0, 0, "-"]


def test_a_status_is_not_yet_due_or_missing() -> None:
    outcome = 'kind = "proportion"\ncolumn = "safe"\nstart = "day"\ndue_days = 180\n'
    table = {"day": [820, 820, 821], "safe": [1, None, 1]}
    assert measured(outcome, table) == [1, None, "-"]

"""An outcome of the specification as one column of numbers, and who is at risk of it.

`value` is null where the outcome was not seen; `eligible` says who belongs to the population:
contacts old enough for the outcome to be known, and, for a survey, those who could be asked.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import NamedTuple, assert_never

import polars as pl

from analytics.specification import AtLeast, EventWithin, Mean, Outcome, Proportion, Score, Study


class Measure(NamedTuple):
    """The expressions of one outcome."""

    value: pl.Expr
    eligible: pl.Expr


def measure(outcome: Outcome, study: Study, extract_day: int | None, lag_days: int) -> Measure:
    """The outcome's value (Float64) and eligibility (Boolean, never null).

    `lag_days` is how long it takes until 98 in 100 are recorded: younger contacts are left out,
    because what is not yet recorded would count as not happened.
    """
    value = _value(outcome, extract_day)
    eligible = pl.lit(True)
    waits = outcome.days if isinstance(outcome, EventWithin) else outcome.due_days
    if outcome.start is not None and waits is not None and extract_day is not None:
        eligible = (pl.col(outcome.start) + waits + lag_days <= extract_day).fill_null(False)
    if isinstance(outcome, EventWithin) and outcome.start is not None:
        before = (pl.col(outcome.event) < pl.col(outcome.start)).fill_null(False)
        eligible = eligible & ~before
    if outcome.survey:
        answered = pl.col(outcome.responded or study.responded or "")
        value = pl.when(answered == 1).then(value)
        eligible = eligible & answered.is_not_null()
    return Measure(value.cast(pl.Float64), eligible)


def columns_of(outcome: Outcome, study: Study) -> dict[str, str]:
    """Every column the outcome reads, by the key that names it."""
    named: dict[str, str | None] = {
        "start": outcome.start,
        "recorded": outcome.recorded,
        "responded": (outcome.responded or study.responded) if outcome.survey else None,
    }
    match outcome:
        case Score():
            named |= {f"items[{index}]": item for index, item in enumerate(outcome.items)}
        case EventWithin():
            named["event"] = outcome.event
        case AtLeast() | Proportion() | Mean():
            named["column"] = outcome.column
        case _:
            assert_never(outcome)
    return {key: column for key, column in named.items() if column is not None}


def faults(outcome: Outcome) -> dict[str, pl.Expr]:
    """Expressions that are true when the data cannot be this outcome, by a sentence's end."""
    match outcome:
        case Score():
            low, high = outcome.range
            outside = [~pl.col(item).is_between(low, high) for item in outcome.items]
            return {"items hold values outside range": reduce(or_, outside).any()}
        case Proportion():
            return {
                "column holds values other than 0 and 1": (
                    ~pl.col(outcome.column).cast(pl.Float64).is_in([0.0, 1.0])
                ).any()
            }
        case _:
            return {}


def is_share(outcome: Outcome) -> bool:
    """Whether the outcome is a share of children rather than a number of points."""
    return isinstance(outcome, AtLeast | EventWithin | Proportion)


def _value(outcome: Outcome, extract_day: int | None) -> pl.Expr:
    match outcome:
        case Score():
            return _score(outcome)
        case AtLeast():
            return pl.col(outcome.column) >= outcome.at_least
        case EventWithin():
            return _happened(outcome, extract_day)
        case Proportion() | Mean():
            return pl.col(outcome.column).cast(pl.Float64).fill_nan(None)
        case _:
            assert_never(outcome)


def _score(outcome: Score) -> pl.Expr:
    """k · mean of the items answered (prorated sum), null under `min_items` answers."""
    low, high = outcome.range
    items = [
        (low + high - pl.col(item)) if item in outcome.reverse else pl.col(item)
        for item in outcome.items
    ]
    answered = pl.sum_horizontal(item.is_not_null() for item in items)
    prorated = pl.mean_horizontal(items) * len(items)
    return pl.when(answered >= outcome.min_items).then(prorated)


def _happened(outcome: EventWithin, extract_day: int | None) -> pl.Expr:
    """Whether the event came within the days, as known on the day of the extract."""
    wait = pl.col(outcome.event) - pl.col(outcome.start or "")
    happened = wait.is_between(0, outcome.days).fill_null(False)
    if outcome.recorded is not None and extract_day is not None:
        happened = happened & (pl.col(outcome.recorded) <= extract_day).fill_null(True)
    return happened

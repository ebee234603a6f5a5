"""Exact days as a snapshot shows them: durations stay, and no date can be worked out.

Every day of a contact moves back with its contact to that week's Monday. Two kinds of day are
tied to the calendar by something else that is published, and would give the move away:

* the next contact of the same child, whose own Monday stands in the same table: its wait is
  given in whole weeks, Monday to Monday;
* the day something entered the records, which for a whole import is one day, and for some
  forces always the same weekday: it becomes the Sunday that ends its week. What was recorded
  within about a fortnight looks alike, because the few days between would tell as much.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from analytics.days import DAYS_A_WEEK, past_monday

NEXT_CONTACTS: Final = ("rereferral", "repeat_contact")
# The longest move of a contact's days, and the week within which an office gets round to it.
SOONEST_RECORDED_DAYS: Final = 2 * DAYS_A_WEEK - 1
RECORDED: Final = "recorded_day"
SHIFT: Final = "_shift"


def coarse_days(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every `*_day` made coarse; `_shift` is how far its contact moves, 0 to 6.

    A recorded day belongs to the day beside it of the same name, or to `decided_day`; it is
    never earlier than in truth, counted from either.
    """
    days = [name for name in frame.columns if name.endswith("_day")]
    happened = [name for name in days if not name.endswith(RECORDED)]
    recorded = [name for name in days if name.endswith(RECORDED)]
    return frame.with_columns(
        *(_happened(frame, name).alias(name) for name in happened),
        *(_recorded(frame, name).alias(name) for name in recorded),
    )


def _happened(frame: pl.DataFrame, name: str) -> pl.Expr:
    moved = pl.col(name) - pl.col(SHIFT)
    monday = pl.col(name) - past_monday(pl.col(name))
    if name.removesuffix("_day") in NEXT_CONTACTS:
        return monday
    if name == "decided_day" and "outcome" in frame.columns:
        is_next = pl.col("outcome").str.to_lowercase().is_in(NEXT_CONTACTS)
        return pl.when(is_next).then(monday).otherwise(moved)
    return moved


def _recorded(frame: pl.DataFrame, name: str) -> pl.Expr:
    """The first Sunday by which it was recorded, whatever the move of the contact was."""
    event = "decided_day" if name == RECORDED else f"{name.removesuffix(RECORDED)}day"
    soonest = _happened(frame, event) + SOONEST_RECORDED_DAYS
    by = pl.max_horizontal(pl.col(name), soonest)
    sunday = by + (DAYS_A_WEEK - 1) - past_monday(by)
    return pl.when(pl.col(name).is_not_null()).then(sunday)

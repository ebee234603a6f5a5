"""Times and dates of the register as whole days since 2000-01-01, Europe/London."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from analytics.tables import EPOCH, INTEGER

LONDON = "Europe/London"
# 2000-01-03, day 2, was a Monday.
FIRST_MONDAY = 2
DAYS_A_WEEK = 7


def day_of_date(column: str) -> pl.Expr:
    """A Date column as a day number; null stays null."""
    return (pl.col(column) - pl.lit(EPOCH)).dt.total_days().cast(INTEGER)


def day_of_time(column: str) -> pl.Expr:
    """The day in Europe/London of a UTC time; the clocks' changes are the zone's business."""
    local = pl.col(column).dt.convert_time_zone(LONDON).dt.date()
    return (local - pl.lit(EPOCH)).dt.total_days().cast(INTEGER)


def past_monday(day: pl.Expr) -> pl.Expr:
    """How many days a day lies after the Monday of its week: 0 to 6."""
    return (day - FIRST_MONDAY).mod(DAYS_A_WEEK).cast(INTEGER)


def date_of(day: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=day)

"""Cells become values: ISO days and times, London without an offset, ranges, codes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.intake.values import read_days, read_times

LONDON = ZoneInfo("Europe/London")


def times(*cells: str | None) -> list[datetime | None]:
    return read_times(pl.Series(list(cells), dtype=pl.String))["time"].to_list()


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-01-15T10:30:00Z", utc(2026, 1, 15, 10, 30)),
        ("2026-01-15 10:30", utc(2026, 1, 15, 10, 30)),
        ("2026-07-15T10:30", utc(2026, 7, 15, 9, 30)),
        ("2026-07-15", utc(2026, 7, 14, 23)),
        ("2026-07-15T10:30:00.250+05:30", utc(2026, 7, 15, 5, 0, 0, 250_000)),
        ("2026-07-15T10:30:00,123456789-0100", utc(2026, 7, 15, 11, 30, 0, 123_456)),
        ("2026-07-15T10:30:00+01", utc(2026, 7, 15, 9, 30)),
        # The clocks went back on 25 October 2026: of the hour that came twice the first is meant.
        ("2026-10-25T01:30", utc(2026, 10, 25, 0, 30)),
        ("2026-10-25T01:30+00:00", utc(2026, 10, 25, 1, 30)),
    ],
)
def test_a_time_is_read_as_meant(cell: str, moment: datetime) -> None:
    assert times(cell) == [moment]


@pytest.mark.parametrize(
    "cell",
    [
        *("15/01/2026", "2026-02-30", "2026-01-15T24:00", "2026-01-15T10:60", "2026-1-5", "now"),
        *("2026-01-15T10:30+15:00", "2026-01-15T10:30 BST", "2026-01-15+01:00", "20260115"),
        *("2026-13-01", "٢٠٢٦-01-01", "2026-01-01T1٢:00", ""),
    ],
)
def test_what_is_no_time_is_null(cell: str) -> None:
    assert times(cell) == [None]


def test_an_hour_the_clocks_left_out_is_told_apart() -> None:
    read = read_times(pl.Series(["2026-03-29T01:30", "2026-03-29T01:30Z", "rubbish", None]))
    assert read["time"].to_list() == [None, utc(2026, 3, 29, 1, 30), None, None]
    assert read["skipped"].to_list() == [True, False, False, False]


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - local times
    st.sampled_from([None, 0, 60, -300, 330]),
)
def test_times_agree_with_the_standard_library(naive: datetime, offset: int | None) -> None:
    if offset is None:
        local = naive.replace(tzinfo=LONDON)
        left_out = local.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != naive
        expected = None if left_out else local.astimezone(UTC)
        assert times(naive.isoformat()) == [expected]
    else:
        there = naive.replace(tzinfo=timezone(timedelta(minutes=offset)))
        assert times(there.isoformat()) == [there.astimezone(UTC)]


def test_a_day_is_a_day_or_the_london_day_of_a_time() -> None:
    cells = pl.Series(["2026-03-01", "2026-07-01T23:30Z", "2026-02-30", "1 March", None])
    assert read_days(cells).to_list() == [date(2026, 3, 1), date(2026, 7, 2), None, None, None]

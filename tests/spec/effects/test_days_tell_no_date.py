"""Whoever knows everything that is published cannot tell on which weekday a contact was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics import register
from analytics.coarse import coarse_days
from analytics.snapshot import snapshot_frames
from tests.spec.effects.test_linking import at, contact, on, outcome

WEEK = range(7)


def published(**rows: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    frames = {
        name: pl.DataFrame(rows.get(name, []), schema=columns)
        for name, columns in register.FRAMES.items()
    }
    made = register.Register(extract=on(400), **frames)
    return snapshot_frames(made, np.random.default_rng(1))


def a_week_of_children(**facts: Any) -> list[dict[str, Any]]:
    """One child met on each day of one week."""
    return [contact(f"{n}", n, child_id=f"child-{n}", **facts) for n in WEEK]


def test_one_import_moment_for_a_whole_batch_tells_no_weekday() -> None:
    frames = published(
        contacts=a_week_of_children(),
        events=[
            {"contact_id": f"{n}", "event": "charged", "happened_at": at(n), "recorded_at": at(90)}
            for n in WEEK
        ],
        outcomes=[outcome(f"{n}", "CIN_S17", n + 20, recorded_on=on(90)) for n in WEEK],
    )
    linked = frames["linked"]
    assert "recorded_day" not in frames["events"].columns
    assert frames["events"].drop("contact_id").n_unique() == 1
    assert frames["outcomes"].drop("contact_id").n_unique() == 1
    days = [name for name in linked.columns if name.endswith("_day")]
    assert linked.select(days).n_unique() == 1


@pytest.mark.parametrize("sent", [[], ["rereferral", "repeat_contact"]], ids=["found", "sent"])
def test_the_next_contact_of_the_child_tells_no_weekday(sent: list[str]) -> None:
    later = [contact(f"later {n}", 45, child_id=f"child-{n}") for n in WEEK]
    frames = published(
        contacts=[*a_week_of_children(), *later],
        outcomes=[outcome(f"{n}", code, 45) for code in sent for n in WEEK],
    )
    linked = frames["linked"]
    first = linked.filter(pl.col("prior_contacts") == 0)
    again = linked.filter(pl.col("prior_contacts") == 1)
    assert set(first["rereferral_day"]) == set(again["contact_day"])
    assert set(first["repeat_contact_day"]) == set(again["contact_day"])
    days = [name for name in linked.columns if name.endswith("_day")]
    assert first.select(days).n_unique() == 1
    assert frames["outcomes"].drop("contact_id").n_unique() == min(len(sent), 2)


def wednesday(day: int) -> int:
    """The first Wednesday from a day on; day 0 is a Monday."""
    return day + (2 - day) % 7


@pytest.mark.parametrize(
    "recorded_on",
    [
        lambda day, _: wednesday(day),
        lambda day, weeks: wednesday(day) + 7 * weeks,
        lambda day, _: day,
        lambda _day, _weeks: 800,
    ],
    ids=["next Wednesday", "some Wednesday", "the same day", "one import"],
)
def test_no_way_of_recording_tells_the_weekday(recorded_on: Callable[[int, int], int]) -> None:
    """Whatever is seen of an outcome could have come from a contact on any day of the week."""
    monday = 2
    rows = [
        (shift, day + monday, recorded_on(day, weeks) + monday)
        for shift in WEEK
        for day in range(7, 700)
        for weeks in range(50)
    ]
    columns = ["_shift", "cin_s17_day", "cin_s17_recorded_day"]
    exact = pl.DataFrame(rows, schema=columns, orient="row")
    shown = coarse_days(exact)
    assert (shown["cin_s17_day"] == exact["cin_s17_day"] - exact["_shift"]).all()
    assert (shown["cin_s17_recorded_day"] >= exact["cin_s17_recorded_day"]).all()
    lag = pl.col("cin_s17_recorded_day") - pl.col("cin_s17_day")
    far_from_the_ends = pl.col("cin_s17_day").is_between(120, 600) & (lag <= 300)
    seen = shown.filter(far_from_the_ends).group_by(pl.col("cin_s17_day") % 7, lag.alias("lag"))
    assert seen.agg(pl.col("_shift").n_unique())["_shift"].min() == 7


def test_what_was_not_said_to_be_recorded_has_no_recorded_day() -> None:
    frames = published(
        contacts=[contact("a", 0)], outcomes=[outcome("a", "CIN_S17", 20, recorded_on=None)]
    )
    assert frames["linked"]["cin_s17_recorded_day"].to_list() == [None]
    assert frames["outcomes"]["recorded_day"].to_list() == [None]

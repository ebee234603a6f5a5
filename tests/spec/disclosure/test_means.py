"""What the door does to a table of means."""

from __future__ import annotations

import polars as pl

from analytics.disclosure import CountTable, Mean, release_counts


def means(rows: list[tuple[str, int, float]]) -> dict[tuple[str, str], tuple[float | None, str]]:
    """(band, measure) -> (value, mark) on a scale from 0 to 100; rows are band, n, mean."""
    frame = pl.DataFrame(
        [{"age_band": b, "n": n, "total": n * m} for b, n, m in rows],
        schema={"age_band": pl.String, "n": pl.Int64, "total": pl.Float64},
    )
    table = CountTable(
        name="t",
        levels={"age_band": ("8-11", "12-15", "16-17")},
        counts=frame,
        mean=Mean(what="safe", scale=(0.0, 100.0)),
    )
    out = release_counts(table, "r")
    return {
        (b, m): (v, s)
        for b, m, v, s in out.select("age_band", "measure", "value", "suppressed").iter_rows()
    }


def test_a_mean_needs_ten_whole_scales_on_either_side() -> None:
    rows = [("8-11", 20, 50.0), ("12-15", 100, 60.0), ("16-17", 100, 60.0)]
    assert means(rows)["8-11", "mean:safe"] == (50.0, "")
    rows[0] = ("8-11", 20, 35.0)
    assert means(rows)["8-11", "mean:safe"] == (None, "primary")
    rows[0] = ("8-11", 9, 50.0)
    assert means(rows)["8-11", "mean:safe"] == (None, "primary")


def test_a_mean_stands_on_rounded_sum_and_count() -> None:
    out = means([("8-11", 203, 71.3), ("12-15", 398, 50.0), ("16-17", 100, 60.0)])
    assert out["8-11", "n"] == (205, "")
    assert out["8-11", "mean:safe"] == (70.73, "")  # 71.3 × 2.05 = 146 -> 145 of 205


def test_means_beside_a_hidden_one_cannot_give_it_away() -> None:
    out = means([("8-11", 5, 10.0), ("12-15", 60, 60.0), ("16-17", 100, 60.0)])
    assert out["8-11", "mean:safe"] == (None, "primary")
    assert out["12-15", "mean:safe"] == (None, "secondary")
    assert out["16-17", "mean:safe"][0] is not None


def test_everybody_at_the_end_of_the_scale_is_hidden() -> None:
    out = means([("8-11", 50, 100.0), ("12-15", 60, 0.0), ("16-17", 100, 60.0)])
    assert out["8-11", "mean:safe"] == (None, "primary")
    assert out["12-15", "mean:safe"] == (None, "primary")
    assert out["8-11", "n"] == (50, "")


def test_a_mean_never_tells_of_a_part_that_is_hidden() -> None:
    frame = pl.DataFrame(
        {
            "age_band": ["8-11"] * 2 + ["12-15"] * 2,
            "answer": ["best", "other"] * 2,
            "n": [13, 40, 3, 50],
            "total": [1300.0, 0.0, 300.0, 1900.0],
        }
    )
    table = CountTable(
        name="t",
        levels={"age_band": ("8-11", "12-15"), "answer": ("best", "other")},
        counts=frame,
        parts="answer",
        mean=Mean(what="safe", scale=(0.0, 100.0), within="age_band"),
    )
    rows = release_counts(table, "r").filter(pl.col("measure") == "mean:safe")
    assert rows.select("age_band", "value").rows() == [("8-11", None), ("12-15", None)]


def test_no_mean_is_shown_across_ages_that_answered_other_scales() -> None:
    table = CountTable(
        name="t",
        levels={"age_band": ("8-11", "12-15")},
        counts=pl.DataFrame({"age_band": ["8-11", "12-15"], "n": [50, 50], "total": [2500.0] * 2}),
        mean=Mean(what="safe", scale=(0.0, 100.0), within="age_band"),
    )
    rows = release_counts(table, "r").filter(pl.col("measure") == "mean:safe")
    assert rows["age_band"].to_list() == ["8-11", "12-15"]

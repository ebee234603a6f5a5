"""What the door does to a table of means."""

from __future__ import annotations

import polars as pl

from analytics.disclosure import MeanTable, release_means


def means(rows: list[tuple[str, int, float]]) -> dict[tuple[str, str], tuple[float | None, str]]:
    """(band, measure) -> (value, mark) on a scale from 0 to 100; rows are band, n, mean."""
    frame = pl.DataFrame(
        [{"age_band": b, "n": n, "total": n * m} for b, n, m in rows],
        schema={"age_band": pl.String, "n": pl.Int64, "total": pl.Float64},
    )
    bands = ("8-11", "12-15", "16-17")
    table = MeanTable(
        name="t", what="safe", levels={"age_band": bands}, sums=frame, scale=(0.0, 100.0)
    )
    out = release_means(table, "r")
    return {
        (b, m): (v, s)
        for b, m, v, s in out.select("age_band", "measure", "value", "suppressed").iter_rows()
    }


def test_a_mean_on_nine_is_hidden_and_on_ten_is_shown() -> None:
    rows = [("8-11", 9, 60.0), ("12-15", 100, 60.0), ("16-17", 100, 60.0)]
    assert means(rows)["8-11", "mean:safe"] == (None, "primary")
    rows[0] = ("8-11", 10, 60.0)
    assert means(rows)["8-11", "mean:safe"] == (50.0, "")


def test_a_mean_stands_on_rounded_sum_and_count() -> None:
    out = means([("8-11", 203, 71.3), ("12-15", 398, 50.0), ("16-17", 100, 60.0)])
    assert out["8-11", "n:safe"] == (205, "")
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
    assert out["8-11", "n:safe"] == (50, "")

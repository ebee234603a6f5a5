"""What the door does to a table of counts."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.disclosure import CountTable, release_counts

BANDS = ("6-7", "8-11", "12-15", "16-17")


def shown(counts: dict[str, int], min_cell: int = 10) -> dict[str, tuple[float | None, str]]:
    """Band -> (value, mark) of a table with one dimension; the total is under the blank band."""
    frame = pl.DataFrame({"age_band": list(counts), "n": list(counts.values())})
    table = CountTable(name="t", levels={"age_band": BANDS}, counts=frame)
    out = release_counts(table, "r", min_cell)
    return {b: (v, s) for b, v, s in out.select("age_band", "value", "suppressed").iter_rows()}


def test_ten_is_shown_and_nine_is_not() -> None:
    assert shown({"6-7": 10, "8-11": 30, "12-15": 40, "16-17": 50})["6-7"] == (10, "")
    assert shown({"6-7": 9, "8-11": 30, "12-15": 40, "16-17": 50})["6-7"] == (None, "primary")


def test_no_one_is_hidden_like_a_few() -> None:
    assert shown({"8-11": 30, "12-15": 40, "16-17": 50})["6-7"] == (None, "primary")


def test_counts_are_rounded_to_five_and_the_total_is_their_sum() -> None:
    out = shown({"6-7": 12, "8-11": 12, "12-15": 12, "16-17": 12})
    assert [out[b][0] for b in (*BANDS, "")] == [10, 10, 10, 10, 40]


def test_one_hidden_part_takes_the_smallest_roomy_part_with_it() -> None:
    out = shown({"6-7": 4, "8-11": 33, "12-15": 42, "16-17": 51})
    assert out == {
        "6-7": (None, "primary"),
        "8-11": (None, "secondary"),
        "12-15": (40, ""),
        "16-17": (50, ""),
        "": (130, ""),
    }


def test_when_no_part_has_room_the_total_goes() -> None:
    out = shown({"6-7": 0, "8-11": 10, "12-15": 10, "16-17": 10})
    assert out[""][0] is None or [v for v, _ in out.values()].count(None) >= 4


def test_a_raised_minimum_hides_more() -> None:
    counts = {"6-7": 19, "8-11": 60, "12-15": 70, "16-17": 80}
    assert shown(counts)["6-7"] == (20, "")
    assert shown(counts, min_cell=20)["6-7"] == (None, "primary")


def test_the_minimum_cannot_be_lowered() -> None:
    with pytest.raises(ValueError, match="10 or more"):
        shown({"6-7": 9}, min_cell=9)


def test_a_level_outside_the_definition_is_refused() -> None:
    with pytest.raises(KeyError):
        shown({"0-5": 40})


def two_ways(counts: dict[tuple[str, str], int]) -> dict[tuple[str, str], tuple[float | None, str]]:
    frame = pl.DataFrame(
        [{"row": r, "stage": s, "n": n} for (r, s), n in counts.items()],
        schema={"row": pl.String, "stage": pl.String, "n": pl.Int64},
    )
    levels = {"row": ("a", "b", "c"), "stage": ("yes", "no")}
    out = release_counts(CountTable(name="t", levels=levels, counts=frame, parts="stage"), "r")
    return {
        (r, m): (v, s)
        for r, m, v, s in out.select("row", "measure", "value", "suppressed").iter_rows()
    }


FULL = {(r, s): 50 for r in "abc" for s in ("yes", "no")}


def test_parts_become_measures_with_their_share() -> None:
    out = two_ways({**FULL, ("a", "yes"): 148})
    assert out["a", "n"] == (200, "")
    assert out["a", "n:yes"] == (150, "")
    assert out["a", "pct:yes"] == (75.0, "")


def test_one_small_cell_hides_a_rectangle() -> None:
    out = two_ways({**FULL, ("a", "yes"): 3})
    hidden = {key for key, (value, _) in out.items() if value is None and key[1].startswith("n:")}
    assert ("a", "n:yes") in hidden
    assert ("a", "n:no") in hidden
    assert len(hidden) >= 4
    assert out["", "n"][0] == 255


def test_a_share_of_everyone_or_no_one_is_hidden_with_its_cells() -> None:
    out = two_ways({**FULL, ("a", "yes"): 100, ("a", "no"): 0})
    assert out["a", "pct:yes"][0] is None
    assert out["a", "pct:no"][0] is None
    assert out["a", "n:no"][0] is None
    assert out["a", "n:yes"][0] is None


def omitted(counts: dict[str, int]) -> dict[str, float | None]:
    frame = pl.DataFrame({"age_band": list(counts), "n": list(counts.values())})
    table = CountTable(name="t", levels={"age_band": BANDS}, counts=frame, omit_small=("age_band",))
    out = release_counts(table, "r")
    return dict(out.select("age_band", "value").iter_rows())


def test_a_small_level_can_be_left_out_with_its_people() -> None:
    assert omitted({"6-7": 9, "8-11": 33, "12-15": 42}) == {"8-11": 35, "12-15": 40, "": 75}
    assert omitted({"6-7": 10, "8-11": 33}) == {"6-7": 10, "8-11": 35, "": 45}


def test_a_table_of_small_levels_only_is_an_empty_total() -> None:
    assert omitted({"6-7": 9}) == {"": None}


def test_a_small_part_is_left_out_of_a_large_table_only() -> None:
    def measures(many: int) -> list[str]:
        frame = pl.DataFrame({"stage": ["yes", "no", "late"], "n": [many, 300, 4]})
        table = CountTable(
            name="t",
            levels={"stage": ("yes", "no", "late")},
            counts=frame,
            parts="stage",
            omit_small=("stage",),
        )
        return release_counts(table, "r")["measure"].to_list()

    assert "n:late" not in measures(900)
    assert "n:late" in measures(300)

"""Which effects the door lets out."""

from __future__ import annotations

from typing import Any

import polars as pl

from analytics.disclosure import release_effects


def effect(subgroup: str, treated: int, comparison: int, **more: Any) -> dict[str, Any]:
    return {
        "intervention": "isva",
        "outcome": "felt_safe",
        "subgroup": subgroup,
        "estimand": "ATE",
        "n_treated": treated,
        "n_comparison": comparison,
        "naive_difference": -1.26,
        "estimate": 3.24,
        "ci_low": 1.18,
        "ci_high": 5.31,
        "p_adjusted": 0.00123,
        "max_smd_before": 0.4321,
        "plan": "registered",
        "verdict": "did better",
        "reason": "",
    } | more


def released(*rows: dict[str, Any], shares: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return release_effects(pl.DataFrame(list(rows)), frozenset(shares)).to_dicts()


def test_both_groups_need_ten() -> None:
    for treated, comparison in ((9, 500), (500, 9)):
        row = released(effect("all", treated, comparison))[0]
        assert row["suppressed"] == "primary"
        assert {row[k] for k in ("n_treated", "n_comparison", "estimate", "verdict")} == {None}
    assert released(effect("all", 10, 10))[0]["suppressed"] == ""


def test_counts_and_differences_are_rounded_and_diagnostics_stay_inside() -> None:
    row = released(effect("all", 132, 1188))[0]
    assert (row["n_treated"], row["n_comparison"]) == (130, 1190)
    assert (row["naive_difference"], row["estimate"]) == (-1.3, 3.2)
    assert row["p_adjusted"] == 0.001
    assert "max_smd_before" not in row


def test_shares_become_percentage_points_whole_on_small_groups() -> None:
    small = released(effect("all", 132, 5000, estimate=0.0456), shares=("felt_safe",))[0]
    large = released(effect("all", 1320, 5000, estimate=0.0456), shares=("felt_safe",))[0]
    assert (small["estimate"], large["estimate"]) == (5.0, 4.6)


def test_a_hidden_group_cannot_be_subtracted_from_the_whole() -> None:
    rows = released(
        effect("all", 155, 3000),
        effect("age_band=8-11", 5, 1000),
        effect("age_band=12-15", 50, 1000),
        effect("age_band=16-17", 100, 1000),
    )
    assert [row["suppressed"] for row in rows] == ["", "primary", "secondary", ""]


def test_the_same_groups_are_hidden_under_every_outcome_of_an_intervention() -> None:
    sizes = {"felt_safe": (8, 40, 41), "listened": (8, 41, 40)}
    rows = released(
        *(
            effect(group, size, 3000 if group == "all" else 1000, outcome=outcome)
            for outcome, (young, middle, old) in sizes.items()
            for group, size in (
                ("all", young + middle + old),
                ("age_band=8-11", young),
                ("age_band=12-15", middle),
                ("age_band=16-17", old),
            )
        )
    )
    hidden = [[bool(row["suppressed"]) for row in part] for part in (rows[:4], rows[4:])]
    assert hidden[0] == hidden[1] == [False, True, True, False]


def test_an_outcome_of_other_children_hides_no_group_of_this_one() -> None:
    rows = released(
        effect("all", 300, 3000),
        effect("age_band=8-11", 100, 1000),
        effect("age_band=12-15", 100, 1000),
        effect("age_band=16-17", 100, 1000),
        effect("age_band=16-17", 5, 400, outcome="listened"),
        effect("age_band=16-17", 5, 1000, intervention="advocate"),
    )
    marks = [row["suppressed"] for row in rows]
    assert marks == ["", "", "", "", "primary", "primary"]


def test_a_group_that_is_left_out_counts_as_hidden() -> None:
    rows = released(
        effect("all", 201, 3000),
        effect("age_band=8-11", 50, 1000),
        effect("age_band=12-15", 50, 1000),
        effect("age_band=16-17", 100, 1000),
    )
    assert [row["suppressed"] for row in rows] == ["", "secondary", "secondary", ""]


def test_a_number_that_is_not_one_comes_out_empty() -> None:
    assert released(effect("all", 50, 50, estimate=float("nan")))[0]["estimate"] is None

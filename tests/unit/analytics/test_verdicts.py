"""Verdict words follow from rules alone."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.verdicts import Figure, decide

CLEAR = Figure(
    estimate=2.0,
    ci_low=1.0,
    ci_high=3.0,
    p_adjusted=0.001,
    worth_having=1.0,
    max_smd_after=0.03,
    effective_clusters=18.0,
    overlap=True,
    other_estimates=(1.9, 2.2),
    placebo=None,
)


def test_a_clear_figure_did_better_or_worse_by_what_better_means() -> None:
    assert decide(CLEAR, "higher").verdict == "did better"
    assert decide(CLEAR, "lower").verdict == "did worse"
    assert "cannot be sure this is why" in decide(CLEAR, "higher").reason


def test_what_help_makes_visible_is_recorded_more_or_less() -> None:
    assert decide(CLEAR, "unclear").verdict == "recorded more"
    less = CLEAR._replace(estimate=-2.0, ci_low=-3.0, ci_high=-1.0, other_estimates=(-1.0,))
    assert decide(less, "unclear").verdict == "recorded less"


def test_about_the_same_needs_the_whole_interval_inside() -> None:
    inside = CLEAR._replace(estimate=0.1, ci_low=-0.9, ci_high=0.99, p_adjusted=0.7)
    assert decide(inside, "higher").verdict == "about the same"
    touching = inside._replace(ci_high=1.0)
    assert decide(touching, "higher").verdict == "cannot tell"
    unnamed = inside._replace(worth_having=None)
    assert decide(unnamed, "higher").verdict == "cannot tell"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"p_adjusted": 0.05}, "chance could explain it"),
        ({"p_adjusted": None}, "chance could explain it"),
        ({"placebo": "the groups already differed"}, "already differed"),
        ({"overlap": False}, "little overlap"),
        ({"max_smd_after": 0.11}, "still differ after weighting"),
        ({"effective_clusters": 9.9}, "too few forces"),
        ({"other_estimates": (1.9, -0.1)}, "points the other way"),
        ({"worth_having": 2.5}, "smaller than what is worth having"),
        ({"is_subgroup": True}, "no sign that this group differs"),
        ({"is_subgroup": True, "interaction_p": 0.2}, "no sign that this group differs"),
    ],
)
def test_whatever_stands_in_the_way_is_named(change: dict[str, Any], said: str) -> None:
    ruling = decide(CLEAR._replace(**change), "higher")
    assert ruling.verdict == "cannot tell"
    assert said in ruling.reason


def test_a_subgroup_that_differs_may_be_spoken_of() -> None:
    figure = CLEAR._replace(is_subgroup=True, interaction_p=0.01)
    assert decide(figure, "higher").verdict == "did better"

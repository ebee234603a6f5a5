"""Differences and verdicts as people read them."""

from __future__ import annotations

import pytest

from analytics.reporting.facts import OutcomeFacts
from analytics.reporting.labels import (
    age_label,
    intervention_label,
    outcome_label,
    subgroup_label,
)
from analytics.reporting.words import (
    difference_words,
    finding,
    interval_words,
    reason_in_words,
    told_difference,
    verdict_words,
)

SHARE = OutcomeFacts(name="again", is_share=True, better="higher", worth_having=0.03)
POINTS = OutcomeFacts(name="score", is_share=False, better="higher", top=24.0)


def test_shares_are_children_in_every_hundred() -> None:
    assert told_difference(5.0, SHARE) == "5 more children in every 100"
    assert told_difference(-4.6, SHARE) == "4.6 fewer children in every 100"
    assert difference_words(0.0, SHARE) == "no difference"
    assert SHARE.shown_worth_having == 3.0


def test_scores_are_points_out_of_their_top() -> None:
    assert told_difference(3.2, POINTS) == "3.2 points higher out of 24"
    assert told_difference(-1.0, POINTS) == "1 point lower out of 24"
    assert difference_words(None, POINTS) == "not known"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (2.0, 8.0, "2 to 8 more"),
        (-8.0, -2.0, "2 to 8 fewer"),
        (-4.0, 6.0, "4 fewer to 6 more"),
        (None, None, ""),
    ],
)
def test_intervals_say_which_way_each_end_points(
    low: float | None, high: float | None, words: str
) -> None:
    assert interval_words(low, high, SHARE) == words


def test_a_verdict_without_a_registered_plan_is_never_without_exploratory() -> None:
    assert verdict_words("did better", is_registered=False) == "Did better (exploratory)"
    assert verdict_words("did better", is_registered=True) == "Did better"
    assert finding("did better", is_registered=True) == (
        "Children offered it did better than similar children; we cannot be sure this is why."
    )
    assert "(exploratory)" in finding("recorded more", is_registered=False)


@pytest.mark.parametrize(
    ("reason", "start"),
    [
        ("too few: under 10 on one side", "Too few children"),
        ("the outcome has one value", "Too few children"),
        (
            "too few forces to speak for others; left out, nothing to compare: kent",
            "Too few police",
        ),
        ("little overlap: some children could hardly have had either", "The children who were"),
        ("the groups already differed before the contact (x)", "The groups already differed"),
        ("chance could explain it; in this force", "The figures are too uncertain"),
        ("another way of comparing points the other way", "Two fair ways"),
        ("smaller than what is worth having", "There may be a difference"),
        (None, "The figures are too uncertain"),
    ],
)
def test_reasons_become_plain_sentences_without_numbers(reason: str | None, start: str) -> None:
    words = reason_in_words(reason)
    assert words.startswith(start)
    assert not any(character.isdigit() for character in words)


def test_codes_become_names() -> None:
    assert intervention_label("got_chisva") == "Children’s sexual violence adviser"
    assert outcome_label("carer_informed") == "Kept informed (carers)"
    assert outcome_label("my_own_outcome") == "My own outcome"
    assert age_label("8-11") == "Aged 8 to 11"
    assert subgroup_label("severity=3") == "How serious it was: 3"

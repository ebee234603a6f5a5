from __future__ import annotations

import pytest

from surveys.answers import TextAnswer
from surveys.instrument import Text
from surveys.library import load_library, read_instrument
from surveys.scoring import ScoreRow, item_score, score, score_table

LIBRARY = load_library()
CHILD = LIBRARY.get("child-8-11")
CARER = LIBRARY.get("carer")

HEAD = """
id: three
version: 1
audience: carer
age_band: null
languages: {en: draft}
tested_with: Nobody yet.
waves: [T1]
constructs: [safe]
topics: {en: [It]}
promise: {en: [One., Two., Three.]}
items:
"""
ITEM = """
  - kind: scale
    key: {key}
    construct: safe
    show_if: {show_if}
    texts: {{en: How was it?}}
    options:
      - {{value: good, score: {best}, texts: {{en: Good}}}}
      - {{value: fair, score: {middle}, texts: {{en: Fair}}}}
      - {{value: poor, score: {worst}, texts: {{en: Poor}}}}
"""


def three_items(show_last_if: str = "{}") -> bytes:
    return (
        HEAD
        + ITEM.format(key="a", best=2, middle=1, worst=0, show_if="{}")
        + ITEM.format(key="b", best=10, middle=5, worst=-10, show_if="{}")
        + ITEM.format(key="c", best=4, middle=3, worst=0, show_if=show_last_if)
    ).encode()


THREE = read_instrument(three_items(), "three.yaml")


def test_the_best_answers_give_100_and_the_worst_0() -> None:
    for instrument in (CHILD, CARER):
        scored = [item for item in instrument.items[1:] if not isinstance(item, Text)]
        best = {item.key: item.options[0].value for item in scored}
        worst = {item.key: item.options[-1].value for item in scored}
        assert set(score(instrument, best).values()) == {100}
        assert set(score(instrument, worst).values()) == {0}


def test_not_sure_and_skipped_are_never_numbers() -> None:
    answers = {"safe": "not_sure", "listened": "skipped", "fair": "kind"}
    constructs = score(CHILD, answers)
    assert constructs["safe"] is None
    assert constructs["listened"] is None
    assert constructs["informed"] is None
    assert constructs["fair"] == 100


@pytest.mark.parametrize(
    ("value", "number"),
    [("always", 4), ("sometimes", 2), ("never", 0), ("not_sure", None), ("skipped", None)],
)
def test_an_item_scores_as_its_file_says(value: str, number: float | None) -> None:
    trust = CARER.find_item("trust")
    assert trust is not None
    assert item_score(trust, value) == number


def test_who_was_there_and_words_have_no_score() -> None:
    assert item_score(CHILD.items[0], "alone") is None
    box = Text(key="words", texts={"en": "What else?"})
    assert item_score(box, TextAnswer(text="Good")) is None


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"a": "good", "b": "fair", "c": "poor"}, (100 + 75 + 0) / 3),
        ({"a": "fair", "b": "fair", "c": "fair"}, (50 + 75 + 75) / 3),
        ({"a": "good", "b": "poor", "c": "skipped"}, 50),
        ({"a": "good", "b": "not_sure"}, None),
        ({}, None),
    ],
)
def test_a_construct_is_the_mean_of_two_thirds_of_its_items_or_more(
    answers: dict[str, str], expected: float | None
) -> None:
    found = score(THREE, answers)["safe"]
    assert found == (None if expected is None else pytest.approx(expected))


def test_an_item_that_is_not_asked_is_not_missing() -> None:
    branch = read_instrument(three_items("{b: [poor]}"), "three.yaml")
    assert score(branch, {"a": "good", "b": "good", "c": "poor"})["safe"] == 100
    assert score(branch, {"a": "good", "b": "poor", "c": "poor"})["safe"] == pytest.approx(100 / 3)


def test_the_table_has_one_row_for_each_scored_option() -> None:
    table = score_table(CARER)
    assert len(table) == 45
    assert ScoreRow("trust", "trust", "sometimes", 2, 50) in table
    assert not any(row.item_key == "who_is_with_you" for row in table)


def test_joining_the_table_gives_the_same_scores_as_scoring_one_by_one() -> None:
    by_option = {(row.item_key, row.option_value): row for row in score_table(CHILD)}
    answers = {"safe": "felt_safe", "helped": "same", "again": "no", "trust": "not_sure"}
    constructs = score(CHILD, answers)
    for key, value in answers.items():
        row = by_option.get((key, value))
        assert constructs[key] == (row.construct_score if row else None)

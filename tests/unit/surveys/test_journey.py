from __future__ import annotations

import pytest

from surveys.instrument import Instrument
from surveys.journey import previous, prune, walk
from surveys.library import load_library, read_instrument

CHILD = load_library().get("child-8-11")

ITEM = """
  - kind: choice
    key: {key}
    construct: safe
    show_if: {show_if}
    texts: {{en: How was it?}}
    options:
      - {{value: "a", score: 1, texts: {{en: A}}}}
      - {{value: "b", score: 0, texts: {{en: B}}}}
"""


def survey(*items: tuple[str, str]) -> Instrument:
    """A survey of items (key, show_if)."""
    head = (
        "id: s\nversion: 1\naudience: carer\nage_band: null\nlanguages: {en: draft}\n"
        "tested_with: Nobody yet.\nwaves: [T1]\nconstructs: [safe]\ntopics: {en: [It]}\n"
        "promise: {en: [One., Two., Three.]}\nitems:"
    )
    body = "".join(ITEM.format(key=key, show_if=show_if) for key, show_if in items)
    return read_instrument((head + body).encode(), "s.yaml")


# one ─ a → two ─ b → three; four is always asked.
BRANCHES = survey(("one", "{}"), ("two", "{one: [a]}"), ("three", "{two: [b]}"), ("four", "{}"))


def test_a_visit_begins_at_the_first_question() -> None:
    journey = walk(CHILD, {})
    assert not journey.done
    assert journey.next is CHILD.items[0]
    assert journey.may_visit == ("who_is_with_you",)
    assert journey.total == 10


def test_a_visit_is_done_when_every_question_has_an_answer_of_any_kind() -> None:
    journey = walk(CHILD, {item.key: "skipped" for item in CHILD.items})
    assert journey.done
    assert journey.next is None
    assert len(journey.may_visit) == 10


@pytest.mark.parametrize(
    ("answers", "asked", "may_visit", "next_key"),
    [
        ({}, "one four", "one", "one"),
        ({"one": "a"}, "one two four", "one two", "two"),
        ({"one": "b"}, "one four", "one four", "four"),
        ({"one": "skipped"}, "one four", "one four", "four"),
        ({"one": "a", "two": "b"}, "one two three four", "one two three", "three"),
        ({"one": "a", "two": "not_sure"}, "one two four", "one two four", "four"),
        ({"one": "b", "two": "b"}, "one four", "one four", "four"),
        ({"one": "b", "four": "a"}, "one four", "one four", None),
        ({"one": "a", "four": "a"}, "one two four", "one two", "two"),
    ],
)
def test_branches_follow_the_answers(
    answers: dict[str, str], asked: str, may_visit: str, next_key: str | None
) -> None:
    journey = walk(BRANCHES, answers)
    assert journey.asked == tuple(asked.split())
    assert journey.may_visit == tuple(may_visit.split())
    assert (journey.next.key if journey.next else None) == next_key
    assert journey.done == (next_key is None)


def test_answers_on_an_abandoned_branch_are_dropped_with_all_that_hung_on_them() -> None:
    answers = {"one": "b", "two": "b", "three": "a", "four": "a", "unknown": "a"}
    assert prune(BRANCHES, answers) == {"one": "b", "four": "a"}


def test_nothing_is_dropped_from_the_branch_taken() -> None:
    answers = {"four": "a", "three": "a", "two": "b", "one": "a"}
    assert list(prune(BRANCHES, answers)) == ["one", "two", "three", "four"]


def test_back_goes_to_the_page_before_on_the_same_branch() -> None:
    answers = {"one": "b"}
    assert previous(BRANCHES, answers, "four") == "one"
    assert previous(BRANCHES, {"one": "a"}, "four") == "two"
    assert previous(BRANCHES, answers, "one") is None
    assert previous(BRANCHES, answers, "three") is None


def test_a_position_counts_only_what_is_asked() -> None:
    journey = walk(BRANCHES, {"one": "b"})
    assert (journey.position("four"), journey.total) == (2, 2)
    assert walk(BRANCHES, {"one": "a"}).position("four") == 3
    with pytest.raises(LookupError, match="not asked"):
        journey.position("two")


def test_every_condition_must_hold() -> None:
    both = survey(("one", "{}"), ("two", "{}"), ("three", "{one: [a, b], two: [a]}"))
    assert "three" in walk(both, {"one": "b", "two": "a"}).asked
    assert "three" not in walk(both, {"one": "b", "two": "b"}).asked
    assert "three" not in walk(both, {"two": "a"}).asked

from __future__ import annotations

import json

import pytest

from surveys.answers import (
    SENTENCES,
    Problem,
    TextAnswer,
    Value,
    canonical,
    completion_mode_of,
    read_answers,
    read_form,
)
from surveys.instrument import Text
from surveys.library import load_library, read_instrument

CHILD = load_library().get("child-8-11")
SAFE = CHILD.items[1]
BOX = Text(key="words", texts={"en": "What else?"}, max_characters=5)

BRANCHING = read_instrument(
    b"""
id: branching
version: 1
audience: carer
age_band: null
languages: {en: draft}
tested_with: Nobody yet.
waves: [T1]
constructs: [safe, fair]
topics: {en: [How it was]}
promise: {en: [One., Two., Three.]}
items:
  - kind: choice
    key: safe
    construct: safe
    texts: {en: Did you feel safe?}
    options:
      - {value: "yes", score: 1, texts: {en: "Yes"}}
      - {value: "no", score: 0, texts: {en: "No"}}
  - kind: text
    key: more
    show_if: {safe: ["no"]}
    texts: {en: What happened next?}
  - kind: choice
    key: fair
    construct: fair
    texts: {en: Was it fair?}
    options:
      - {value: "yes", score: 1, texts: {en: "Yes"}}
      - {value: "no", score: 0, texts: {en: "No"}}
""",
    "branching.yaml",
)


def problems(sent: dict[str, object]) -> list[tuple[str, str]]:
    return [(each.item, each.message_key) for each in read_answers(BRANCHING, sent)[1]]


def test_options_not_sure_and_skipped_are_answers() -> None:
    sent = {"again": "maybe", "safe": "felt_safe", "fair": "not_sure", "trust": "skipped"}
    answers, wrong = read_answers(CHILD, sent)
    assert wrong == ()
    assert answers == sent
    assert list(answers) == ["safe", "fair", "trust", "again"]


def test_words_come_as_an_object_with_text() -> None:
    answers, wrong = read_answers(BRANCHING, {"safe": "no", "more": {"text": " We left. "}})
    assert wrong == ()
    assert answers == {"safe": "no", "more": TextAnswer(text="We left.")}


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"saef": "yes"}, ("saef", "unknown_item")),
        ({"safe": "perhaps"}, ("safe", "not_an_option")),
        ({"safe": ""}, ("safe", "not_an_option")),
        ({"safe": 1}, ("safe", "wrong_type")),
        ({"safe": True}, ("safe", "wrong_type")),
        ({"safe": None}, ("safe", "wrong_type")),
        ({"safe": ["yes"]}, ("safe", "wrong_type")),
        ({"safe": {"text": "yes"}}, ("safe", "wrong_type")),
        ({"safe": "no", "more": "plain words"}, ("more", "wrong_type")),
        ({"safe": "no", "more": {"text": 3}}, ("more", "wrong_type")),
        ({"safe": "no", "more": {"text": "a", "html": "b"}}, ("more", "wrong_type")),
        ({"safe": "no", "more": {"text": " \n "}}, ("more", "empty_text")),
        ({"safe": "no", "more": {"text": "a" * 1001}}, ("more", "too_long")),
        ({"safe": "yes", "more": {"text": "a"}}, ("more", "not_asked")),
        ({"more": "skipped"}, ("more", "not_asked")),
    ],
)
def test_what_the_survey_does_not_offer_is_a_problem(
    sent: dict[str, object], found: tuple[str, str]
) -> None:
    assert problems(sent) == [found]


def test_every_wrong_answer_is_told_at_once() -> None:
    assert problems({"fair": 7, "who": "me", "safe": "x"}) == [
        ("who", "unknown_item"),
        ("safe", "not_an_option"),
        ("fair", "wrong_type"),
    ]


def test_a_problem_never_repeats_what_was_sent() -> None:
    sent = {"safe": "my name is Sam", "Sam lives at 4 High Street": "yes", "fair": ["Sam"]}
    _, wrong = read_answers(BRANCHING, sent)
    assert len(wrong) == 3
    assert "Sam" not in repr(wrong)
    assert all("Sam" not in each.sentence for each in wrong)


def test_every_problem_says_what_to_do_next() -> None:
    for key, sentence in SENTENCES.items():
        assert Problem(item="safe", message_key=key).sentence == sentence
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"answer": "felt_safe", "go": "next"}, "felt_safe"),
        ({"answer": "felt_safe"}, "felt_safe"),
        ({"go": "skip"}, "skipped"),
        ({"go": "not_sure"}, "not_sure"),
        ({"answer": "felt_safe", "go": "skip"}, "skipped"),
    ],
)
def test_a_page_of_the_form_gives_one_answer(fields: dict[str, str], value: str) -> None:
    assert read_form(SAFE, fields) == value


@pytest.mark.parametrize(
    ("fields", "message_key"),
    [
        ({"go": "next"}, "choose"),
        ({}, "choose"),
        ({"answer": "", "go": "next"}, "choose"),
        ({"answer": "perhaps"}, "not_an_option"),
        ({"answer": "skipped"}, "not_an_option"),
        ({"go": "anything"}, "choose"),
    ],
)
def test_a_page_without_a_good_answer_is_shown_again(
    fields: dict[str, str], message_key: str
) -> None:
    assert read_form(SAFE, fields) == Problem(item="safe", message_key=message_key)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("Hi", TextAnswer(text="Hi")),
        ("a\r\nb", TextAnswer(text="a\nb")),
        ("e\u0301\x00", TextAnswer(text="é")),
        ("\ud800ok", TextAnswer(text="ok")),
        ("not_sure", Problem(item="words", message_key="too_long")),
        ("\x00 ", Problem(item="words", message_key="empty_text")),
    ],
)
def test_typed_words_are_tidied_the_same_way_everywhere(typed: str, value: Value | Problem) -> None:
    assert read_form(BOX, {"answer": typed}) == value


def test_the_completion_mode_is_the_one_chosen() -> None:
    who = "who_is_with_you"
    assert completion_mode_of(CHILD, {who: "interpreter"}) == "interpreter"
    assert completion_mode_of(CHILD, {who: "skipped"}) is None
    assert completion_mode_of(CHILD, {}) is None
    assert completion_mode_of(BRANCHING, {"safe": "yes"}) is None


def test_the_same_answers_give_the_same_bytes_in_any_order() -> None:
    first = canonical({"safe": "no", "more": TextAnswer(text="caf\u00e9")}, "alone")
    second = canonical({"more": TextAnswer(text="cafe\u0301"), "safe": "no"}, "alone")
    assert first == second
    assert json.loads(first) == {
        "answers": {"safe": "no", "more": {"text": "café"}},
        "completion_mode": "alone",
    }


def test_other_answers_or_another_mode_give_other_bytes() -> None:
    one = canonical({"safe": "no"}, "alone")
    assert one != canonical({"safe": "yes"}, "alone")
    assert one != canonical({"safe": "no"}, "proxy")
    assert one != canonical({"safe": "no"}, None)
    assert one != canonical({"safe": "no", "fair": "skipped"}, "alone")
    assert canonical({"more": "skipped"}, None) != canonical(
        {"more": TextAnswer(text="skipped")}, None
    )

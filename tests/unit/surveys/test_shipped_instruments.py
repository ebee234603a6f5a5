"""The surveys that are shipped: what children and carers really read."""

from __future__ import annotations

import re

import pytest

from surveys.instrument import CompletionQuestion, EitherOr, Instrument, Text, as_shown
from surveys.library import check_directory, load_library
from surveys.vocabulary import COMPLETION_MODES, CONSTRUCTS

SHIPPED = load_library().all()
BY_ID = {instrument.id: instrument for instrument in SHIPPED}


def texts_of(instrument: Instrument, language: str) -> str:
    """Every question and option, a line each."""
    lines = []
    for item in instrument.items:
        lines.append(item.texts[language])
        if not isinstance(item, Text):
            lines.extend(option.texts[language] for option in item.options)
    return "\n".join(lines)


def test_no_shipped_survey_has_a_fault() -> None:
    assert check_directory() == ()


@pytest.mark.parametrize("instrument", SHIPPED, ids=lambda each: each.id)
def test_every_survey_has_the_nine_constructs_in_english_and_welsh(instrument: Instrument) -> None:
    assert set(instrument.constructs) == set(CONSTRUCTS)
    assert len(instrument.constructs) == 9
    assert set(instrument.languages) == {"en", "cy"}


@pytest.mark.parametrize("instrument", SHIPPED, ids=lambda each: each.id)
def test_welsh_is_a_draft_and_nobody_is_said_to_have_tested_it(instrument: Instrument) -> None:
    assert instrument.languages["cy"] == "draft"
    assert instrument.tested_with.startswith("Nobody yet")


@pytest.mark.parametrize("instrument", SHIPPED, ids=lambda each: each.id)
def test_the_first_question_is_who_is_there_and_the_last_is_easy(instrument: Instrument) -> None:
    first = instrument.items[0]
    assert isinstance(first, CompletionQuestion)
    assert {option.mode for option in first.options} == set(COMPLETION_MODES)
    assert instrument.items[-1].key == "again"


@pytest.mark.parametrize("instrument", SHIPPED, ids=lambda each: each.id)
def test_no_text_is_offered_while_no_reader_is_rostered(instrument: Instrument) -> None:
    assert not any(isinstance(item, Text) for item in instrument.items)


@pytest.mark.parametrize("instrument", SHIPPED, ids=lambda each: each.id)
def test_no_question_is_about_what_was_done_to_the_child(instrument: Instrument) -> None:
    offence = r"\b(abus|hurt|touch|assault|crime|suspect|victim|offence|attack|violen|rape|hit)\w*"
    assert re.findall(offence, texts_of(instrument, "en"), re.IGNORECASE) == []


@pytest.mark.parametrize("instrument", SHIPPED, ids=lambda each: each.id)
def test_options_go_from_best_to_worst(instrument: Instrument) -> None:
    for item in instrument.items:
        if not isinstance(item, Text | CompletionQuestion):
            scores = [option.score or 0 for option in item.options]
            assert scores == list(reversed(range(len(scores)))), item.key


def test_children_of_8_choose_between_two_statements() -> None:
    child = BY_ID["child-8-11"]
    either_or = [item.key for item in child.items if isinstance(item, EitherOr)]
    assert either_or == ["safe", "listened", "fair", "informed", "next", "trust", "choice"]


def test_carers_have_five_worded_points_and_never_answer_as_the_child() -> None:
    carer = BY_ID["carer"]
    assert all(len(item.options) == 5 for item in carer.items if not isinstance(item, Text))
    about_the_child = [line for line in texts_of(carer, "en").splitlines() if "child" in line]
    assert about_the_child == ["From what you have seen, how are things for your child since then?"]


def test_the_promise_to_children_of_8_is_kept_word_for_word() -> None:
    assert BY_ID["child-8-11"].promise["en"] == (
        "You choose. Skip or stop any time.",
        "Your name is not on it. If someone may get hurt, we find out who you are and tell "
        "people who help.",
        "Need help now? Call 999, or Childline 0800 1111.",
    )


def test_the_promise_to_carers_names_no_reading_time_while_nothing_can_be_typed() -> None:
    assert BY_ID["carer"].promise["en"] == (
        "You do not have to answer.",
        "People deciding about your family do not see answers unless we think someone is at "
        "risk; then we must pass it on, and a court could ask for them.",
        "In danger, 999.",
    )


def test_a_survey_is_shown_as_the_contract_says() -> None:
    shown = as_shown(BY_ID["child-8-11"], "en")
    assert list(shown) == ["id", "version", "language", "items"]
    assert (shown["id"], shown["version"], shown["language"]) == ("child-8-11", 1, "en")
    items = shown["items"]
    assert isinstance(items, list)
    assert items[1] == {
        "key": "safe",
        "kind": "either_or",
        "text": "Did you feel safe with the police, or not safe?",
        "options": [
            {"value": "felt_safe", "text": "I felt safe"},
            {"value": "did_not_feel_safe", "text": "I did not feel safe"},
        ],
    }


def test_a_language_the_survey_lacks_is_refused() -> None:
    with pytest.raises(LookupError, match="use one of en, cy"):
        as_shown(BY_ID["carer"], "ar")

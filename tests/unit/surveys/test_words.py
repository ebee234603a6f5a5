from __future__ import annotations

import re
from string import Formatter

import pytest

from surveys.answers import SENTENCES
from surveys.lint import forbidden_words_in
from surveys.vocabulary import LANGUAGES
from surveys.words import words, words_status

AUDIENCES = (None, "child", "carer")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_with_the_same_places(
    language: str, audience: str | None
) -> None:
    here, english = words(language, audience), words("en", audience)
    assert set(here) == set(english)
    assert all(text.strip() for text in here.values())
    assert {key: places(text) for key, text in here.items()} == {
        key: places(text) for key, text in english.items()
    }


def test_children_and_carers_pages_have_the_same_keys() -> None:
    assert set(words("en", "child")) == set(words("en", "carer"))


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_promises_what_cannot_be_kept(language: str, audience: str | None) -> None:
    for key, text in words(language, audience).items():
        assert forbidden_words_in(text, language) == (), key


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_and_headings_tell_nothing(language: str, audience: str | None) -> None:
    telling = r"police|child|crime|victim|abuse|officer|heddlu|plant|plentyn|trosedd|cam-drin"
    shown = words(language, audience)
    for key in shown:
        if key.startswith("title") or key.endswith("_heading") or key == "service_name":
            assert not re.search(telling, shown[key], re.IGNORECASE), key


def test_titles_say_where_one_is_and_no_more() -> None:
    english = words("en")
    assert english["title_question"].format(number=3) == "Question 3 – Feedback"
    assert english["title_error"] == "Error: Feedback"


def test_the_buttons_of_a_question_are_there() -> None:
    english = words("en")
    keys = ["start", "next", "back", "skip", "not_sure", "not_now", "leave"]
    assert [english[key] for key in keys] == [
        "Start",
        "Next",
        "Back",
        "Skip this question",
        "I am not sure",
        "Not now",
        "Leave this page",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_the_same_three_numbers_for_everybody(language: str) -> None:
    for audience in AUDIENCES:
        shown = words(language, audience)
        assert "999" in shown["help_danger"]
        assert "0800 1111" in shown["help_childline"]
        assert "SHOUT" in shown["help_shout"]
        assert "85258" in shown["help_shout"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_a_link_that_does_not_work_says_no_error(language: str) -> None:
    shown = words(language)
    calm = f"{shown['calm_heading']} {shown['calm_text']}"
    assert not re.search(r"error|expired|used|revoked|invalid|\d|gwall", calm, re.IGNORECASE)


def test_the_first_page_says_that_sent_pages_stay() -> None:
    for audience in ("child", "carer"):
        assert "stay with us" in words("en", audience)["stays"]


def test_every_problem_of_the_form_has_words() -> None:
    shown = words("en")
    told = {key.removeprefix("problem_") for key in shown if key.startswith("problem_")}
    assert told == {"choose", "not_an_option", "empty_text", "too_long"}
    assert told <= set(SENTENCES)
    assert shown["problem_choose"] == "Choose an answer, or skip this question"


def test_a_landing_page_does_not_know_who_reads_it() -> None:
    assert "intro_heading" not in words("en")


def test_no_language_is_signed_off_yet() -> None:
    assert {words_status(language) for language in LANGUAGES} == {"draft"}


def test_a_language_or_audience_without_words_is_refused() -> None:
    with pytest.raises(LookupError, match="use en, cy"):
        words("fr")
    with pytest.raises(LookupError, match="use child or carer"):
        words("en", "officer")

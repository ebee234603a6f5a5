from __future__ import annotations

import pytest

from surveys.library import read_instrument
from surveys.lint import Finding, check, forbidden_words_in, longest_sentence

GOOD = """
id: good
version: 1
audience: child
age_band: "8-11"
languages: {en: draft, cy: draft}
tested_with: Nobody yet.
waves: [T1]
constructs: [safe, listened, again]
topics: {en: [How it was], cy: [Sut oedd hi]}
promise: {en: [One., Two., Three.], cy: [Un., Dau., Tri.]}
items:
  - kind: completion_mode
    key: who
    texts: {en: Who is with you?, cy: Pwy sydd gyda ti?}
    options:
      - {value: alone, mode: alone, texts: {en: Nobody, cy: Neb}}
      - {value: helper, mode: helped_by_carer, texts: {en: Someone, cy: Rhywun}}
  - kind: either_or
    key: safe
    construct: safe
    texts: {en: "Did you feel safe, or not?", cy: "Diogel, neu beidio?"}
    options:
      - {value: safe, score: 1, texts: {en: I felt safe, cy: Diogel}}
      - {value: not_safe, score: 0, texts: {en: I did not, cy: Ddim}}
  - kind: scale
    key: listened
    construct: listened
    show_if: {safe: [safe]}
    texts: {en: How well did they listen?, cy: Pa mor dda?}
    options:
      - {value: well, score: 2, texts: {en: Well, cy: Da}}
      - {value: some, score: 1, texts: {en: A bit, cy: Ychydig}}
      - {value: badly, score: 0, texts: {en: Not well, cy: Ddim}}
  - kind: choice
    key: again
    construct: again
    texts: {en: Would you tell them?, cy: Fyddet ti?}
    options:
      - {value: "yes", score: 1, texts: {en: "Yes", cy: Byddwn}}
      - {value: "no", score: 0, texts: {en: "No", cy: Na}}
"""

TEXT = """  - kind: text
    key: words{number}
    construct: null
    texts: {{en: What else?, cy: Beth arall?}}
"""


def findings(text: str) -> list[tuple[str, str]]:
    return [
        (found.item, found.rule) for found in check(read_instrument(text.encode(), "good.yaml"))
    ]


def test_a_good_survey_has_no_findings() -> None:
    assert findings(GOOD) == []


def test_a_finding_names_file_item_rule_and_what_to_do() -> None:
    instrument = read_instrument(GOOD.replace("value: some", "value: well").encode(), "x")
    assert check(instrument, "mine.yaml") == (
        Finding(
            file="mine.yaml",
            item="listened",
            rule="duplicate-value",
            sentence="Two options have the value `well`: rename one.",
        ),
    )
    assert check(instrument)[0].file == "good.yaml"


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("key: again\n", "key: who\n", ("who", "duplicate-key")),
        ("value: badly", "value: some", ("listened", "duplicate-value")),
        ("value: badly", "value: not_sure", ("listened", "reserved-value")),
        ("value: badly", "value: skipped", ("listened", "reserved-value")),
        ("How well did they listen?, cy: Pa mor dda?", "How well?", ("listened", "missing-text")),
        ("texts: {en: Well, cy: Da}", "texts: {en: Well}", ("listened", "missing-text")),
        ("texts: {en: Well, cy: Da}", 'texts: {en: Well, cy: " "}', ("listened", "missing-text")),
        (", cy: [Sut oedd hi]", "", ("", "missing-text")),
        (", cy: [Un., Dau., Tri.]", "", ("", "missing-text")),
        ("cy: Byddwn", "cy: Byddwn, ar: نعم", ("again", "undeclared-language")),
        ("cy: draft", "cy: draft, xx: draft", ("", "unknown-language")),
        ("kind: either_or", "kind: scale", ("safe", "option-count")),
        ("kind: scale", "kind: either_or", ("listened", "option-count")),
        ("score: 1, texts: {en: A bit", "texts: {en: A bit", ("listened", "score")),
        ("not_safe, score: 0", "not_safe, score: 1", ("safe", "score")),
        ("show_if: {safe: [safe]}", "show_if: {again: [yes_]}", ("listened", "show-if")),
        ("show_if: {safe: [safe]}", "show_if: {listened: [well]}", ("listened", "show-if")),
        ("show_if: {safe: [safe]}", "show_if: {nothing: [well]}", ("listened", "show-if")),
        ("show_if: {safe: [safe]}", "show_if: {safe: [unsafe]}", ("listened", "show-if")),
        ("show_if: {safe: [safe]}", "show_if: {safe: []}", ("listened", "show-if")),
        ("[safe, listened, again]", "[safe, listened]", ("again", "construct")),
        ("[safe, listened, again]", "[safe, listened, again, fair]", ("", "construct")),
        ("[safe, listened, again]", "[safe, safe, listened, again]", ("", "construct")),
        ("construct: again", "construct: liked", ("again", "construct")),
        ('age_band: "8-11"', "age_band: null", ("", "age-band")),
        ("How it was", "This is anonymous", ("", "forbidden-promise")),
        ("[One.,", "[Nobody will know.,", ("", "forbidden-promise")),
        ("en: A bit", "en: A confidential bit", ("listened", "forbidden-promise")),
        ("cy: Ychydig", "cy: Yn ddienw", ("listened", "forbidden-promise")),
        (
            "How well did they listen?",
            "How well did they all listen to what you said on that long day?",
            ("listened", "long-sentence"),
        ),
    ],
)
def test_a_broken_survey_is_found_out(before: str, after: str, found: tuple[str, str]) -> None:
    assert before in GOOD
    assert found in findings(GOOD.replace(before, after, 1))


def test_show_if_may_wait_for_not_sure_or_skipped() -> None:
    assert findings(GOOD.replace("{safe: [safe]}", "{safe: [not_sure, skipped]}")) == []


def test_a_survey_asks_exactly_once_who_is_there() -> None:
    start, end = GOOD.index("  - kind: completion_mode"), GOOD.index("  - kind: either_or")
    asked_once = GOOD[start:end]
    assert ("", "completion-mode") in findings(GOOD.replace(asked_once, ""))
    twice = GOOD + asked_once.replace("key: who", "key: who_again")
    assert ("", "completion-mode") in findings(twice)


def test_a_childs_survey_has_one_text_at_most() -> None:
    one = GOOD + TEXT.format(number=1)
    assert findings(one) == []
    assert findings(one + TEXT.format(number=2)) == [("", "text-items")]


def test_five_points_are_too_many_at_8_and_right_for_carers() -> None:
    more = GOOD.replace(
        "- {value: badly,",
        "- {value: worse, score: -1, texts: {en: Worse, cy: Gwaeth}}\n"
        "      - {value: worst, score: -2, texts: {en: Worst, cy: Gwaethaf}}\n"
        "      - {value: badly,",
    )
    assert findings(more) == [("listened", "option-count")]
    carer = more.replace("audience: child", "audience: carer").replace('"8-11"', "null")
    assert findings(carer) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [("It was. A fine day?", 3), ("I can't say", 3), ("", 0), ("One two: three", 2)],
)
def test_the_longest_sentence_counts(text: str, words: int) -> None:
    assert longest_sentence(text) == words


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("It is ANONYMOUS.", "en", ("anonymous",)),
        ("A secret", "en", ("secret",)),
        ("Not a secret: we may pass it on.", "en", ()),
        ("Ask the secretary", "en", ()),
        ("No one will ever know", "en", ("no one will ever know",)),
        ("Mae'n gyfrinachol", "cy", ("gyfrinachol",)),
        ("Fydd neb yn gwybod", "cy", ("fydd neb yn gwybod",)),
        ("This is confidential", "cy", ("confidential",)),
    ],
)
def test_promises_that_cannot_be_kept_are_recognised(
    text: str, language: str, found: tuple[str, ...]
) -> None:
    assert forbidden_words_in(text, language) == found

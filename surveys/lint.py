"""What the author of an instrument got wrong: one finding a fault, with file, item and rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from surveys.instrument import (
    RESERVED_VALUES,
    Choice,
    CompletionQuestion,
    EitherOr,
    Instrument,
    Item,
    Scale,
    Text,
    values_of,
)
from surveys.vocabulary import CONSTRUCTS, FORBIDDEN_PROMISES, LANGUAGES


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault. `item` is the key of the item, or "" where the whole survey is meant."""

    file: str
    item: str
    rule: str
    sentence: str


# (item key or "", rule, sentence): what a rule yields; `check` adds the file.
Fault = tuple[str, str, str]

# Words a sentence, by age band; None is the carers' survey. Targets of this product, after the
# reading grades of child surveys; see the method table by age.
MOST_WORDS_A_SENTENCE: dict[str | None, int] = {
    "0-5": 20,
    "6-7": 8,
    "8-11": 12,
    "12-15": 15,
    "16-17": 18,
    None: 20,
}

# Options of one scored item, by age band. Five points work from about 11 or 12 on only.
MOST_OPTIONS: dict[str | None, int] = {
    "0-5": 5,
    "6-7": 3,
    "8-11": 3,
    "12-15": 5,
    "16-17": 5,
    None: 5,
}

MOST_TEXT_ITEMS_FOR_CHILDREN = 1


def check(instrument: Instrument, file: str | None = None) -> tuple[Finding, ...]:
    """Every fault of an instrument, in the order of the rules; empty when there is none.

    `file` is the name the findings carry; `<id>.yaml` when it is left out.
    """
    name = file or f"{instrument.id}.yaml"
    return tuple(
        Finding(file=name, item=item, rule=rule, sentence=sentence)
        for each_rule in RULES
        for item, rule, sentence in each_rule(instrument)
    )


def _twice(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def duplicate_keys(instrument: Instrument) -> Iterator[Fault]:
    """Answers are stored under the key of their item, so a key may stand once only."""
    for key in _twice(item.key for item in instrument.items):
        yield key, "duplicate-key", "Two items have this key: rename one."


def duplicate_values(instrument: Instrument) -> Iterator[Fault]:
    """Two options with one value could not be told apart once stored."""
    for item in instrument.items:
        for value in _twice(values_of(item)):
            yield item.key, "duplicate-value", f"Two options have the value `{value}`: rename one."


def reserved_values(instrument: Instrument) -> Iterator[Fault]:
    """Not sure and skipped are given by the form and are never options of a file."""
    for item in instrument.items:
        for value in values_of(item):
            if value in RESERVED_VALUES:
                sentence = f"`{value}` is offered with every question: remove the option."
                yield item.key, "reserved-value", sentence


def known_languages(instrument: Instrument) -> Iterator[Fault]:
    """Every language has page words and a direction, and at least one is there."""
    if not instrument.languages:
        yield "", "no-language", "No language is given: add at least one under `languages`."
    for language in instrument.languages:
        if language not in LANGUAGES:
            yield "", "unknown-language", f"The pages have no words in `{language}`: remove it."


def _texts_of(item: Item) -> Iterator[tuple[str, dict[str, str]]]:
    """(what it is, texts by language) of an item and each of its options."""
    yield "the question", item.texts
    if not isinstance(item, Text):
        for option in item.options:
            yield f"the option `{option.value}`", option.texts


def missing_texts(instrument: Instrument) -> Iterator[Fault]:
    """A child must never meet a page that is half in another language."""
    for language in instrument.languages:
        if not instrument.topics.get(language):
            yield "", "missing-text", f"The topics are missing in `{language}`: add them."
        if language not in instrument.promise:
            yield "", "missing-text", f"The promise is missing in `{language}`: add it."
        for item in instrument.items:
            for what, texts in _texts_of(item):
                if not texts.get(language, "").strip():
                    sentence = f"The text of {what} is missing in `{language}`: add it."
                    yield item.key, "missing-text", sentence


def undeclared_texts(instrument: Instrument) -> Iterator[Fault]:
    """A text in a language the survey does not declare would never be shown."""
    for item in instrument.items:
        for what, texts in _texts_of(item):
            for language in texts.keys() - instrument.languages.keys():
                sentence = f"{what.capitalize()} has a text in `{language}`: declare the language."
                yield item.key, "undeclared-language", sentence


def option_counts(instrument: Instrument) -> Iterator[Fault]:
    """Either-or has two options; a scale has three to five points, fewer for the young."""
    most = MOST_OPTIONS[instrument.age_band]
    for item in instrument.items:
        count = len(values_of(item))
        if isinstance(item, EitherOr) and count != 2:
            yield item.key, "option-count", "An either_or item has exactly two options."
        if isinstance(item, Scale) and not 3 <= count <= most:
            yield item.key, "option-count", f"A scale has 3 to {most} points for this audience."
        if isinstance(item, Choice) and not 2 <= count <= most:
            yield item.key, "option-count", f"A choice has 2 to {most} options for this audience."
        if isinstance(item, CompletionQuestion) and count < 2:
            yield item.key, "option-count", "A completion_mode item has at least two options."


def scores(instrument: Instrument) -> Iterator[Fault]:
    """Every option has a score, and they differ; else the construct could not be scored."""
    for item in instrument.items:
        if isinstance(item, Text | CompletionQuestion):
            continue
        given = [option.score for option in item.options]
        if None in given:
            yield item.key, "score", "An option has no score: give each option one."
        elif len(set(given)) < min(2, len(given)):
            yield item.key, "score", "All options have one score: give the best the highest."


def conditions(instrument: Instrument) -> Iterator[Fault]:
    """`show_if` may name earlier items only, so that no walk can go in circles."""
    earlier: dict[str, Item] = {}
    for item in instrument.items:
        for key, values in item.show_if.items():
            if key not in earlier:
                yield item.key, "show-if", f"`show_if` names `{key}`, which is not an earlier item."
                continue
            if not values:
                yield item.key, "show-if", f"`show_if` allows no answer of `{key}`: add one."
            for value in set(values) - set(values_of(earlier[key])) - RESERVED_VALUES:
                yield item.key, "show-if", f"`{value}` is no answer of `{key}`: correct `show_if`."
        earlier[item.key] = item


def constructs(instrument: Instrument) -> Iterator[Fault]:
    """What is declared is measured, and what is measured is declared and known."""
    measured = {
        item.construct: item.key
        for item in instrument.items
        if not isinstance(item, CompletionQuestion) and item.construct is not None
    }
    for construct in _twice(instrument.constructs):
        yield "", "construct", f"The construct `{construct}` is listed twice: keep one."
    for construct in instrument.constructs:
        if construct not in CONSTRUCTS:
            yield "", "construct", f"The construct `{construct}` is not in the code list."
        if construct not in measured:
            yield "", "construct", f"No item measures the construct `{construct}`: add one."
    for construct, key in measured.items():
        if construct not in instrument.constructs:
            yield key, "construct", f"Add `{construct}` to the `constructs` of this survey."


def audience_and_band(instrument: Instrument) -> Iterator[Fault]:
    """A child's survey is written for one band of ages."""
    if instrument.audience == "child" and instrument.age_band is None:
        yield "", "age-band", "A survey for children needs an `age_band`."


def completion_questions(instrument: Instrument) -> Iterator[Fault]:
    """Answers of different modes are never pooled, so who is with the respondent is asked once."""
    count = sum(isinstance(item, CompletionQuestion) for item in instrument.items)
    if count != 1:
        yield "", "completion-mode", f"There are {count} completion_mode items: have exactly one."


def text_items(instrument: Instrument) -> Iterator[Fault]:
    """Every text is read by a person, and typing is hard work for a child."""
    count = sum(isinstance(item, Text) for item in instrument.items)
    if instrument.audience == "child" and count > MOST_TEXT_ITEMS_FOR_CHILDREN:
        yield "", "text-items", f"There are {count} text items: a child's survey has one at most."


def _all_texts(instrument: Instrument) -> Iterator[tuple[str, str, str]]:
    """(item key or "", language, text) of every text a respondent reads."""
    for language, topics in instrument.topics.items():
        yield from (("", language, topic) for topic in topics)
    for language, lines in instrument.promise.items():
        yield from (("", language, line) for line in lines)
    for item in instrument.items:
        for _, texts in _texts_of(item):
            yield from ((item.key, language, text) for language, text in texts.items())


def forbidden_words_in(text: str, language: str) -> tuple[str, ...]:
    """The promises in a text that nobody could keep, as they stand there.

    English patterns are tried on every language, since words are borrowed.
    """
    patterns = (*FORBIDDEN_PROMISES["en"], *FORBIDDEN_PROMISES.get(language, ()))
    matches = (re.search(rf"\b(?:{each})\b", text, re.IGNORECASE) for each in patterns)
    return tuple(dict.fromkeys(match.group().lower() for match in matches if match))


def promises(instrument: Instrument) -> Iterator[Fault]:
    """Answers can be passed on for safety or to a court, so no text may promise otherwise."""
    for key, language, text in _all_texts(instrument):
        for words in forbidden_words_in(text, language):
            sentence = f"“{words}” promises what cannot be kept: say what really happens."
            yield key, "forbidden-promise", sentence


def longest_sentence(text: str) -> int:
    """The number of words in the longest sentence of a text."""
    sentences = re.split(r"[.!?…;:]+(?:\s|$)", text)
    return max(len(re.findall(r"[\w'’-]+", sentence)) for sentence in sentences)


def sentence_lengths(instrument: Instrument) -> Iterator[Fault]:
    """Short sentences for the young. The fixed wording of the promise is left alone."""
    most = MOST_WORDS_A_SENTENCE[instrument.age_band]
    promised = {line for lines in instrument.promise.values() for line in lines}
    for key, language, text in _all_texts(instrument):
        count = longest_sentence(text)
        if text not in promised and count > most:
            sentence = f"A sentence in `{language}` has {count} words: use {most} at most."
            yield key, "long-sentence", sentence


RULES = (
    audience_and_band,
    known_languages,
    duplicate_keys,
    duplicate_values,
    reserved_values,
    missing_texts,
    undeclared_texts,
    option_counts,
    scores,
    conditions,
    constructs,
    completion_questions,
    text_items,
    promises,
    sentence_lengths,
)

"""Raw form fields and JSON become answers, or problems to show again. The value is never echoed."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from surveys.instrument import (
    NOT_SURE,
    RESERVED_VALUES,
    SKIPPED,
    CompletionMode,
    CompletionQuestion,
    Instrument,
    Item,
    Text,
    values_of,
)


class TextAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The respondent's own words; to be sealed before it is stored."""

    text: str


# The value of an option, "not_sure", "skipped", or the respondent's own words.
Value: TypeAlias = str | TextAnswer

# What each message key says to a programmer; the words of the form are in words.py.
SENTENCES: Mapping[str, str] = {
    "unknown_item": "This survey has no such item: use the keys it was shown with.",
    "not_asked": "This item is not asked after the other answers: leave it out.",
    "wrong_type": 'An answer is one of the option values, or {"text": "…"} for a text item.',
    "not_an_option": "This is not offered: send an option value, not_sure or skipped.",
    "choose": "Choose an answer, or skip this question.",
    "empty_text": "The text is empty: write something, or skip this question.",
    "too_long": "The text is too long: make it shorter.",
}

_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
# What a key is called that is not even shaped like one: it might hold a child's words.
UNNAMED_ITEM = "?"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why an answer was not taken: the item and a key of `SENTENCES`; never what was sent."""

    item: str
    message_key: str

    @property
    def sentence(self) -> str:
        """What is wrong and what to do next, for a programmer."""
        return SENTENCES[self.message_key]


def read_answers(
    instrument: Instrument, sent: Mapping[str, object]
) -> tuple[dict[str, Value], tuple[Problem, ...]]:
    """The answers in a JSON object, in the order of the survey, and what is wrong with the rest.

    Accepts exactly what the form accepts: an item left out is not answered, an item that `show_if`
    hides after the other answers is refused. Store nothing when there is any problem.
    """
    answers: dict[str, Value] = {}
    problems = [
        Problem(item=key if _KEY.fullmatch(key) else UNNAMED_ITEM, message_key="unknown_item")
        for key in sent
        if instrument.find_item(key) is None
    ]
    for item in instrument.items:
        if item.key not in sent:
            continue
        value = _read_value(item, sent[item.key])
        if isinstance(value, Problem):
            problems.append(value)
        elif not is_asked(item, answers):
            problems.append(Problem(item=item.key, message_key="not_asked"))
        else:
            answers[item.key] = value
    return answers, tuple(problems)


def read_form(item: Item, fields: Mapping[str, str]) -> Value | Problem:
    """The answer on one page of the form.

    Fields: `go` is "skip", "not_sure" or "next" (also when absent: the return key was pressed);
    `answer` is an option value, or the words of a text item. The answer of a skipped page is not
    looked at.
    """
    match fields.get("go", "next"):
        case "skip":
            return SKIPPED
        case "not_sure":
            return NOT_SURE
        case _:
            return _read_chosen(item, fields.get("answer", ""))


def is_asked(item: Item, earlier: Mapping[str, Value]) -> bool:
    """Whether `show_if` lets this item be asked after the answers given to earlier asked items."""
    return all(earlier.get(key) in allowed for key, allowed in item.show_if.items())


def completion_mode_of(
    instrument: Instrument, answers: Mapping[str, Value]
) -> CompletionMode | None:
    """The completion mode the respondent chose; None when not answered, skipped or not sure."""
    for item in instrument.items:
        if isinstance(item, CompletionQuestion):
            modes = {option.value: option.mode for option in item.options}
            value = answers.get(item.key)
            return modes.get(value) if isinstance(value, str) else None
    return None


def canonical(answers: Mapping[str, Value], completion_mode: str | None) -> bytes:
    """UTF-8 JSON that is the same for the same answers: sorted keys, no spaces, NFC.

    For the keyed hash that tells a repeated submission from a different one.
    """
    document = {
        "answers": {key: msgspec.to_builtins(value) for key, value in answers.items()},
        "completion_mode": completion_mode,
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return unicodedata.normalize("NFC", text).encode()


def _read_value(item: Item, raw: object) -> Value | Problem:
    if isinstance(raw, str) and raw in RESERVED_VALUES:
        return raw
    if isinstance(item, Text):
        if isinstance(raw, Mapping) and set(raw) == {"text"} and isinstance(raw["text"], str):
            return _read_text(item, raw["text"])
        return Problem(item=item.key, message_key="wrong_type")
    if not isinstance(raw, str):
        return Problem(item=item.key, message_key="wrong_type")
    return raw if raw in values_of(item) else Problem(item=item.key, message_key="not_an_option")


def _read_chosen(item: Item, chosen: str) -> Value | Problem:
    if isinstance(item, Text):
        return _read_text(item, chosen)
    if not chosen:
        return Problem(item=item.key, message_key="choose")
    # Not sure and skipped are never options: they have buttons of their own.
    return (
        chosen if chosen in values_of(item) else Problem(item=item.key, message_key="not_an_option")
    )


def _read_text(item: Text, raw: str) -> Value | Problem:
    text = _clean(raw)
    if not text:
        return Problem(item=item.key, message_key="empty_text")
    if len(text) > item.max_characters:
        return Problem(item=item.key, message_key="too_long")
    return TextAnswer(text=text)


def _clean(raw: str) -> str:
    """The text as it is kept: NFC, line ends as in JSON, no characters a database refuses."""
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (each for each in text if each in "\n\t" or unicodedata.category(each) not in _UNKEPT)
    return "".join(kept).strip()


_UNKEPT = frozenset({"Cc", "Cs"})

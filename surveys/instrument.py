"""A survey as data: its items, their options and scores, and the words in each language.

Structs only; `library.py` reads them from files, `lint.py` says what an author got wrong.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)]
Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
OptionValue = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=64)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=600)]
LanguageCode = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Texts = dict[LanguageCode, Words]

Audience = Literal["child", "carer"]
AgeBandCode = Literal["0-5", "6-7", "8-11", "12-15", "16-17"]
WaveCode = Literal["T1", "T2", "T3"]
CompletionMode = Literal[
    "alone", "helped_by_carer", "helped_by_professional", "interpreter", "proxy"
]
LanguageStatus = Literal["draft", "signed_off"]

# Given by the form for every item and stored apart from the options; never a number.
NOT_SURE = "not_sure"
SKIPPED = "skipped"
RESERVED_VALUES = frozenset({NOT_SURE, SKIPPED})


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Unknown keys in a file are refused."""


class Option(_Strict, frozen=True, kw_only=True):
    """One answer that can be chosen.

    `value` is stored and never changes its meaning; `score` grows with how good the answer is,
    None where the answer is no number.
    """

    value: OptionValue
    texts: Texts
    score: float | None = None


class CompletionOption(_Strict, frozen=True, kw_only=True):
    """One answer to "who is with you", and the completion mode it stands for."""

    value: OptionValue
    texts: Texts
    mode: CompletionMode


class _Item(_Strict, frozen=True, kw_only=True, tag_field="kind"):
    """What every item has.

    `show_if` maps keys of earlier items to the answers that let this one be asked ("not_sure" and
    "skipped" may be among them); every key must hold. Empty: always asked.
    """

    key: Key
    texts: Texts
    show_if: dict[Key, tuple[str, ...]] = {}

    @property
    def kind(self) -> str:
        """The kind as the file spells it, such as "scale"."""
        return str(self.__struct_config__.tag)


class EitherOr(_Item, frozen=True, kw_only=True, tag="either_or"):
    """Two statements, one of which is true for the child; used from 6 to 11."""

    construct: Key
    options: tuple[Option, ...]


class Scale(_Item, frozen=True, kw_only=True, tag="scale"):
    """Three to five worded points; numbers fail for children, words do not."""

    construct: Key
    options: tuple[Option, ...]


class Choice(_Item, frozen=True, kw_only=True, tag="choice"):
    """One of a few answers that are no scale of agreement, such as yes, maybe, no."""

    construct: Key
    options: tuple[Option, ...]


class CompletionQuestion(_Item, frozen=True, kw_only=True, tag="completion_mode"):
    """Asks who is helping or watching; never scored, and no answer is wrong."""

    options: tuple[CompletionOption, ...]


class Text(_Item, frozen=True, kw_only=True, tag="text"):
    """A box for the respondent's own words.

    Only to be offered where a reader is rostered; no shipped instrument holds one yet.
    """

    construct: Key | None = None
    max_characters: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 1000


ScoredItem: TypeAlias = EitherOr | Scale | Choice
Item: TypeAlias = EitherOr | Scale | Choice | CompletionQuestion | Text


class Instrument(_Strict, frozen=True, kw_only=True):
    """A survey for one audience and, for children, one age band.

    - `age_band` is None for a survey of carers of children of every age.
    - `languages` gives each language its status; only `signed_off` may be used in production.
    - `tested_with` says in words with whom the wording was tried; "nobody yet" is an answer.
    - `constructs` lists what the items measure, in the order of reports.
    - `topics` are shown before the first question, `promise` is the three lines of the first page.
    """

    id: Slug
    version: Annotated[int, msgspec.Meta(ge=1)]
    audience: Audience
    age_band: AgeBandCode | None
    languages: dict[LanguageCode, LanguageStatus]
    tested_with: Words
    waves: Annotated[tuple[WaveCode, ...], msgspec.Meta(min_length=1)]
    constructs: tuple[Key, ...]
    topics: dict[LanguageCode, tuple[Words, ...]]
    promise: dict[LanguageCode, tuple[Words, Words, Words]]
    items: Annotated[tuple[Item, ...], msgspec.Meta(min_length=1)]

    def find_item(self, key: str) -> Item | None:
        """The item with this key, or None."""
        return next((item for item in self.items if item.key == key), None)


def values_of(item: Item) -> tuple[str, ...]:
    """The option values of an item in order; empty for a text item."""
    return () if isinstance(item, Text) else tuple(option.value for option in item.options)


def as_shown(instrument: Instrument, language: str) -> dict[str, object]:
    """The instrument in one language, as `GET /api/v1/surveys/{token}` answers it.

    `{"id", "version", "language", "items": [{"key", "kind", "text", "options": [{"value",
    "text"}]}]}`; text items have no options, conditional items carry their `show_if` as well.
    Only the options of the file are listed: "not_sure" and "skipped" are always allowed beside
    them. Scores are left out. Raises LookupError where the language is not in the instrument.
    """
    if language not in instrument.languages:
        raise LookupError(
            f"{instrument.id} is not written in this language: use one of "
            f"{', '.join(instrument.languages)}."
        )
    return {
        "id": instrument.id,
        "version": instrument.version,
        "language": language,
        "items": [_item_as_shown(item, language) for item in instrument.items],
    }


def _item_as_shown(item: Item, language: str) -> dict[str, object]:
    options: tuple[Option, ...] | tuple[CompletionOption, ...]
    options = () if isinstance(item, Text) else item.options
    shown: dict[str, object] = {
        "key": item.key,
        "kind": item.kind,
        "text": item.texts[language],
        "options": [{"value": each.value, "text": each.texts[language]} for each in options],
    }
    if item.show_if:
        shown["show_if"] = {key: list(values) for key, values in item.show_if.items()}
    return shown

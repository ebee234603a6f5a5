"""The words of the pages around the questions, in each language, for children and for carers.

`words(language, audience)` is a mapping from key to text. Texts may hold named places such as
`{number}`: fill them with `str.format`. Every language has every key (checked in the tests).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

import msgspec

from surveys.instrument import LanguageStatus
from surveys.strict import decode
from surveys.vocabulary import LANGUAGES


class _WordsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One language. `both` is for every page, `child` and `carer` for that audience's pages."""

    language: str
    status: LanguageStatus
    both: dict[str, str]
    child: dict[str, str]
    carer: dict[str, str]


def words(language: str, audience: str | None = None) -> Mapping[str, str]:
    """The words in a language by key.

    With audience None only the words for pages shown before it is known (the landing page, the
    code page, the calm page); with "child" or "carer" those of its pages as well. Raises
    LookupError for a language or an audience without words.
    """
    if language not in LANGUAGES:
        raise LookupError(f"There are no words in this language: use {', '.join(LANGUAGES)}.")
    if audience not in (None, "child", "carer"):
        raise LookupError("There are no words for this audience: use child or carer.")
    return _words(language, audience)


def words_status(language: str) -> LanguageStatus:
    """Whether the page words of a language are `draft` or `signed_off`. KeyError when unknown."""
    return _read(LANGUAGES[language].code).status


@lru_cache(maxsize=64)
def _words(language: str, audience: str | None) -> Mapping[str, str]:
    read = _read(language)
    own = {"child": read.child, "carer": read.carer}.get(audience or "", {})
    return MappingProxyType({**read.both, **own})


@lru_cache(maxsize=16)
def _read(language: str) -> _WordsFile:
    file = f"{language}.yaml"
    return decode(files("surveys").joinpath("words", file).read_bytes(), _WordsFile, file)

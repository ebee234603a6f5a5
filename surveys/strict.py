"""Reads the YAML files of this package strictly, and says in one sentence what is wrong.

Pure: bytes in, structs out. Unknown keys and wrong types are refused; nothing is coerced.
"""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

T = TypeVar("T")

_UNKNOWN_KEY = re.compile(r"^Object contains unknown field `(?P<key>.*)`$", re.S)
_MISSING_KEY = re.compile(r"^Object missing required field `(?P<key>.*)`$", re.S)
_WRONG_TYPE = re.compile(r"^Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`$")

_PLAIN = {
    "object": "a block of keys",
    "array": "a list",
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
}


class BrokenFileError(ValueError):
    """The file cannot be read: correct it at the place named."""

    def __init__(self, file: str, path: str, sentence: str) -> None:
        super().__init__(f"{file}: at {path}: {sentence}")
        self.file = file
        self.path = path
        self.sentence = sentence


def decode(raw: bytes, wanted: type[T], file: str) -> T:
    """The value held by a YAML file, checked against `wanted`.

    `file` is the name used in the message. Raises `BrokenFileError` with the file, the path of the
    first fault (`$.items[2].key`; `$` is the whole file) and a sentence saying what to do.
    """
    try:
        return msgspec.yaml.decode(raw, type=wanted, strict=True)
    except msgspec.ValidationError as error:
        complaint, _, place = str(error).partition(" - at ")
        raise BrokenFileError(file, _path(place), _plain_sentence(complaint)) from None
    except RecursionError:
        raise BrokenFileError(
            file, "$", "The file refers to itself: remove the `&` anchor."
        ) from None
    except (msgspec.MsgspecError, ValueError) as error:
        where = " ".join(str(error).split())
        raise BrokenFileError(file, "$", f"This is not YAML in UTF-8: {where}.") from None


def _path(place: str) -> str:
    """`$.items[0].key`, from msgspec's "`$.items[0].key`" or "`key` in `$.texts`"."""
    quoted = re.findall(r"`([^`]*)`", place)
    return quoted[-1] if quoted else "$"


def _plain_sentence(complaint: str) -> str:
    if found := _UNKNOWN_KEY.match(complaint):
        return f"The key `{found['key']}` is not known here: correct its spelling or remove it."
    if found := _MISSING_KEY.match(complaint):
        return f"The key `{found['key']}` is missing: add it."
    if found := _WRONG_TYPE.match(complaint):
        return _wrong_type_sentence(found["wanted"], found["got"])
    return f"{complaint}."


def _wrong_type_sentence(wanted: str, got: str) -> str:
    wanted_plain = " or ".join(_PLAIN.get(part.strip(), part.strip()) for part in wanted.split("|"))
    sentence = f"This must be {wanted_plain}, not {_PLAIN.get(got, got)}"
    if got == "bool":
        # YAML reads a bare yes, no, on or off as true or false.
        return f"{sentence}: put quotes round yes, no, on and off."
    return f"{sentence}."

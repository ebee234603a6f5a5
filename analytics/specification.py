"""The specification of an analysis: a TOML file, read strictly into frozen structs.

Contract section 5. Further keys beyond it: `[study] start_window_days` (checked against the
snapshot's), `roles` (child roles analysed; all but suspects when absent, since a suspect and a
victim are never counted together), `linear` (whole numbers to take as a line, not as
categories); and for an outcome `responded` (who answered this survey, such as
carer_responded) and `start`, `due_days`, `recorded` wherever an outcome is known only later.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Names = tuple[Name, ...]
Days = Annotated[int, msgspec.Meta(ge=0, le=36_525)]
Better = Literal["higher", "lower", "unclear"]
MIN_CELL: Final = 10


class SpecificationError(ValueError):
    """The specification cannot be used; the message is one sentence that says why."""


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Unknown keys are refused."""


class Study(_Strict, frozen=True, kw_only=True):
    """What is compared with what, and what is held alike."""

    name: Name
    treatment: Name | None = None
    treatments: Names = ()
    comparator: Name = "usual"
    force: Name = "force"
    team: Name | None = None
    cluster: Name | None = None
    child: Name | None = None
    adjust_for: Names
    linear: Names = ()
    subgroups: Names = ()
    responded: Name | None = None
    extract_day: int | date | None = None
    start_window_days: Days | None = None
    roles: Names = ()
    negative_controls: Names = ()
    min_cell: Annotated[int, msgspec.Meta(ge=MIN_CELL, le=1_000_000)] = MIN_CELL
    worth_having: dict[Name, Annotated[float, msgspec.Meta(ge=0)]] = {}


class _Outcome(_Strict, frozen=True, kw_only=True, tag_field="kind"):
    """What every outcome has; `start` and `due_days` say when it is known."""

    name: Name
    survey: bool = False
    better: Better | None = None
    responded: Name | None = None
    start: Name | None = None
    due_days: Days | None = None
    recorded: Name | None = None


class Score(_Outcome, frozen=True, kw_only=True, tag="score"):
    """Sum of items, prorated when at least `min_items` were answered."""

    items: Annotated[Names, msgspec.Meta(min_length=1)]
    range: tuple[float, float]
    reverse: Names = ()
    min_items: Annotated[int, msgspec.Meta(ge=1)] = 1


class AtLeast(_Outcome, frozen=True, kw_only=True, tag="at_least"):
    """Share with at least this value."""

    column: Name
    at_least: float


class EventWithin(_Outcome, frozen=True, kw_only=True, tag="event_within"):
    """Risk of an event within so many days of the start."""

    event: Name
    days: Annotated[int, msgspec.Meta(ge=1, le=36_525)]


class Proportion(_Outcome, frozen=True, kw_only=True, tag="proportion"):
    """Share of a column of 0 and 1."""

    column: Name


class Mean(_Outcome, frozen=True, kw_only=True, tag="mean"):
    """Mean of a number."""

    column: Name


Outcome: TypeAlias = Score | AtLeast | EventWithin | Proportion | Mean


class Specification(_Strict, frozen=True, kw_only=True):
    """A whole specification."""

    study: Study
    outcome: Annotated[tuple[Outcome, ...], msgspec.Meta(min_length=1, max_length=1000)]


def better_of(outcome: Outcome) -> Better:
    """Which way is better; unclear for events unless said, since help that looks finds more."""
    if outcome.better is not None:
        return outcome.better
    return "unclear" if isinstance(outcome, EventWithin) else "higher"


def read_specification(path: Path) -> Specification:
    """The specification in a file. Raises SpecificationError with file, line and key."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise SpecificationError(f"{path.name} cannot be read; give the path of a file.") from None
    except UnicodeDecodeError:
        raise SpecificationError(f"{path.name} is not UTF-8; save it as UTF-8.") from None
    return parse_specification(text, path.name)


def parse_specification(text: str, file: str) -> Specification:
    """The specification in a text; `file` names it in messages. Raises SpecificationError."""
    try:
        specification = msgspec.convert(tomllib.loads(text), Specification)
        _check(specification)
    except tomllib.TOMLDecodeError as error:
        raise SpecificationError(f"{file} is not TOML: {error}.") from None
    except msgspec.ValidationError as error:
        raise SpecificationError(_sentence(str(error), text, file)) from None
    return specification


def _check(specification: Specification) -> None:
    """Raises ValidationError for what no single field can see, with the path of the key."""
    study = specification.study
    if (study.treatment is None) == (not study.treatments):
        _wrong("give either treatment or treatments", "$.study.treatment")
    names = [outcome.name for outcome in specification.outcome]
    for index, outcome in enumerate(specification.outcome):
        _check_outcome(outcome, study, f"$.outcome[{index}]")
        if outcome.name in names[:index]:
            _wrong(f"two outcomes are called {outcome.name}", f"$.outcome[{index}].name")
    for name in study.worth_having:
        if name not in names:
            _wrong(f"there is no outcome {name}", "$.study.worth_having")
    for name in study.linear:
        if name not in study.adjust_for:
            _wrong(f"{name} is not in adjust_for", "$.study.linear")
    if len(set(study.adjust_for)) < len(study.adjust_for):
        _wrong("a column is named twice", "$.study.adjust_for")
    if "suspect" in study.roles and len(study.roles) > 1:
        _wrong("suspects are never counted together with others", "$.study.roles")


def _check_outcome(outcome: Outcome, study: Study, path: str) -> None:
    if outcome.due_days is not None and outcome.start is None:
        _wrong("due_days needs a start", f"{path}.due_days")
    if outcome.survey and outcome.responded is None and study.responded is None:
        _wrong("a survey outcome needs study.responded, the column of who answered", path)
    if isinstance(outcome, EventWithin) and outcome.start is None:
        _wrong("event_within needs a start", f"{path}.start")
    if isinstance(outcome, Score):
        low, high = outcome.range
        if not low < high:
            _wrong("the first number must be the smaller one", f"{path}.range")
        if outcome.min_items > len(outcome.items):
            _wrong("more than there are items", f"{path}.min_items")
        if not set(outcome.reverse) <= set(outcome.items):
            _wrong("it names an item that is not in items", f"{path}.reverse")
        if len(set(outcome.items)) < len(outcome.items):
            _wrong("an item is named twice", f"{path}.items")


def _wrong(what: str, path: str) -> None:
    raise msgspec.ValidationError(f"{what} - at `{path}`")


def _sentence(message: str, text: str, file: str) -> str:
    """One sentence with file, line and key."""
    what, _, place = message.partition(" - at `")
    path = place.rstrip("`").removeprefix("$.").removeprefix("$")
    unknown = re.match(r"Object contains unknown field `(.*)`", what)
    missing = re.match(r"Object missing required field `(.*)`", what)
    if unknown:
        path = f"{path}.{unknown[1]}".lstrip(".")
        what = "this key is not known; remove it or correct its spelling"
    elif missing:
        what = f"the key {missing[1]} is missing; add it"
    line = _line_of(path, text)
    where = f"{file}, line {line}" if line else file
    return f"{where}: {path or 'the whole file'}: {what[0].lower()}{what[1:]}."


def _line_of(path: str, text: str) -> int | None:
    """The line of a key such as `outcome[1].kind`, or of the table around it."""
    lines: dict[str, int] = {}
    table, counts = "", dict[str, int]()
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*(\[\[?)\s*([\w.-]+)\s*\]", line)
        key = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line)
        if header and header[1] == "[[":
            counts[header[2]] = counts.get(header[2], -1) + 1
            table = f"{header[2]}[{counts[header[2]]}]"
        elif header:
            table = header[2]
        if header:
            lines.setdefault(table, number)
        elif key:
            lines.setdefault(f"{table}.{key[1]}".lstrip("."), number)
    while path and path not in lines:
        shorter = re.sub(r"(\.[^.]*|\[[^\]]*\])$", "", path)
        path = "" if shorter == path else shorter
    return lines.get(path)

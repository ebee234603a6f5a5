"""The code lists of Heard: every code a force may send, with its meaning.

The lists are the files of `vocabulary/`; each says where it comes from and whether that was
verified. A code is text everywhere, also "1". An unknown code is never guessed at:
`CONTACT_TYPES.get(code)` is None and the row is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Generic, Literal, TypeVar

import msgspec

from surveys.strict import BrokenFileError, decode


class Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen struct read strictly: unknown keys are refused."""


Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Sentence = Annotated[str, msgspec.Meta(min_length=1)]
Better = Literal["higher", "lower", "unclear"]


class Entry(Struct, frozen=True, kw_only=True):
    """One code of a list: its name for people and a sentence of meaning."""

    code: Code
    name: Sentence
    meaning: Sentence


class Force(Struct, frozen=True, kw_only=True):
    """One police force. `pfa` is its ONS police force area; None for British Transport Police."""

    slug: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+(-[a-z]+)*$")]
    name: Sentence
    pfa: Annotated[str, msgspec.Meta(pattern=r"^[EW][0-9]{8}$")] | None
    nation: Literal["england", "wales", "uk"]

    @property
    def code(self) -> str:
        """The slug, as data.police.uk spells it."""
        return self.slug


class Measure(Struct, frozen=True, kw_only=True):
    """What the `value` of a measured outcome is: its unit and the range it must lie in.

    Both ends belong to the range. `whole` means that only whole numbers are possible.
    """

    unit: Sentence
    minimum: float
    maximum: float
    whole: bool = False


class Outcome(Struct, frozen=True, kw_only=True):
    """One outcome of a set.

    `measure` is None for coded outcomes, which carry no value. `may_precede_contact` lifts the
    rule of its set for this code; `must_precede_contact` asks for a day before the contact.
    `final_may_hold`: whether a row may say that no trial or appeal is pending.
    """

    code: Code
    name: Sentence
    better: Better = "unclear"
    final_may_hold: bool = True
    may_precede_contact: bool = False
    must_precede_contact: bool = False
    measure: Measure | None = None


class OutcomeSet(Struct, frozen=True, kw_only=True):
    """A set of outcomes: `outcomes` by code.

    `not_outcomes` holds codes that people send but that are no outcome (Home Office type 0), each
    with the sentence to answer. They must never be counted, not even in a denominator.
    """

    code: Code
    name: Sentence
    may_precede_contact: bool
    outcomes: Mapping[str, Outcome]
    not_outcomes: Mapping[str, str]

    def may_precede(self, outcome: str) -> bool:
        """Whether this outcome may be dated before its contact. KeyError for an unknown code."""
        return self.may_precede_contact or self.outcomes[outcome].may_precede_contact


class AgeBand(Struct, frozen=True, kw_only=True):
    """A band of whole years of age; both ends belong to it."""

    code: Code
    name: Sentence
    from_years: Annotated[int, msgspec.Meta(ge=0)]
    to_years: Annotated[int, msgspec.Meta(le=17)]


class Language(Struct, frozen=True, kw_only=True):
    """A language the pages are written in; `own_name` is what its speakers call it."""

    code: Code
    name: Sentence
    own_name: Sentence
    direction: Literal["ltr", "rtl"]


class _OutcomeSetInFile(Struct, frozen=True, kw_only=True):
    code: Code
    name: Sentence
    may_precede_contact: bool
    outcomes: tuple[Outcome, ...]
    not_outcomes: dict[str, Sentence] = {}


EntryT = TypeVar("EntryT")


class _List(Struct, Generic[EntryT], frozen=True, kw_only=True):
    source: Sentence
    verified: bool
    entries: tuple[EntryT, ...]


class _ForbiddenPromises(Struct, frozen=True, kw_only=True):
    source: Sentence
    verified: bool
    languages: dict[str, tuple[Sentence, ...]]


class Source(Struct, frozen=True, kw_only=True):
    """Where a code list comes from, and whether somebody checked it against that source."""

    source: Sentence
    verified: bool


_sources: dict[str, Source] = {}


def _bytes_of(file: str) -> bytes:
    return files("surveys").joinpath("vocabulary", file).read_bytes()


def _by_code(file: str, coded: Iterable[tuple[str, EntryT]]) -> Mapping[str, EntryT]:
    """The entries by code, in the order of the file. A code listed twice is refused."""
    found: dict[str, EntryT] = {}
    for code, entry in coded:
        if code in found:
            raise BrokenFileError(
                file, "$.entries", f"The code `{code}` is listed twice: keep one."
            )
        found[code] = entry
    return MappingProxyType(found)


def _read(name: str, wanted: type[_List[EntryT]]) -> tuple[EntryT, ...]:
    file = f"{name}.yaml"
    read = decode(_bytes_of(file), wanted, file)
    _sources[name] = Source(source=read.source, verified=read.verified)
    return read.entries


def _read_entries(name: str) -> Mapping[str, Entry]:
    entries = _read(name, _List[Entry])
    return _by_code(f"{name}.yaml", ((entry.code, entry) for entry in entries))


def _outcome_set(read: _OutcomeSetInFile) -> OutcomeSet:
    return OutcomeSet(
        code=read.code,
        name=read.name,
        may_precede_contact=read.may_precede_contact,
        outcomes=_by_code("outcome_sets.yaml", ((each.code, each) for each in read.outcomes)),
        not_outcomes=MappingProxyType(read.not_outcomes),
    )


def _read_outcome_sets() -> Mapping[str, OutcomeSet]:
    sets = (_outcome_set(each) for each in _read("outcome_sets", _List[_OutcomeSetInFile]))
    return _by_code("outcome_sets.yaml", ((each.code, each) for each in sets))


def _read_forbidden_promises() -> Mapping[str, tuple[str, ...]]:
    file = "forbidden_promises.yaml"
    read = decode(_bytes_of(file), _ForbiddenPromises, file)
    _sources["forbidden_promises"] = Source(source=read.source, verified=read.verified)
    return MappingProxyType(read.languages)


FORCES: Mapping[str, Force] = _by_code(
    "forces.yaml", ((force.slug, force) for force in _read("forces", _List[Force]))
)
OUTCOME_SETS: Mapping[str, OutcomeSet] = _read_outcome_sets()
AGE_BANDS: Mapping[str, AgeBand] = _by_code(
    "age_bands.yaml", ((band.code, band) for band in _read("age_bands", _List[AgeBand]))
)
LANGUAGES: Mapping[str, Language] = _by_code(
    "languages.yaml", ((each.code, each) for each in _read("languages", _List[Language]))
)
CONTACT_TYPES: Mapping[str, Entry] = _read_entries("contact_types")
ROLES: Mapping[str, Entry] = _read_entries("roles")
INTERVENTIONS: Mapping[str, Entry] = _read_entries("interventions")
STATUSES: Mapping[str, Entry] = _read_entries("statuses")
EVENTS: Mapping[str, Entry] = _read_entries("events")
FLAGS: Mapping[str, Entry] = _read_entries("flags")
GENDERS: Mapping[str, Entry] = _read_entries("genders")
ETHNIC_GROUPS: Mapping[str, Entry] = _read_entries("ethnic_groups")
SEVERITIES: Mapping[str, Entry] = _read_entries("severities")
NEEDS: Mapping[str, Entry] = _read_entries("needs")
RESPONDENTS: Mapping[str, Entry] = _read_entries("respondents")
WAVES: Mapping[str, Entry] = _read_entries("waves")
COMPLETION_MODES: Mapping[str, Entry] = _read_entries("completion_modes")
CONSTRUCTS: Mapping[str, Entry] = _read_entries("constructs")

# Regular expressions by language: words no text shown to a child or carer may hold.
FORBIDDEN_PROMISES: Mapping[str, tuple[str, ...]] = _read_forbidden_promises()

# The source of each list, by the name of its file without `.yaml`.
SOURCES: Mapping[str, Source] = MappingProxyType(_sources)


def age_band_of(age_years: int) -> str:
    """The band ("0-5", "6-7", "8-11", "12-15", "16-17") of an age in whole years.

    Raises ValueError outside 0–17, without naming the age.
    """
    for band in AGE_BANDS.values():
        if band.from_years <= age_years <= band.to_years:
            return band.code
    raise ValueError("The age must be a whole number of years from 0 to 17.")

"""What each file may hold: its columns, what their cells mean, and what makes a row the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from service.privacy.pseudonyms import ReferenceKind
from surveys import vocabulary as v

Meaning = Literal["reference", "code", "codes", "day", "time", "whole", "number", "yes_no", "text"]
KindName = Literal["contacts", "interventions", "events", "outcomes", "responses"]
GATE: Final = ("open", "closed")


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: what a cell means and what it may say.

    codes: the list of a code; low, high: the range of a number, both ends in it; ahead: whether a
    day may lie in the future; most: characters.
    """

    name: str
    meaning: Meaning
    required: bool = False
    codes: tuple[str, ...] = ()
    low: float = 0
    high: float = 0
    ahead: bool = False
    most: int = 200


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of file. key: the columns that make two rows speak of the same thing.

    subject: what a row is about, in words; references: the columns that are pseudonymised.
    """

    name: KindName
    subject: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: Mapping[str, ReferenceKind]

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return [column.name for column in self.columns]

    @property
    def required(self) -> list[str]:
        """The names of the columns without which a file is not taken."""
        return [column.name for column in self.columns if column.required]

    @property
    def content(self) -> list[str]:
        """The columns that say something about the key: neither it, nor references, nor history."""
        apart = {*self.key, *self.references, "source_event_id", "recorded_at"}
        return [name for name in self.names if name not in apart]


def reference(name: str) -> Column:
    """A required reference of the force's own."""
    return Column(name=name, meaning="reference", required=True)


def code(name: str, codes: Iterable[str], *, required: bool = False) -> Column:
    """A cell that holds one code of a list."""
    return Column(name=name, meaning="code", codes=tuple(codes), required=required)


def day(name: str, *, required: bool = False, ahead: bool = False) -> Column:
    """A cell that holds a day."""
    return Column(name=name, meaning="day", required=required, ahead=ahead)


def time(name: str, *, required: bool = False, ahead: bool = False) -> Column:
    """A cell that holds a moment."""
    return Column(name=name, meaning="time", required=required, ahead=ahead)


def whole(name: str, low: int, high: int, *, required: bool = False) -> Column:
    """A cell that holds a whole number of a range."""
    return Column(name=name, meaning="whole", low=low, high=high, required=required)


def number(name: str, low: float, high: float) -> Column:
    """A cell that holds a number of a range."""
    return Column(name=name, meaning="number", low=low, high=high)


def text(name: str) -> Column:
    """A cell that holds a short text."""
    return Column(name=name, meaning="text")


def yes_no(name: str) -> Column:
    """A cell that says true or false."""
    return Column(name=name, meaning="yes_no")


FORCE: Final = code("force", v.FORCES, required=True)
HISTORY: Final = (text("source_event_id"), time("recorded_at"), yes_no("withdrawn"))

CONTACTS: Final = Kind(
    name="contacts",
    subject="contact",
    columns=(
        FORCE,
        reference("contact_ref"),
        reference("case_ref"),
        reference("child_ref"),
        time("contact_at", required=True),
        code("contact_type", v.CONTACT_TYPES, required=True),
        code("child_role", v.ROLES, required=True),
        whole("age_years", 0, 17, required=True),
        whole("severity", 1, 5),
        code("gender", v.GENDERS),
        code("ethnic_group", v.ETHNIC_GROUPS),
        Column(name="flags", meaning="codes", codes=tuple(v.FLAGS), most=1000),
        text("team"),
        text("owner"),
        whole("deprivation_decile", 1, 10),
        time("reported_at"),
        time("first_contact_at"),
        code("evidence_gate", GATE),
        text("gate_agreed_by"),
        day("gate_review_on", ahead=True),
        *HISTORY,
    ),
    key=("force", "contact_ref"),
    references={"contact_ref": "contact", "case_ref": "case", "child_ref": "child"},
)
INTERVENTIONS: Final = Kind(
    name="interventions",
    subject="intervention",
    columns=(
        FORCE,
        reference("contact_ref"),
        code("intervention", v.INTERVENTIONS, required=True),
        code("status", v.STATUSES, required=True),
        day("offered_on"),
        # Help may be planned, and its end foreseen.
        day("started_on", ahead=True),
        day("ended_on", ahead=True),
        text("provider"),
        number("dose", 0, 10_000),
        *HISTORY,
    ),
    key=("force", "contact_ref", "intervention", "status"),
    references={"contact_ref": "contact"},
)
EVENTS: Final = Kind(
    name="events",
    subject="event",
    columns=(
        FORCE,
        reference("contact_ref"),
        code("event", v.EVENTS, required=True),
        # A trial is listed ahead; rules.py refuses the future for every other event.
        time("happened_at", required=True, ahead=True),
        *HISTORY,
    ),
    key=("force", "contact_ref", "event", "happened_at"),
    references={"contact_ref": "contact"},
)
OUTCOMES: Final = Kind(
    name="outcomes",
    subject="outcome",
    columns=(
        FORCE,
        reference("contact_ref"),
        code("outcome_set", v.OUTCOME_SETS, required=True),
        Column(name="outcome", meaning="text", required=True, most=64),
        day("decided_on", required=True),
        day("recorded_on"),
        day("told_child_on"),
        yes_no("final"),
        number("value", -1_000_000, 1_000_000),
        *HISTORY,
    ),
    key=("force", "contact_ref", "outcome_set", "outcome"),
    references={"contact_ref": "contact"},
)
RESPONSES: Final = Kind(
    name="responses",
    subject="answer of this person",
    columns=(
        FORCE,
        reference("contact_ref"),
        code("respondent", v.RESPONDENTS, required=True),
        Column(name="instrument", meaning="text", required=True),
        whole("version", 1, 10_000, required=True),
        code("completion_mode", v.COMPLETION_MODES, required=True),
        day("answered_on", required=True),
        whole("respondent_no", 1, 9),
        code("wave", v.WAVES),
        code("language", v.LANGUAGES),
        *HISTORY,
    ),
    key=("force", "contact_ref", "respondent", "respondent_no", "wave"),
    references={"contact_ref": "contact"},
)
KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind for kind in (CONTACTS, INTERVENTIONS, EVENTS, OUTCOMES, RESPONSES)
}

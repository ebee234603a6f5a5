"""What the columns of one row must say together; rules over read values."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from service.intake.columns import KINDS, Kind, KindName
from service.intake.values import GRACE, LONDON, Rule
from surveys.vocabulary import OUTCOME_SETS, Measure, Outcome, OutcomeSet

AHEAD_EVENTS: Final = ("trial_date",)
KEPT_IN_CLEAR: Final = ("source_event_id", "team", "owner", "gate_agreed_by", "provider")
# A shorter one is found in many cells by chance.
SHORTEST_REFERENCE: Final = 4
# Seen from an outcome whose contact is known here: the London day of that contact.
CONTACT_DAY: Final = "_contact_day"


def rules_of(kind: KindName, now: datetime) -> list[Rule]:
    """The rules of one kind of file that need no look into the register."""
    return [*_references_apart(KINDS[kind]), *_rules_of(kind, now)]


def _references_apart(kind: Kind) -> list[Rule]:
    """The rules that no reference of a row stands in a cell that is kept in clear."""
    return [
        Rule(
            name,
            pl.col(name)
            .str.to_lowercase()
            .str.contains(pl.col(reference).str.to_lowercase(), literal=True)
            & (pl.col(reference).str.len_chars() >= SHORTEST_REFERENCE),
            "This holds a reference of the row; references must stand only in their own columns.",
        )
        for name in kind.names
        if name in KEPT_IN_CLEAR
        for reference in kind.references
    ]


def _rules_of(kind: KindName, now: datetime) -> list[Rule]:
    match kind:
        case "contacts":
            return _contacts()
        case "interventions":
            return _interventions()
        case "events":
            return _events(now)
        case "outcomes":
            return _outcomes()
        case "responses":
            return []


def _contacts() -> list[Rule]:
    sooner = pl.col("first_contact_at") < pl.col("reported_at")
    return [
        Rule("first_contact_at", sooner, "The first contact lies before the report; correct one.")
    ]


def _interventions() -> list[Rule]:
    """Help may have been offered before the contact: an earlier worker's offer still stands."""
    sooner = pl.col("ended_on") < pl.col("started_on")
    return [Rule("ended_on", sooner, "This ended before it started; correct one of the two days.")]


def _events(now: datetime) -> list[Rule]:
    ahead = ~pl.col("event").is_in(AHEAD_EVENTS) & (pl.col("happened_at") > pl.lit(now + GRACE))
    return [Rule("happened_at", ahead, "This lies in the future; correct it.")]


def _outcomes() -> list[Rule]:
    groups = OUTCOME_SETS.values()
    return [
        *(rule for group in groups for rule in _codes_of(group)),
        Rule(
            "told_child_on",
            pl.col("told_child_on") < pl.col("decided_on"),
            "The child was told before it was decided; correct one of the two days.",
        ),
        Rule(
            "recorded_on",
            pl.col("recorded_on") < pl.col("decided_on"),
            "This was recorded before it was decided; correct one of the two days.",
        ),
        Rule(
            "value",
            ~_pairs(_measured()) & pl.col("value").is_not_null(),
            "This outcome is a fact and carries no value; leave it blank.",
        ),
        Rule(
            "value",
            _pairs(_measured()) & pl.col("value").is_null() & ~pl.col("withdrawn"),
            "This outcome is measured and needs its value; fill it in.",
        ),
        *(
            rule
            for group in groups
            for outcome in group.outcomes.values()
            for rule in _about(group, outcome)
        ),
    ]


def _codes_of(group: OutcomeSet) -> list[Rule]:
    """Codes that are no outcome, each with its own sentence, and codes that are unknown."""
    here, outcome = pl.col("outcome_set") == group.code, pl.col("outcome")
    known = ", ".join(group.outcomes)
    return [
        *(
            Rule("outcome", here & (outcome == code), sentence)
            for code, sentence in group.not_outcomes.items()
        ),
        Rule(
            "outcome",
            here & ~outcome.is_in(list(group.outcomes)),
            f"This is not an outcome of the set {group.code}; use {known}.",
        ),
    ]


def _about(group: OutcomeSet, outcome: Outcome) -> list[Rule]:
    """The range of one measured outcome, and whether it may be final."""
    this = (pl.col("outcome_set") == group.code) & (pl.col("outcome") == outcome.code)
    rules = []
    if outcome.measure is not None:
        rules.append(Rule("value", this & _outside(outcome.measure), _range(outcome.measure)))
    if not outcome.final_may_hold:
        sentence = "This outcome is never final; correct it."
        rules.append(Rule("final", this & pl.col("final"), sentence))
    return rules


def _outside(measure: Measure) -> pl.Expr:
    value = pl.col("value")
    outside = ~value.is_between(measure.minimum, measure.maximum)
    return outside | (value != value.round(0)) if measure.whole else outside


def _range(measure: Measure) -> str:
    kind = "a whole number" if measure.whole else "a number"
    return f"This must be {kind} from {measure.minimum:g} to {measure.maximum:g}."


def _measured() -> list[tuple[str, str]]:
    return [
        (group.code, outcome.code)
        for group in OUTCOME_SETS.values()
        for outcome in group.outcomes.values()
        if outcome.measure is not None
    ]


def _pairs(codes: list[tuple[str, str]]) -> pl.Expr:
    """Whether set and outcome are one of the pairs. U+001F is in no cell: it is refused."""
    both = pl.concat_str("outcome_set", "outcome", separator="\x1f")
    return both.is_in([f"{group}\x1f{outcome}" for group, outcome in codes])


def rules_beside_contact() -> list[Rule]:
    """The rules of outcomes whose contact is known here, its day in CONTACT_DAY.

    Where the contact has not come yet nothing can be said, and the row is taken.
    """
    may = [(g.code, c) for g in OUTCOME_SETS.values() for c in g.outcomes if g.may_precede(c)]
    must = [
        (group.code, outcome.code)
        for group in OUTCOME_SETS.values()
        for outcome in group.outcomes.values()
        if outcome.must_precede_contact
    ]
    decided, contact = pl.col("decided_on"), pl.col(CONTACT_DAY)
    return [
        Rule(
            "decided_on",
            ~_pairs(may) & (decided < contact),
            "This was decided before its contact, which this outcome cannot be; correct it.",
        ),
        Rule(
            "decided_on",
            _pairs(must) & (decided >= contact),
            "This must be measured before its contact; correct it.",
        ),
    ]


def contact_day(contact_at: str) -> pl.Expr:
    """The London day of a contact."""
    return pl.col(contact_at).dt.convert_time_zone(LONDON).dt.date().alias(CONTACT_DAY)

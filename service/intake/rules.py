"""What the columns of one row must say together; rules over read values."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from service.intake.columns import KindName
from service.intake.values import GRACE, LONDON, Rule
from surveys.vocabulary import OUTCOME_SETS

AHEAD_EVENTS: Final = ("trial_date",)
# Seen from an outcome whose contact is known here: the London day of that contact.
CONTACT_DAY: Final = "_contact_day"


def rules_of(kind: KindName, now: datetime) -> list[Rule]:
    """The rules of one kind of file that need no look into the register."""
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
    value = pl.col("value")
    rules = [
        Rule("outcome", ~_coded(), "This is not a code of this outcome set; see docs/codes.md."),
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
            ~_measured() & value.is_not_null(),
            "This outcome is a fact and carries no value; leave it blank.",
        ),
        Rule(
            "value",
            _measured() & value.is_null() & ~pl.col("withdrawn"),
            "This outcome is measured and needs its value; fill it in.",
        ),
    ]
    for group in OUTCOME_SETS.values():
        here = pl.col("outcome_set") == group.code
        for code, sentence in group.not_outcomes.items():
            rules.insert(0, Rule("outcome", here & (pl.col("outcome") == code), sentence))
        for outcome in group.outcomes.values():
            this = here & (pl.col("outcome") == outcome.code)
            measure = outcome.measure
            if measure is not None:
                low, high = f"{measure.minimum:g}", f"{measure.maximum:g}"
                wrong = ~value.is_between(measure.minimum, measure.maximum)
                if measure.whole:
                    wrong = wrong | (value != value.round(0))
                kind = "a whole number" if measure.whole else "a number"
                rules.append(
                    Rule("value", this & wrong, f"This must be {kind} from {low} to {high}.")
                )
            if not outcome.final_may_hold:
                rules.append(
                    Rule(
                        "final", this & pl.col("final"), "This outcome is never final; correct it."
                    )
                )
    return rules


def _pairs(codes: list[tuple[str, str]]) -> pl.Expr:
    """Whether set and outcome are one of the pairs. U+001F is in no cell: it is refused."""
    both = pl.concat_str("outcome_set", "outcome", separator="\x1f")
    return both.is_in([f"{group}\x1f{outcome}" for group, outcome in codes])


def _coded() -> pl.Expr:
    return _pairs([(g.code, code) for g in OUTCOME_SETS.values() for code in g.outcomes])


def _measured() -> pl.Expr:
    return _pairs(
        [
            (group.code, outcome.code)
            for group in OUTCOME_SETS.values()
            for outcome in group.outcomes.values()
            if outcome.measure is not None
        ]
    )


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

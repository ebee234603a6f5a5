"""Codes as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from analytics.measures import CARER
from analytics.tables import SEVERAL, USUAL
from surveys.vocabulary import AGE_BANDS, CONSTRUCTS, INTERVENTIONS, OUTCOME_SETS, RESPONDENTS

_INTERVENTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {code.lower(): entry.name for code, entry in INTERVENTIONS.items()}
    | {USUAL: "Usual help", SEVERAL: "Several at once"}
)
_OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        outcome.code.lower(): outcome.name
        for each in OUTCOME_SETS.values()
        for outcome in each.outcomes.values()
        if not outcome.code.isdigit()
    }
    | {code: entry.name for code, entry in CONSTRUCTS.items()}
    | {f"{CARER}{code}": f"{entry.name} (carers)" for code, entry in CONSTRUCTS.items()}
    | {
        f"justice_{outcome.code}": outcome.name
        for outcome in OUTCOME_SETS["justice"].outcomes.values()
    }
    | {
        "justice_charged": "Suspect charged or summonsed",
        "justice_any": "Investigation closed",
        "rereferral": "Referred again",
        "safe_180": "Known to be safe after 180 days",
        "repeat_contact": "A victim again",
    }
)
_FACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "severity": "how serious it was",
        "age_band": "age",
        "prior_contacts": "earlier contacts with the police",
        "deprivation": "how deprived the area is",
        "deprivation_decile": "how deprived the area is",
        "contact_day": "when it happened",
        "contact_type": "the kind of contact",
        "child_role": "the part the child had in it",
        "ethnic_group": "ethnic group",
        "gender": "gender",
        "force": "police force",
    }
)
STAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not_reached": "May not have reached them",
        "not_opened": "Sent, not opened",
        "opened": "Opened, nothing answered",
        "part_answered": "Answered in part",
        "answered": "Answered to the end",
    }
)
REASONS_NOT_ASKED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "gate_closed": "The case was still too close to its evidence",
        "unsafe": "Asking was not safe, or we could not be sure it was",
        "asked_recently": "Asked about another contact in the last 90 days",
        "no_survey": "No survey yet for this age or language",
        "other": "Another reason",
    }
)


def intervention_label(code: str) -> str:
    """The name of an intervention or arm, or of its column; an unknown code is read out."""
    code = code.removeprefix("got_").removeprefix("offered_")
    return _printed(_INTERVENTIONS.get(code) or _read_out(code))


def outcome_label(name: str) -> str:
    """The name of an outcome of the specification."""
    return _printed(_OUTCOMES.get(name) or _read_out(name))


def fact_label(name: str) -> str:
    """A recorded fact as it stands in a sentence."""
    return _FACTS.get(name) or _read_out(name).lower()


def age_label(code: str) -> str:
    """`8-11` as `Aged 8 to 11`; blank as everybody."""
    if code in AGE_BANDS:
        return f"Aged {AGE_BANDS[code].name}"
    return "All ages" if code == "" else "Age not known"


def respondent_label(code: str) -> str:
    """`child` as `Children`, `carer` as `Carers`."""
    names = {"child": "Children", "carer": "Parents and carers", "": "Everybody"}
    return names.get(code) or RESPONDENTS[code].name


def subgroup_label(subgroup: str) -> str:
    """`age_band=8-11` as `Aged 8 to 11`, `severity=3` as `How serious it was: 3`."""
    column, _, level = subgroup.partition("=")
    if column == "age_band":
        return age_label(level)
    label = fact_label(column)
    return f"{label[:1].upper()}{label[1:]}: {level}"


def construct_label(code: str) -> str:
    """The name of one thing people were asked about."""
    return CONSTRUCTS[code].name


def _read_out(code: str) -> str:
    words = code.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _printed(name: str) -> str:
    return name.replace("'", "’")

"""The page of a report, composed from what the door let out."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from analytics.measures import MISSING
from analytics.reporting.effect_parts import findings_of, outcome_parts, reasons_of, summary_of
from analytics.reporting.facts import ReportFacts
from analytics.reporting.labels import fact_label, intervention_label
from analytics.reporting.page import ReportPage
from analytics.reporting.released import Released
from analytics.reporting.voice_parts import (
    asked_voices,
    not_asked_part,
    said_voices,
    who_answered_parts,
)
from analytics.responses import ANSWERED

LONDON: Final = ZoneInfo("Europe/London")


def compose(released: Released, facts: ReportFacts) -> ReportPage:
    """The page from released numbers only; parts whose tables are missing are left out."""
    rows = released.effects.to_dicts()
    tables = released.tables
    asked, not_asked = tables.get("asked"), tables.get("not_asked")
    who, said = tables.get("who_answered"), tables.get("experience")
    return ReportPage(
        study=facts.study,
        simulated=facts.simulated,
        is_registered=facts.is_registered,
        made=_moment(facts),
        generated_by=facts.generated_by,
        spec_hash=facts.spec_hash,
        min_cell=facts.min_cell,
        summary=summary_of(rows),
        findings=findings_of(rows, facts),
        reasons=reasons_of(rows),
        outcomes=outcome_parts(rows, facts),
        time_zero=_time_zero(facts),
        asked=asked_voices(asked, facts) if asked is not None else (),
        not_asked=not_asked_part(not_asked) if not_asked is not None else None,
        who_answered=who_answered_parts(who) if who is not None else (),
        said=said_voices(said, facts) if said is not None else (),
        methods=_methods(facts),
        quality=_quality(tables, facts),
    )


def _moment(facts: ReportFacts) -> str:
    made = facts.made_at.astimezone(LONDON)
    return f"{made.day} {made:%B %Y} at {made:%H:%M}"


def _time_zero(facts: ReportFacts) -> str:
    days = facts.start_window_days
    return (
        f"We count from the day of the contact. What a child was first offered in the {days} days "
        "after it, the start window, decides which group the child belongs to; help that began "
        "later changes nothing about that. What happened is counted from the end of the window, "
        "and so are the answers to the survey."
    )


def _methods(facts: ReportFacts) -> tuple[str, ...]:
    alike = [fact_label(name) for name in facts.adjusted_for]
    usual = intervention_label(facts.comparator).lower()
    return (
        f"Each line sets children who were offered one kind of help beside children who had "
        f"{usual}.",
        "Children who were suspects are left out: they are never counted together with others.",
        "Children in more danger are offered more help, so a plain comparison blames the help for "
        f"the danger. We made the groups alike on what was recorded: {_listed(alike)}."
        if alike
        else "The groups were not made alike on anything: read every difference with that in mind.",
        "Two models do this, one of who is offered help and one of what follows; the figure is "
        "right if either of them is (augmented inverse probability weighting).",
        "The difference before the groups were made alike stands beside it in every table, never "
        "alone.",
        "Children who answered the survey stand in for similar children who did not.",
        "Contacts too recent for an outcome to be known do not count as if nothing had happened.",
        "The 95% interval is the range the data leave open. It allows for children of one police "
        "force being more alike than children of two.",
        "Many comparisons find something by luck, so chance is judged over all of them together "
        "(Benjamini and Hochberg).",
        "Being alike on what was recorded is not being alike. That is why no line says that help "
        "made the difference.",
        f"No number under {facts.min_cell} is shown, counts are rounded to the nearest 5, and more "
        "is hidden where a hidden number could be worked out.",
    )


def _quality(tables: dict[str, pl.DataFrame], facts: ReportFacts) -> tuple[str, ...]:
    """A line on the size of the data, one on answers, one on each fact that is often missing."""
    lines = []
    contacts = _figure(tables.get("arms"), pl.col("intervention") == "", "n")
    forces = "one police force" if facts.forces == 1 else f"{facts.forces} police forces"
    lines.append(
        f"{contacts:,.0f} contacts from {forces}, start window over."
        if contacts
        else f"Contacts from {forces}."
    )
    rate = _figure(
        tables.get("asked"),
        (pl.col("respondent") == "child") & (pl.col("age_band") == ""),
        f"pct:{ANSWERED}",
    )
    if rate:
        lines.append(f"Of 100 children asked, {rate:.0f} answered to the end.")
    table = tables.get("completeness")
    for fact in table["fact"].unique(maintain_order=True) if table is not None else []:
        missing = _figure(table, pl.col("fact") == fact, f"pct:{MISSING}")
        often = f"{missing:.0f} of 100 contacts" if missing else "hardly any contact, or most"
        name = fact_label(fact)
        lines.append(f"{name[:1].upper()}{name[1:]}: not recorded for {often}.")
    return tuple(lines)


def _figure(table: pl.DataFrame | None, where: pl.Expr, measure: str) -> float | None:
    if table is None:
        return None
    found = table.filter(where, pl.col("measure") == measure)["value"].drop_nulls()
    return float(found[0]) if len(found) else None


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

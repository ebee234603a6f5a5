"""Released effects as sentences, charts and tables."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from analytics.charts import Interval, forest, inline, standing
from analytics.disclosure.effects import WHOLE
from analytics.reporting.facts import OutcomeFacts, ReportFacts
from analytics.reporting.labels import (
    fact_label,
    intervention_label,
    outcome_label,
    subgroup_label,
)
from analytics.reporting.page import (
    EffectRow,
    EffectTable,
    Finding,
    OutcomePart,
    Picture,
    Reason,
)
from analytics.reporting.words import (
    CANNOT_TELL,
    NOT_SHOWN,
    axis_words,
    difference_words,
    finding,
    interval_words,
    reason_in_words,
    told_difference,
    unit_words,
    verdict_words,
)

Row = dict[str, Any]
_ORDER = (
    "did better",
    "did worse",
    "recorded more",
    "recorded less",
    "about the same",
    CANNOT_TELL,
)

_COUNTED = {
    "recorded more": "had more recorded",
    "recorded less": "had less recorded",
    "about the same": "came out about the same",
}


def look_of(verdict: str | None) -> str:
    """The class that draws the shape of a verdict beside its words."""
    return (verdict or CANNOT_TELL).replace(" ", "-")


def summary_of(rows: list[Row]) -> str:
    """How many comparisons came out how, in one sentence."""
    whole = _shown_wholes(rows)
    counts = [
        f"{sum(row['verdict'] == verdict for row in whole)} {_COUNTED.get(verdict, verdict)}"
        for verdict in _ORDER[:-1]
        if any(row["verdict"] == verdict for row in whole)
    ]
    wholes = [row for row in rows if row["subgroup"] == WHOLE]
    silent = len(wholes) - sum(row["verdict"] != CANNOT_TELL for row in whole)
    helps = len({row["intervention"] for row in wholes})
    outcomes = len({row["outcome"] for row in wholes})
    begin = f"We compared {_many(helps, 'kind')} of help on {_many(outcomes, 'outcome')}."
    told = f" Of {_many(len(wholes), 'comparison')}, {_listed(counts)}." if counts else ""
    unsure = f" For {silent if counts else 'all'} of them we cannot tell." if silent else ""
    return begin + told + unsure


def findings_of(rows: list[Row], facts: ReportFacts) -> tuple[Finding, ...]:
    """One sentence for every kind of help and verdict it has, the clearest verdicts first."""
    outcomes = {outcome.name: outcome for outcome in facts.outcomes}
    gathered: dict[tuple[str, str], list[str]] = {}
    for row in _shown_wholes(rows):
        if row["verdict"] != CANNOT_TELL:
            figures = gathered.setdefault((row["verdict"], row["intervention"]), [])
            figures.append(_figure(row, outcomes[row["outcome"]]))
    return tuple(
        Finding(
            look=look_of(verdict),
            intervention=intervention_label(intervention),
            sentence=finding(verdict, is_registered=facts.is_registered),
            figures=tuple(figures),
        )
        for (verdict, intervention), figures in sorted(
            gathered.items(), key=lambda item: (_ORDER.index(item[0][0]), item[0][1])
        )
    )


def _figure(row: Row, outcome: OutcomeFacts) -> str:
    told = told_difference(row["estimate"], outcome)
    interval = interval_words(row["ci_low"], row["ci_high"], outcome)
    return f"{outcome_label(outcome.name)}: {told} (95% interval: {interval})"


def reasons_of(rows: list[Row]) -> tuple[Reason, ...]:
    """What we cannot tell, gathered by why; a hidden row counts as too few."""
    gathered: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        if row["subgroup"] != WHOLE or row["verdict"] not in (None, CANNOT_TELL):
            continue
        why = reason_in_words("too few" if row["suppressed"] else row["reason"])
        names = gathered.setdefault(why, {}).setdefault(row["intervention"], [])
        names.append(outcome_label(row["outcome"]).lower())
    return tuple(
        Reason(
            words=why,
            comparisons=tuple(
                f"{intervention_label(code)}: {', '.join(names)}" for code, names in helps.items()
            ),
        )
        for why, helps in gathered.items()
    )


def outcome_parts(rows: list[Row], facts: ReportFacts) -> tuple[OutcomePart, ...]:
    """Chart and tables for every outcome of the study, in its order."""
    return tuple(
        _outcome_part(outcome, [row for row in rows if row["outcome"] == outcome.name], facts)
        for outcome in facts.outcomes
        if any(row["outcome"] == outcome.name for row in rows)
    )


def _outcome_part(outcome: OutcomeFacts, rows: list[Row], facts: ReportFacts) -> OutcomePart:
    label = outcome_label(outcome.name)
    whole = [row for row in rows if row["subgroup"] == WHOLE]
    table = EffectTable(
        caption=f"{label}: children offered each kind of help, beside similar children",
        first="Offered",
        unit=unit_words(outcome),
        rows=tuple(
            _effect_row(r, intervention_label(r["intervention"]), outcome, facts) for r in whole
        ),
    )
    return OutcomePart(
        key=outcome.name.replace("_", "-"),
        label=label,
        reading=_reading(outcome),
        picture=_picture(label, outcome, whole, facts),
        whole=table,
        groups=tuple(_groups(rows, outcome, facts)),
    )


def _groups(rows: list[Row], outcome: OutcomeFacts, facts: ReportFacts) -> Iterable[EffectTable]:
    families: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["subgroup"] != WHOLE:
            column = row["subgroup"].partition("=")[0]
            families.setdefault((column, row["intervention"]), []).append(row)
    for (column, code), members in families.items():
        if all(row["suppressed"] for row in members):
            continue
        members.sort(key=lambda row: _place(row["subgroup"]))
        yield EffectTable(
            caption=f"{intervention_label(code)}, {outcome_label(outcome.name)}: "
            f"by {fact_label(column)}",
            first="Children",
            unit=unit_words(outcome),
            rows=tuple(
                _effect_row(r, subgroup_label(r["subgroup"]), outcome, facts) for r in members
            ),
        )


def _effect_row(row: Row, label: str, outcome: OutcomeFacts, facts: ReportFacts) -> EffectRow:
    if row["suppressed"]:
        hidden = NOT_SHOWN.format(min_cell=facts.min_cell)
        if row["suppressed"] == "secondary":
            hidden = "not shown: it would give away a smaller group"
        verdict, empty = hidden.capitalize(), "hidden"
        return EffectRow(
            label=label,
            look="hidden",
            verdict=verdict,
            difference=empty,
            interval="",
            before=empty,
            children=empty,
        )
    return EffectRow(
        label=label,
        look=look_of(row["verdict"]),
        verdict=verdict_words(row["verdict"], is_registered=facts.is_registered),
        difference=difference_words(row["estimate"], outcome),
        interval=interval_words(row["ci_low"], row["ci_high"], outcome),
        before=difference_words(row["naive_difference"], outcome)
        if row["estimate"] is not None
        else "not shown alone",
        children=f"{row['n_treated']:,} and {row['n_comparison']:,}",
    )


def _picture(
    label: str, outcome: OutcomeFacts, rows: list[Row], facts: ReportFacts
) -> Picture | None:
    shown = [row for row in rows if not row["suppressed"]]
    if not shown:
        return None
    intervals = [
        Interval(
            label=intervention_label(row["intervention"]),
            verdict=row["verdict"] or CANNOT_TELL,
            words=verdict_words(row["verdict"], is_registered=facts.is_registered),
            estimate=row["estimate"],
            low=row["ci_low"],
            high=row["ci_high"],
        )
        for row in shown
    ]

    drawing = forest(
        intervals,
        unit=axis_words(outcome),
        worth_having=outcome.shown_worth_having,
        simulated=facts.simulated,
    )
    key = f"effects-{outcome.name.replace('_', '-')}"
    told = "; ".join(
        f"{line.label}: {line.words}, {difference_words(line.estimate, outcome)}"
        for line in intervals
    )
    mark = "SIMULATED data. " if facts.simulated else ""
    drawn = inline(
        drawing,
        key=key,
        name=f"{label}: difference from similar children, with 95% intervals",
        description=f"{mark}{told}. The table beside the chart holds the same figures.",
    )
    return Picture(key=key, inline=drawn, file=standing(drawing, title=label))


def _reading(outcome: OutcomeFacts) -> str:
    better = {
        "higher": "Higher is better.",
        "lower": "Lower is better.",
        "unclear": "More of it on record is neither good nor bad in itself: "
        "help that puts eyes on a child finds more.",
    }[outcome.better]
    width = outcome.shown_worth_having
    if width is None:
        return better
    return (
        f"{better} The grey band holds differences too small to matter: "
        f"under {width:g} {unit_words(outcome)} either way."
    )


def _shown_wholes(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["subgroup"] == WHOLE and not row["suppressed"]]


def _place(subgroup: str) -> tuple[float, str]:
    """Groups in the order of the numbers they begin with: 6-7 before 12-15."""
    level = subgroup.partition("=")[2]
    number = level.partition("-")[0]
    return (float(number) if number.isdecimal() else math.inf, level)


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"

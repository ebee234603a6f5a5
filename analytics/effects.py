"""What each intervention changed: specification and linked table in, `effects.csv` out.

One row an intervention × outcome × subgroup, with the columns of contract section 5. A figure
that cannot honestly be given is null, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from analytics.comparisons import Comparison, Comparisons, Question
from analytics.estimation.effect import Declined, Effect
from analytics.estimation.multiplicity import benjamini_hochberg
from analytics.estimation.sensitivity import e_value, ratio_of_means, ratio_of_risks
from analytics.interactions import interaction_p
from analytics.linked_table import Linked, fit, open_linked
from analytics.outcomes import is_share
from analytics.plan import PlanStatus, plan_path, plan_status
from analytics.specification import Specification, better_of, read_specification
from analytics.verdicts import CANNOT_TELL, SIGNIFICANT, Figure, Ruling, decide

DESIGN_GRADE: Final = "adjusted comparison (Maryland SMS 2, EIF 2)"
PLACEBO_SMD: Final = 0.1
EFFECTS: Final = {
    "intervention": pl.String,
    "outcome": pl.String,
    "subgroup": pl.String,
    "estimand": pl.String,
    "n_treated": pl.Int64,
    "n_comparison": pl.Int64,
    "naive_difference": pl.Float64,
    "estimate": pl.Float64,
    "ci_low": pl.Float64,
    "ci_high": pl.Float64,
    "std_error": pl.Float64,
    "df": pl.Float64,
    "p_value": pl.Float64,
    "p_adjusted": pl.Float64,
    "e_value": pl.Float64,
    "max_smd_before": pl.Float64,
    "max_smd_after": pl.Float64,
    "effective_n": pl.Float64,
    "design_grade": pl.String,
    "plan": pl.String,
    "verdict": pl.String,
    "reason": pl.String,
}


def run(spec_path: Path, data: Path, out: Path, now: datetime | None = None) -> pl.DataFrame:
    """Writes the effects as CSV to `out` and gives them back.

    Every row of simulated data says SIMULATED in its design grade.

    The plan beside the specification decides between registered and exploratory.
    Raises SpecificationError or UnreadableDataError, each one sentence.
    """
    specification = read_specification(spec_path)
    status = plan_status(specification, plan_path(spec_path), now or datetime.now(UTC))
    linked = open_linked(data)
    effects = estimate_effects(specification, linked, status)
    out.parent.mkdir(parents=True, exist_ok=True)
    if linked.simulated:
        marked = pl.format("SIMULATED: {}", "design_grade").alias("design_grade")
        effects = effects.with_columns(marked)
    effects.write_csv(out)
    return effects


def estimate_effects(
    specification: Specification, linked: Linked, plan: PlanStatus = "exploratory"
) -> pl.DataFrame:
    """The effects frame, in the order interventions × outcomes × subgroups.

    `effective_n` is Kish's, of the smaller side; `naive_difference` is the raw difference of
    the same rows. Raises SpecificationError where table and specification do not fit.
    """
    comparisons = Comparisons(specification, fit(specification, linked))
    answered = [comparisons.answer(question) for question in comparisons.questions()]
    adjusted = _adjusted(answered)
    placebos = _placebos(comparisons)
    interactions = _interactions(answered)
    rows = []
    for comparison, p_adjusted in zip(answered, adjusted, strict=True):
        row = _Row(
            comparison,
            p_adjusted,
            placebos.get(comparison.question.intervention),
            interactions.get(_family(comparison.question)),
        )
        rows.append(_as_columns(row, specification, comparisons, plan))
    return pl.DataFrame(rows, schema=EFFECTS)


class _Row(NamedTuple):
    comparison: Comparison
    p_adjusted: float | None
    placebo: str | None
    interaction_p: float | None


def _family(question: Question) -> tuple[str, str, str]:
    """Levels of one subgroup column, for one intervention and outcome."""
    return question.intervention, question.name, question.subgroup.partition("=")[0]


def _p_value(comparison: Comparison) -> float | None:
    return comparison.result.p_value if isinstance(comparison.result, Effect) else None


def _adjusted(answered: list[Comparison]) -> list[float | None]:
    """p-values adjusted within two families: figures for all, and figures for subgroups."""
    adjusted: list[float | None] = [None] * len(answered)
    for family in (True, False):
        places = [i for i, each in enumerate(answered) if each.question.is_all == family]
        values = benjamini_hochberg([_p_value(answered[i]) for i in places])
        for place, value in zip(places, values, strict=True):
            adjusted[place] = value
    return adjusted


def _interactions(answered: list[Comparison]) -> dict[tuple[str, str, str], float | None]:
    """Whether an effect differs between the levels of a subgroup: adjusted p, a family apart."""
    levels: dict[tuple[str, str, str], list[Effect]] = {}
    for each in answered:
        if not each.question.is_all and isinstance(each.result, Effect):
            levels.setdefault(_family(each.question), []).append(each.result)
    names = list(levels)
    values = benjamini_hochberg([interaction_p(levels[name]) for name in names])
    return dict(zip(names, values, strict=True))


def _placebos(comparisons: Comparisons) -> dict[str, str]:
    """By intervention: why its comparison is not trusted, told by outcomes from before.

    A check that could not be made is none that was passed.
    """
    results = [comparisons.answer(question) for question in comparisons.placebo_questions()]
    adjusted = benjamini_hochberg([_p_value(each) for each in results])
    failed: dict[str, str] = {}
    for each, p_adjusted in zip(results, adjusted, strict=True):
        if not isinstance(each.result, Effect):
            failed.setdefault(
                each.question.intervention,
                "the check against an outcome from before the contact could not be made "
                f"({each.question.name})",
            )
            continue
        size = abs(each.result.headline.estimate) / each.result.contrast.deviation
        if (p_adjusted is not None and p_adjusted < SIGNIFICANT) or size > PLACEBO_SMD:
            failed[each.question.intervention] = (
                f"the groups already differed before the contact ({each.question.name})"
            )
    return failed


def _as_columns(
    row: _Row, specification: Specification, comparisons: Comparisons, plan: PlanStatus
) -> dict[str, Any]:
    question, result = row.comparison.question, row.comparison.result
    first = {
        "intervention": question.intervention,
        "outcome": question.name,
        "subgroup": question.subgroup,
        "n_treated": result.n_treated if isinstance(result, Declined) else None,
        "n_comparison": result.n_comparison if isinstance(result, Declined) else None,
        "design_grade": DESIGN_GRADE,
        "plan": plan,
    }
    if isinstance(result, Declined):
        return first | {"verdict": CANNOT_TELL, "reason": result.reason}
    contrast, headline, spread = result.contrast, result.headline, result.spread
    ruling = _rule(row, result, specification, comparisons)
    notes = [ruling.reason, *row.comparison.notes, *_left_out(result)]
    return first | {
        "estimand": headline.estimand,
        "n_treated": contrast.n_treated,
        "n_comparison": contrast.n_comparison,
        "naive_difference": contrast.naive_difference,
        "estimate": headline.estimate,
        "ci_low": result.ci_low,
        "ci_high": result.ci_high,
        "std_error": spread.std_error,
        "df": spread.df,
        "p_value": result.p_value,
        "p_adjusted": row.p_adjusted,
        "e_value": _e_value(question, result),
        "max_smd_before": contrast.max_smd_before,
        "max_smd_after": headline.max_smd_after,
        "effective_n": headline.effective_n,
        "verdict": ruling.verdict,
        "reason": "; ".join(notes),
    }


def _rule(
    row: _Row, result: Effect, specification: Specification, comparisons: Comparisons
) -> Ruling:
    question = row.comparison.question
    if question.outcome is None:
        raise ValueError("a placebo has no verdict")
    others = [result.contrast.ate.estimate, result.contrast.ato.estimate]
    if row.p_adjusted is not None and row.p_adjusted < SIGNIFICANT:
        others.extend(comparisons.first_contacts(question))
    figure = Figure(
        estimate=result.headline.estimate,
        ci_low=result.ci_low,
        ci_high=result.ci_high,
        p_adjusted=row.p_adjusted,
        worth_having=specification.study.worth_having.get(question.name),
        max_smd_after=result.headline.max_smd_after,
        effective_clusters=result.spread.effective_clusters,
        overlap=result.headline is result.contrast.ate,
        other_estimates=tuple(others),
        placebo=row.placebo,
        interaction_p=row.interaction_p,
        is_subgroup=not question.is_all,
    )
    return decide(figure, better_of(question.outcome))


def _e_value(question: Question, result: Effect) -> float | None:
    """How strongly something unmeasured would have to go with both sides to explain it away."""
    contrast, headline = result.contrast, result.headline
    if question.outcome is not None and is_share(question.outcome):
        return e_value(ratio_of_risks(headline.comparison_mean, headline.estimate))
    return e_value(ratio_of_means(headline.estimate, contrast.deviation))


def _left_out(result: Effect) -> Iterator[str]:
    """The forces and groups in which nothing could be compared, by name."""
    for name, levels in result.contrast.support.left_out.items():
        more = f" and {len(levels) - 5} more" if len(levels) > 5 else ""
        yield f"left out, nothing to compare: {name} {', '.join(levels[:5])}{more}"

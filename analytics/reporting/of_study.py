"""The facts of a report from its specification, its plan and the description of its data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl

from analytics.link import START_WINDOW_DAYS
from analytics.linked_table import ROLE, SUSPECT, Linked
from analytics.measures import CARER, SCALE
from analytics.outcomes import is_share
from analytics.plan import plan_hash, plan_path, plan_status
from analytics.reporting.facts import OutcomeFacts, ReportFacts
from analytics.specification import (
    Mean,
    Outcome,
    Score,
    Specification,
    Study,
    better_of,
)
from surveys.vocabulary import CONSTRUCTS, OUTCOME_SETS

_PERCENTS: Final = frozenset(
    code.lower()
    for each in OUTCOME_SETS.values()
    for code, outcome in each.outcomes.items()
    if outcome.measure is not None and outcome.measure.maximum == SCALE[1]
)


def facts_of(
    specification: Specification, spec_path: Path, linked: Linked, now: datetime, generated_by: str
) -> ReportFacts:
    """What the words of a report need from its specification and its table.

    The plan counts as registered by the file beside the specification, as for effects.
    Raises SpecificationError for a damaged plan.
    """
    study = specification.study
    status = plan_status(specification, plan_path(spec_path), now)
    window = linked.start_window_days or study.start_window_days
    return ReportFacts(
        study=study.name,
        outcomes=tuple(_outcome_facts(each, study.worth_having) for each in specification.outcome),
        adjusted_for=study.adjust_for,
        comparator=study.comparator,
        is_registered=status == "registered",
        spec_hash=plan_hash(specification),
        simulated=linked.simulated,
        made_at=now,
        generated_by=generated_by,
        min_cell=study.min_cell,
        start_window_days=START_WINDOW_DAYS if window is None else window,
        forces=_forces(linked.frame, study.force),
    )


def analysed(linked: pl.LazyFrame, study: Study) -> pl.LazyFrame:
    """The contacts of the roles the study is about; a suspect is never counted with a victim."""
    if ROLE not in linked.collect_schema():
        return linked
    role = pl.col(ROLE)
    return linked.filter(
        role.is_in(study.roles) if study.roles else (role != SUSPECT).fill_null(True)
    )


def _outcome_facts(outcome: Outcome, worth_having: Mapping[str, float]) -> OutcomeFacts:
    return OutcomeFacts(
        name=outcome.name,
        is_share=is_share(outcome),
        better=better_of(outcome),
        survey=outcome.survey,
        top=_top(outcome),
        worth_having=worth_having.get(outcome.name),
    )


def _top(outcome: Outcome) -> float | None:
    """The highest value there can be, where the specification or the contract says it."""
    if isinstance(outcome, Score) and outcome.range[0] == 0:
        return outcome.range[1] * len(outcome.items)
    if isinstance(outcome, Mean) and (
        outcome.column in _PERCENTS or outcome.column.removeprefix(CARER) in CONSTRUCTS
    ):
        return SCALE[1]
    return None


def _forces(linked: pl.LazyFrame, column: str) -> int:
    if column not in linked.collect_schema():
        return 1
    return int(linked.select(pl.col(column).n_unique()).collect().item())

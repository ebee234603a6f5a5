"""Every question a specification asks of a table, and the estimation of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from analytics.estimation.absorbed import NotSettledError
from analytics.estimation.arrays import Floats, Mask
from analytics.estimation.clusters import MIN_CLUSTERS
from analytics.estimation.contrast import EmptyContrastError, compare
from analytics.estimation.design import Design, build_design, is_category
from analytics.estimation.effect import Declined, Effect, estimate
from analytics.estimation.lag import mature_lag_days
from analytics.linked_table import Fitted, arms_of, lag_columns
from analytics.outcomes import measure
from analytics.specification import EventWithin, Outcome, Specification, SpecificationError

ALL = "all"
MOST_LEVELS = 60
MOST_CATEGORIES = 100
MIN_TEAMS = 10


class Question(NamedTuple):
    """One row of the answer: `outcome` is None for a negative control, named by its column."""

    intervention: str
    name: str
    outcome: Outcome | None
    subgroup: str = ALL

    @property
    def is_all(self) -> bool:
        """Whether it is about everybody."""
        return self.subgroup == ALL


class Comparison(NamedTuple):
    """A question with its result and what a reader must know beside it."""

    question: Question
    result: Effect | Declined
    notes: tuple[str, ...]


class Comparisons:
    """The table of one analysis, prepared once: designs, arms, outcomes, subgroups."""

    def __init__(self, specification: Specification, fitted: Fitted) -> None:
        self.study = specification.study
        self.outcomes = specification.outcome
        self.frame = fitted.frame
        self.extract_day = fitted.extract_day
        self.arms = arms_of(self.frame, self.study) if self.frame.height else []
        if not self.frame.height:
            raise SpecificationError("The table holds no row to analyse.")
        self._one_force = self.frame[self.study.force].n_unique() == 1
        self._designs: dict[str, Design] = {}
        self._masks: dict[str, Mask] = {}
        self._values: dict[str, tuple[Floats, Mask]] = {}

    def questions(self) -> Iterator[Question]:
        """Every intervention × outcome × subgroup, the figure for all first."""
        groups = [ALL, *self._subgroups()]
        for arm in self.arms:
            for outcome in self.outcomes:
                for group in groups:
                    yield Question(arm, outcome.name, outcome, group)

    def placebo_questions(self) -> Iterator[Question]:
        """Every intervention × negative control."""
        for arm in self.arms:
            for column in self.study.negative_controls:
                yield Question(arm, column, None)

    def answer(self, question: Question) -> Comparison:
        """The estimated question."""
        design = self._design(question.intervention)
        value, treated, population = self._arrays(question, design)
        result = estimate(
            design,
            value,
            treated,
            population,
            min_cell=self.study.min_cell,
            min_clusters=MIN_TEAMS if self._by_team else MIN_CLUSTERS,
        )
        return Comparison(question, result, ("in this force",) if self._by_team else ())

    def first_contacts(self, question: Question) -> list[float]:
        """The estimate among first contacts of each child, as a list of one; empty if not had."""
        child = self.study.child
        if child is None or "contact_day" not in self.frame.columns:
            return []
        design = self._design(question.intervention)
        value, treated, population = self._arrays(question, design)
        first = self._mask("", self._first_contact)[design.order]
        try:
            return [compare(design, value, treated, population & first).headline.estimate]
        except (EmptyContrastError, NotSettledError):
            return []

    def _first_contact(self) -> pl.Expr:
        """Whether a row is the first one of its child in the table."""
        order = [c for c in ("contact_day", "prior_contacts") if c in self.frame.columns]
        return pl.struct(order).rank("ordinal").over(self.study.child or "") == 1

    @property
    def _by_team(self) -> bool:
        """One force alone is judged by its teams, and only for itself."""
        return self._one_force and self.study.cluster is None and self.study.team is not None

    def _subgroups(self) -> Iterator[str]:
        for column in self.study.subgroups:
            levels = self.frame[column].drop_nulls().unique().sort().cast(pl.String)
            if len(levels) > MOST_LEVELS:
                raise SpecificationError(
                    f"study.subgroups: {column} holds {len(levels)} values; "
                    f"at most {MOST_LEVELS} groups can be shown."
                )
            yield from (f"{column}={level}" for level in levels)

    def _design(self, intervention: str) -> Design:
        """The design of an intervention; one for all when each contact has one arm."""
        several = self.study.treatment is None
        key = intervention if several else ""
        if key not in self._designs:
            covariates = [name for name in self.study.adjust_for if name != self.study.force]
            if several:
                covariates += [name for name in self.study.treatments if name != intervention]
            force = self.study.force if self.study.force in self.study.adjust_for else None
            cluster = self.study.cluster or self.study.force
            if self._by_team and self.study.team is not None:
                cluster = self.study.team
            self._check_categories(covariates)
            self._designs[key] = build_design(
                self.frame, covariates, force, cluster, linear=self.study.linear
            )
        return self._designs[key]

    def _check_categories(self, covariates: list[str]) -> None:
        """Raises SpecificationError for text with so many values that it can be no grouping."""
        for column in covariates:
            levels = self.frame[column].n_unique() if is_category(self.frame[column]) else 0
            if levels > MOST_CATEGORIES:
                raise SpecificationError(
                    f"study.adjust_for: {column} holds {levels} different values that are not "
                    f"numbers; give numbers or at most {MOST_CATEGORIES} groups."
                )

    def _arrays(self, question: Question, design: Design) -> tuple[Floats, Mask, Mask]:
        """Outcome, treated and population of a question, in the order of the design."""
        value, eligible = self._value(question)
        arm = question.intervention
        had = self._mask(f"arm {arm}", lambda: self._arm(arm))
        either = had | self._mask(f"not {arm}", lambda: self._comparator(arm))
        population = either & eligible
        if not question.is_all:
            column, _, level = question.subgroup.partition("=")
            inside = self._mask(
                f"group {question.subgroup}", lambda: pl.col(column).cast(pl.String) == level
            )
            population = population & inside
        return value[design.order], had[design.order], population[design.order]

    def _arm(self, intervention: str) -> pl.Expr:
        """Whether a contact is in the arm."""
        if self.study.treatment is None:
            return pl.col(intervention).cast(pl.Float64) == 1
        return pl.col(self.study.treatment).cast(pl.String) == intervention

    def _comparator(self, intervention: str) -> pl.Expr:
        """Whether a contact is compared with the arm."""
        if self.study.treatment is None:
            return pl.col(intervention).cast(pl.Float64) == 0
        return pl.col(self.study.treatment).cast(pl.String) == self.study.comparator

    def _mask(self, name: str, rule: Callable[[], pl.Expr]) -> Mask:
        """The rows for which the rule holds, worked out once; null counts as no."""
        if name not in self._masks:
            found = self.frame.select(rule().fill_null(False).alias("rule"))
            self._masks[name] = found["rule"].to_numpy()
        return self._masks[name]

    def _value(self, question: Question) -> tuple[Floats, Mask]:
        """The outcome as numbers (nan where not seen) and who belongs to the population."""
        if question.name not in self._values or question.outcome is None:
            if question.outcome is None:
                value, eligible = pl.col(question.name).cast(pl.Float64), pl.lit(True)
            else:
                lag = self._lag_days(question.outcome)
                value, eligible = measure(question.outcome, self.study, self.extract_day, lag)
            found = self.frame.select(
                value.fill_nan(None).alias("value"), eligible.alias("eligible")
            )
            numbers = found["value"].to_numpy().astype(np.float64)
            numbers = np.where(np.isfinite(numbers), numbers, np.nan)
            self._values[question.name] = numbers, found["eligible"].to_numpy()
        return self._values[question.name]

    def _lag_days(self, outcome: Outcome) -> int:
        """How long recording takes, from what was recorded; 0 where no day of it is known."""
        columns = lag_columns(outcome)
        waits = isinstance(outcome, EventWithin) or outcome.due_days is not None
        known = columns and all(name in self.frame.columns for name in columns)
        if self.extract_day is None or not waits or not known:
            return 0
        days = self.frame.select(pl.col(*columns).cast(pl.Int64)).drop_nulls()
        happened, recorded = (days[name].to_numpy() for name in columns)
        return mature_lag_days(happened, recorded, self.extract_day)

"""What children and carers said, and how many contacts there were, as exact sums for the door."""

from __future__ import annotations

from typing import Final

import polars as pl

from analytics.disclosure import CountTable, Mean
from analytics.tables import SEVERAL, USUAL
from surveys.vocabulary import AGE_BANDS, CONSTRUCTS, INTERVENTIONS

BEST: Final = "best_answer"
SCALE: Final = (0.0, 100.0)
MISSING: Final = "missing"
RECORDED: Final = ("severity", "deprivation_decile", "gender", "ethnic_group", "team")
CARER: Final = "carer_"


def experience_tables(linked: pl.LazyFrame) -> list[CountTable]:
    """One table a construct and respondent: how many gave the best answer, by the child's age.

    Items of three and of five steps are not one scale, so across ages only the share of the best
    answer is shown; the mean stays within an age band. Columns: constructs of `tables.py`, 0 to
    100, best at 100.
    """
    present = set(linked.collect_schema().names())
    columns = [f"{who}{code}" for who in ("", CARER) for code in CONSTRUCTS]
    return [_best_answers(linked, column) for column in columns if column in present]


def _best_answers(linked: pl.LazyFrame, column: str) -> CountTable:
    levels = {"age_band": tuple(AGE_BANDS), "answer": (BEST, "other_answer")}
    best = pl.when(pl.col(column) >= SCALE[1]).then(pl.lit(BEST)).otherwise(pl.lit("other_answer"))
    counts = (
        linked.filter(pl.col(column).is_not_null(), pl.col("age_band").is_in(list(AGE_BANDS)))
        .group_by("age_band", best.alias("answer"))
        .agg(
            pl.len().cast(pl.Int64).alias("n"),
            pl.col(column).cast(pl.Float64).sum().alias("total"),
        )
        .collect()
    )
    return CountTable(
        name=column,
        levels=levels,
        counts=counts,
        parts="answer",
        mean=Mean(what="score", scale=SCALE, within="age_band"),
        omit_small=("age_band",),
    )


def arms_table(linked: pl.LazyFrame) -> CountTable:
    """Contacts by the arm they belong to; those whose start window is not over are left out."""
    arms = (USUAL, *(code.lower() for code in INTERVENTIONS), SEVERAL)
    levels = {"intervention": arms}
    counts = (
        linked.filter(pl.col("intervention").is_in(list(arms)))
        .group_by("intervention")
        .agg(pl.len().cast(pl.Int64).alias("n"))
        .collect()
    )
    return CountTable(name="arms", levels=levels, counts=counts, omit_small=("intervention",))


def completeness_tables(linked: pl.LazyFrame) -> list[CountTable]:
    """One table a recorded fact that comparisons rest on: known or missing."""
    present = set(linked.collect_schema().names())
    levels: dict[str, tuple[str, ...]] = {"state": ("known", MISSING)}
    tables = []
    for fact in (name for name in RECORDED if name in present):
        state = pl.when(pl.col(fact).is_null()).then(pl.lit(MISSING)).otherwise(pl.lit("known"))
        counts = linked.group_by(state.alias("state")).agg(pl.len().cast(pl.Int64).alias("n"))
        tables.append(CountTable(name=fact, levels=levels, counts=counts.collect(), parts="state"))
    return tables

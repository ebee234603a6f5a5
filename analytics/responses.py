"""Who was asked and who answered, as exact counts for the door."""

from __future__ import annotations

from typing import Final

import polars as pl

from analytics.disclosure import CountTable
from surveys.vocabulary import AGE_BANDS, SEVERITIES

ANSWERED: Final = "answered"
STAGES: Final = ("not_reached", "not_opened", "opened", "part_answered", ANSWERED)
"""How far each ask came; every ask is counted once, at the furthest stage."""

REASONS: Final = ("gate_closed", "unsafe", "asked_recently", "no_survey", "other")
"""Why nobody was asked, in public words; the exact reasons stay inside."""

_FIRST_WAVE: Final = "T1"
_STATE_STAGES: Final = {
    "answered": ANSWERED,
    "part_answered": "part_answered",
    "opened": "opened",
    "sent": "not_opened",
    "delivered": "not_opened",
    "expired": "not_opened",
}
_REASON_GROUPS: Final = {
    "gate_closed": ("gate", "suspect-before", "trial"),
    "unsafe": ("safe", "plan", "carer", "stopped", "death"),
    "asked_recently": ("asked-in", "90", "recent", "chosen"),
    "no_survey": ("instrument", "survey", "too-young", "age", "language"),
}


def asked_table(asks: pl.LazyFrame, linked: pl.LazyFrame, respondent: str) -> CountTable:
    """Everybody of one kind asked at the first wave, by the child's age and furthest stage.

    `asks` and `linked` as `tables.py`; asks about contacts that are not in `linked` are left out,
    so that a table without suspects counts no suspect.
    """
    rows = _first_wave(asks, linked, respondent).filter(pl.col("asked") == 1)
    levels = {"age_band": tuple(AGE_BANDS), "stage": STAGES}
    return CountTable(
        name="asked",
        levels=levels,
        counts=_count(rows.with_columns(_stage()), levels),
        parts="stage",
        omit_small=("age_band", "stage"),
    )


def not_asked_table(asks: pl.LazyFrame, linked: pl.LazyFrame, respondent: str) -> CountTable:
    """Everybody of one kind not asked at the first wave, by reason."""
    rows = _first_wave(asks, linked, respondent).filter(pl.col("asked") == 0)
    levels: dict[str, tuple[str, ...]] = {"reason": REASONS}
    counts = _count(rows.with_columns(_reason()), levels)
    return CountTable(name="not_asked", levels=levels, counts=counts, omit_small=("reason",))


def who_answered_tables(linked: pl.LazyFrame) -> list[CountTable]:
    """Children for whom there is a survey, by one fact each, answered or silent.

    Without answers the silent cannot be known; with these shares a reader sees whose voices the
    survey figures carry more, and whose less.
    """
    answer = pl.when(pl.col("responded") == 1).then(pl.lit(ANSWERED)).otherwise(pl.lit("silent"))
    rows = linked.filter(pl.col("responded").is_not_null()).with_columns(answer.alias("answer"))
    facts = {"age_band": tuple(AGE_BANDS), "severity": tuple(SEVERITIES)}
    return [_who_answered(rows, fact, levels) for fact, levels in facts.items()]


def _who_answered(rows: pl.LazyFrame, fact: str, known: tuple[str, ...]) -> CountTable:
    levels: dict[str, tuple[str, ...]] = {fact: known, "answer": (ANSWERED, "silent")}
    counts = _count(rows.with_columns(pl.col(fact).cast(pl.String)), levels)
    return CountTable(
        name=f"who_answered_by_{fact}",
        levels=levels,
        counts=counts,
        parts="answer",
        omit_small=(fact,),
    )


def _first_wave(asks: pl.LazyFrame, linked: pl.LazyFrame, respondent: str) -> pl.LazyFrame:
    ages = linked.select("contact_id", "age_band")
    wanted = asks.filter(pl.col("wave") == _FIRST_WAVE, pl.col("respondent") == respondent)
    return wanted.join(ages, on="contact_id", how="inner", validate="m:1")


def _stage() -> pl.Expr:
    """The furthest stage: an expired ask was opened all the same if it has a day of opening."""
    furthest = pl.col("state").replace_strict(_STATE_STAGES, default="not_reached")
    opened = pl.col("opened_day").is_not_null()
    return (
        pl.when(pl.col("answered_day").is_not_null() & (pl.col("state") != "part_answered"))
        .then(pl.lit(ANSWERED))
        .when(opened & furthest.is_in(["not_reached", "not_opened"]))
        .then(pl.lit("opened"))
        .otherwise(furthest)
        .alias("stage")
    )


def _reason() -> pl.Expr:
    text = pl.col("reason").fill_null("").str.replace_all("_", "-")
    found = pl.lit("other")
    for group, words in reversed(_REASON_GROUPS.items()):
        found = pl.when(text.str.contains_any(list(words))).then(pl.lit(group)).otherwise(found)
    return found.alias("reason")


def _count(rows: pl.LazyFrame, levels: dict[str, tuple[str, ...]]) -> pl.DataFrame:
    """Counts of each combination; rows at a level that is not in the table are left out."""
    known = [pl.col(name).is_in(list(values)) for name, values in levels.items()]
    return rows.filter(*known).group_by(*levels).agg(pl.len().cast(pl.Int64).alias("n")).collect()

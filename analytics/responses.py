"""Who was asked and who answered, as exact counts for the door."""

from __future__ import annotations

from typing import Final

import polars as pl

from analytics.disclosure import CountTable
from surveys.vocabulary import AGE_BANDS, RESPONDENTS, SEVERITIES

ANSWERED: Final = "answered"
STAGES: Final = ("not_reached", "not_opened", "opened", "part_answered", ANSWERED)
"""How far each ask came; every ask is counted once, at the furthest stage."""

REASONS: Final = ("gate_closed", "unsafe", "asked_recently", "no_survey", "other")
"""Why nobody was asked, in public words; the exact reasons stay inside."""

NOT_KNOWN: Final = "not_known"
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
    "unsafe": ("unsafe", "safe", "carer", "stopped", "death"),
    "asked_recently": ("asked-in", "90", "recent", "chosen"),
    "no_survey": ("instrument", "survey", "too-young", "age", "language"),
}


def asked_table(asks: pl.LazyFrame, linked: pl.LazyFrame) -> CountTable:
    """Everybody asked at the first wave by age band, respondent and furthest stage.

    `asks` and `linked` as `tables.py`. An age band that is not known counts under `not_known`.
    """
    rows = _first_wave(asks, linked).filter(pl.col("asked") == 1).with_columns(_stage())
    levels = {**_people(), "stage": STAGES}
    return CountTable(name="asked", levels=levels, counts=_count(rows, levels), parts="stage")


def not_asked_table(asks: pl.LazyFrame, linked: pl.LazyFrame) -> CountTable:
    """Everybody not asked at the first wave by respondent and reason."""
    rows = _first_wave(asks, linked).filter(pl.col("asked") == 0).with_columns(_reason())
    levels = {"respondent": tuple(RESPONDENTS), "reason": REASONS}
    return CountTable(name="not_asked", levels=levels, counts=_count(rows, levels), parts="reason")


def who_answered_tables(linked: pl.LazyFrame) -> list[CountTable]:
    """Children for whom there is a survey, by one fact each, answered or silent.

    Without answers the silent cannot be known; with these shares a reader sees whose voices the
    survey figures carry more, and whose less.
    """
    rows = linked.filter(pl.col("responded").is_not_null()).with_columns(
        answer=pl.when(pl.col("responded") == 1).then(pl.lit(ANSWERED)).otherwise(pl.lit("silent")),
        age_band=_known("age_band", tuple(AGE_BANDS)),
        severity=_known("severity", tuple(SEVERITIES)),
    )
    facts = {"age_band": tuple(AGE_BANDS), "severity": tuple(SEVERITIES)}
    return [_who_answered(rows, fact, levels) for fact, levels in facts.items()]


def _who_answered(rows: pl.LazyFrame, fact: str, known: tuple[str, ...]) -> CountTable:
    levels = {fact: (*known, NOT_KNOWN), "answer": (ANSWERED, "silent")}
    name = f"who_answered_by_{fact}"
    return CountTable(name=name, levels=levels, counts=_count(rows, levels), parts="answer")


def _first_wave(asks: pl.LazyFrame, linked: pl.LazyFrame) -> pl.LazyFrame:
    ages = linked.select("contact_id", _known("age_band", tuple(AGE_BANDS)).alias("age_band"))
    return (
        asks.filter(pl.col("wave") == _FIRST_WAVE)
        .join(ages, on="contact_id", how="left", validate="m:1")
        .with_columns(pl.col("age_band").fill_null(NOT_KNOWN))
    )


def _people() -> dict[str, tuple[str, ...]]:
    return {"respondent": tuple(RESPONDENTS), "age_band": (*AGE_BANDS, NOT_KNOWN)}


def _known(column: str, levels: tuple[str, ...]) -> pl.Expr:
    text = pl.col(column).cast(pl.String)
    return pl.when(text.is_in(levels)).then(text).otherwise(pl.lit(NOT_KNOWN))


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
    return rows.group_by(*levels).agg(pl.len().cast(pl.Int64).alias("n")).collect()

"""All tables of a report, let out through the door and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import polars as pl

from analytics.disclosure import CountTable, release_counts, release_effects
from analytics.measures import CARER, arms_table, completeness_tables, experience_tables
from analytics.reporting.facts import ReportFacts
from analytics.responses import asked_table, not_asked_table, who_answered_tables
from surveys.vocabulary import RESPONDENTS

_MEASURES: Final = {
    "n_treated": "n:treated",
    "n_comparison": "n:comparison",
    "naive_difference": "naive_difference",
    "estimate": "estimate",
    "ci_low": "ci_low",
    "ci_high": "ci_high",
    "p_adjusted": "p_adjusted",
}


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """What may be shown: effects one row a comparison, and every table by name, tidy."""

    effects: pl.DataFrame
    tables: dict[str, pl.DataFrame]


def release_all(
    effects: pl.DataFrame, linked: pl.LazyFrame, asks: pl.LazyFrame | None, facts: ReportFacts
) -> Released:
    """Every table of a report from exact effects (effects.csv) and the snapshot's frames.

    A linked table of somebody else may lack columns of the contract: tables that need them are
    then left out. Raises MinimumTooLowError for a minimum under 10.
    """
    shown = release_effects(effects, facts.shares, facts.min_cell, short_scales=facts.short_scales)
    tables = {"effects": tidy_effects(shown, facts.release)}
    columns = set(linked.collect_schema().names())
    if "intervention" in columns:
        tables["arms"] = _release(arms_table(linked), facts)
    if asks is not None and {"contact_id", "age_band"} <= columns:
        tables["asked"] = _by_respondent(asked_table, asks, linked, facts)
        tables["not_asked"] = _by_respondent(not_asked_table, asks, linked, facts)
    if {"responded", "age_band", "severity"} <= columns:
        tables["who_answered"] = _who_answered(linked, facts)
    if "age_band" in columns:
        tables |= _experience(linked, facts)
    tables |= _completeness(linked, facts)
    return Released(effects=shown, tables=tables)


def _release(table: CountTable, facts: ReportFacts) -> pl.DataFrame:
    return release_counts(table, facts.release, facts.min_cell)


def _by_respondent(
    count: Callable[[pl.LazyFrame, pl.LazyFrame, str], CountTable],
    asks: pl.LazyFrame,
    linked: pl.LazyFrame,
    facts: ReportFacts,
) -> pl.DataFrame:
    """One table for children and one for carers, one below the other, never added up."""
    found = []
    for who in RESPONDENTS:
        table = count(asks, linked, who)
        found.append(_named(_release(table, facts), table.name, {"respondent": who}, {}))
    return pl.concat(found)


def _who_answered(linked: pl.LazyFrame, facts: ReportFacts) -> pl.DataFrame:
    """Response by one fact at a time; no total over a fact, so that totals cannot disagree."""
    found = []
    for table in who_answered_tables(linked):
        fact = next(iter(table.levels))
        rows = _release(table, facts).filter(pl.col(fact) != "")
        found.append(_named(rows, "who_answered", {"fact": fact}, {fact: "level"}))
    return pl.concat(found)


def _experience(linked: pl.LazyFrame, facts: ReportFacts) -> dict[str, pl.DataFrame]:
    found = []
    for table in experience_tables(linked):
        who = "carer" if table.name.startswith(CARER) else "child"
        dimensions = {"respondent": who, "construct": table.name.removeprefix(CARER)}
        found.append(_named(_release(table, facts), "experience", dimensions, {}))
    return {"experience": pl.concat(found)} if found else {}


def _completeness(linked: pl.LazyFrame, facts: ReportFacts) -> dict[str, pl.DataFrame]:
    found = [
        _named(_release(table, facts), "completeness", {"fact": table.name}, {})
        for table in completeness_tables(linked)
    ]
    rows = [frame.filter(pl.col("measure") != "n") for frame in found]
    return {"completeness": pl.concat(rows)} if rows else {}


def _named(
    frame: pl.DataFrame, table: str, added: dict[str, str], renamed: dict[str, str]
) -> pl.DataFrame:
    frame = frame.with_columns(pl.lit(table).alias("table")).rename(renamed)
    rest = [name for name in frame.columns if name not in {"release", "table"}]
    return frame.select(
        "release", "table", *(pl.lit(value).alias(name) for name, value in added.items()), *rest
    )


def tidy_effects(shown: pl.DataFrame, release: str) -> pl.DataFrame:
    """Effects as tidy rows. Counts and differences are measures; a blank subgroup is everybody.

    Differences of shares are percentage points; `verdict` is blank where the row is hidden.
    """
    names = ["intervention", "outcome", "subgroup", "plan", "verdict"]
    long = shown.with_columns(
        pl.col("subgroup").replace("all", ""), pl.col("verdict").fill_null("")
    ).unpivot(list(_MEASURES), index=[*names, "suppressed"], variable_name="measure")
    order = {name: number for number, name in enumerate(_MEASURES)}
    return (
        long.with_columns(pl.col("measure").replace_strict(order).alias("_order"))
        .sort("intervention", "outcome", "subgroup", "_order")
        .select(
            pl.lit(release).alias("release"),
            pl.lit("effects").alias("table"),
            *names,
            pl.col("measure").replace(_MEASURES),
            pl.col("value").cast(pl.Float64),
            "suppressed",
            pl.lit(None, dtype=pl.Int64).alias("base"),
        )
    )

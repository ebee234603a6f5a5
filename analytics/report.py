"""`heard report`: effects and counts through the door, composed into a report.

The only place of the outgoing side that reads files and collects frames whole.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl

from analytics.effects import estimate_effects
from analytics.linked_table import open_linked
from analytics.plan import PlanStatus
from analytics.reporting.compose import compose
from analytics.reporting.facts import ReportFacts
from analytics.reporting.files import contents, write
from analytics.reporting.of_study import analysed, facts_of
from analytics.reporting.released import release_all
from analytics.specification import read_specification

ASKS: Final = "asks.parquet"


def make_report(
    spec_path: Path, data: Path, out_dir: Path, now: datetime, generated_by: str = "heard report"
) -> dict[str, Path]:
    """Writes the report of a specification on a snapshot and gives back its files by name.

    Names: report.html, report.xlsx, tables/*.csv, charts/*.svg, release.json. `now` carries its
    zone. Raises SpecificationError and UnreadableDataError, each one sentence; nothing is written
    then.
    """
    specification = read_specification(spec_path)
    linked = open_linked(data)
    facts = facts_of(specification, spec_path, linked, now, generated_by)
    plan: PlanStatus = "registered" if facts.is_registered else "exploratory"
    effects = estimate_effects(specification, linked, plan)
    asks = data / ASKS
    made = report_contents(
        effects,
        analysed(linked.frame, specification.study),
        pl.scan_parquet(asks) if asks.is_file() else None,
        facts,
    )
    return write(made, out_dir)


def report_contents(
    effects: pl.DataFrame, linked: pl.LazyFrame, asks: pl.LazyFrame | None, facts: ReportFacts
) -> dict[str, bytes]:
    """Every file of a report from exact effects and frames; the same input, the same bytes."""
    released = release_all(effects, linked, asks, facts)
    return contents(released, compose(released, facts), facts)

"""Simulated data say so wherever they go, and a column without a value is no mistake."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from analytics import effects, simulate
from analytics.linked_table import open_linked

SPEC = Path(effects.__file__).parent / "examples" / "what-worked.toml"


def test_a_simulated_table_says_so_without_its_folder_and_so_do_its_effects(tmp_path: Path) -> None:
    simulate.run(3_000, 5, tmp_path / "data", "snapshot")
    alone = tmp_path / "alone.parquet"
    alone.write_bytes((tmp_path / "data" / "linked.parquet").read_bytes())
    assert open_linked(alone).simulated
    effects.run(SPEC, alone, tmp_path / "effects.csv")
    grades = pl.read_csv(tmp_path / "effects.csv")["design_grade"]
    assert grades.str.starts_with("SIMULATED").all()


def test_an_outcome_without_a_single_value_is_an_empty_estimate_with_its_reason(
    tmp_path: Path,
) -> None:
    simulate.run(3_000, 5, tmp_path / "data", "snapshot")
    linked = pl.read_parquet(tmp_path / "data" / "linked.parquet")
    table = tmp_path / "linked.csv"
    linked.with_columns(pl.lit(None).alias("attendance")).write_csv(table)
    found = effects.run(SPEC, table, tmp_path / "effects.csv")
    empty = found.filter(pl.col("outcome") == "attendance")
    assert empty["estimate"].null_count() == empty.height > 0
    assert empty["reason"].null_count() == 0

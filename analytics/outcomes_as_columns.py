"""Outcome rows of the register as columns of one row a contact."""

from __future__ import annotations

from typing import Final

import polars as pl

from analytics.tables import INTEGER
from surveys.vocabulary import OUTCOME_SETS

PLACEBO: Final = "placebo_"
JUSTICE_CHARGED: Final = ("1", "1a")
# Columns that are there even while nobody sends the outcome, so that a specification may name
# them: whatever is measured, and what is followed up.
ALWAYS: Final = tuple(
    sorted(
        code.lower()
        for outcome_set in OUTCOME_SETS.values()
        for code, outcome in outcome_set.outcomes.items()
        if outcome.measure is not None or outcome_set.code == "followup"
    )
)


def column_stem() -> pl.Expr:
    """The name an outcome has as a column: its code in lower case.

    A code that begins with a digit is written after its set (`justice_16`), and type 1 of the
    Home Office list is `justice_charged`.
    """
    code = pl.col("outcome").str.to_lowercase()
    charged = (pl.col("outcome_set") == "justice") & code.is_in(JUSTICE_CHARGED)
    return (
        pl.when(charged)
        .then(pl.lit("justice_charged"))
        .when(code.str.contains(r"^\d"))
        .then(pl.concat_str(pl.col("outcome_set").str.to_lowercase(), pl.lit("_"), code))
        .otherwise(code)
    )


def outcome_columns(outcomes: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """One row a contact_id with `<outcome>`, `<outcome>_day`, `<outcome>_recorded_day`.

    `outcomes`: contact_id, outcome_set, outcome, decided_day, recorded_day, value (null for a
    fact without a value: the column then is 1); `contacts`: contact_id, contact_day,
    window_end_day. The first row from the end of the window on counts; of a PLACEBO_ code the
    last one before the contact. Contacts without any row are absent.
    """
    named = outcomes.with_columns(column_stem().alias("stem"))
    closed = named.filter(pl.col("outcome_set") == "justice").with_columns(
        pl.lit("justice_any").alias("stem"), pl.lit(None, pl.Float64).alias("value")
    )
    rows = pl.concat([named, closed]).join(
        contacts.select("contact_id", "contact_day", "window_end_day"), on="contact_id", how="inner"
    )
    placebo = pl.col("stem").str.starts_with(PLACEBO)
    later = rows.filter(~placebo & (pl.col("decided_day") >= pl.col("window_end_day")))
    before = rows.filter(placebo & (pl.col("decided_day") < pl.col("contact_day")))
    first = later.sort("decided_day").unique(["contact_id", "stem"], keep="first")
    last = before.sort("decided_day").unique(["contact_id", "stem"], keep="last")
    return _wide(pl.concat([first, last]))


def _wide(rows: pl.DataFrame) -> pl.DataFrame:
    """Long rows (contact_id, stem, value, decided_day, recorded_day) made wide."""
    parts = []
    for (stem,), part in sorted(rows.group_by(["stem"]), key=lambda pair: str(pair[0])):
        parts.append(
            part.select(
                "contact_id",
                pl.col("value").fill_null(1.0).alias(f"{stem}"),
                pl.col("decided_day").alias(f"{stem}_day"),
                pl.col("recorded_day").alias(f"{stem}_recorded_day"),
            )
        )
    wide = rows.select("contact_id").unique()
    for part in parts:
        wide = wide.join(part, on="contact_id", how="left", validate="1:1")
    absent = [stem for stem in ALWAYS if stem not in wide.columns]
    return wide.with_columns(
        *(pl.lit(None, pl.Float64).alias(stem) for stem in absent),
        *(pl.lit(None, INTEGER).alias(f"{stem}_day") for stem in absent),
        *(pl.lit(None, INTEGER).alias(f"{stem}_recorded_day") for stem in absent),
    )

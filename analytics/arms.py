"""Which arm a contact is in: what was first offered within the start window."""

from __future__ import annotations

from typing import Final

import polars as pl

from analytics.days import day_of_date
from analytics.tables import SEVERAL, USUAL

DECLINED: Final = "declined"


def arm_columns(
    interventions: pl.DataFrame, contacts: pl.DataFrame, extract_day: int
) -> pl.DataFrame:
    """contact_id, offered_*, got_* and the arm (`intervention`) of every contact.

    An offer counts when it was made from the contact on and before the end of the start window;
    where the day of the offer is not recorded, the day help began stands for it. The arm is null
    while the window is not over by the extract.
    """
    code = pl.col("intervention").str.to_lowercase()
    rows = interventions.select(
        "contact_id",
        code,
        "status",
        day_of_date("offered_on").alias("offered_day"),
        day_of_date("started_on").alias("started_day"),
    ).join(contacts.select("contact_id", "contact_day", "window_end_day"), on="contact_id")
    begun = pl.coalesce("offered_day", "started_day")
    in_window = begun.is_between("contact_day", "window_end_day", closed="left")
    started = pl.col("started_day").is_between("contact_day", "window_end_day", closed="left")
    got = started & (pl.col("status") != DECLINED)
    codes = sorted(rows["intervention"].unique())
    marked = rows.group_by("contact_id").agg(
        *((in_window & (pl.col("intervention") == c)).any().alias(f"offered_{c}") for c in codes),
        *((got & (pl.col("intervention") == c)).any().alias(f"got_{c}") for c in codes),
        pl.col("intervention").filter(in_window).n_unique().alias("_offers"),
        pl.col("intervention").filter(in_window).first().alias("_first"),
    )
    offers = pl.col("_offers").fill_null(0)
    settled = pl.col("window_end_day") <= extract_day
    arm = (
        pl.when(~settled)
        .then(None)
        .when(offers == 0)
        .then(pl.lit(USUAL))
        .when(offers == 1)
        .then(pl.col("_first"))
        .otherwise(pl.lit(SEVERAL))
    )
    every = contacts.select("contact_id", "window_end_day").join(
        marked, on="contact_id", how="left", validate="1:1"
    )
    return every.with_columns(arm.alias("intervention")).drop("_offers", "_first", "window_end_day")

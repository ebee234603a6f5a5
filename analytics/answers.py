"""Answers of surveys as columns of one row a contact: item scores and constructs 0 to 100."""

from __future__ import annotations

import polars as pl

from analytics.tables import SCORE
from surveys.library import load_library
from surveys.scoring import LEAST_SHARE_ANSWERED, score_table

CHILD = "child"
CARER = "carer"
# Answered by somebody else in the child's place: never taken for the child's own words.
PROXY = "proxy"
FIRST_WAVE = "T1"


def option_scores() -> pl.DataFrame:
    """Every scored option of every instrument.

    audience, instrument, version, item, value, construct, `score` as the file gives it,
    `place`: where the option lies between the lowest and the highest of its item, 0 to 100,
    and `construct_items`: how many items the construct has.
    """
    rows = [
        (instrument.audience, instrument.id, str(instrument.version), *row)
        for instrument in load_library().all()
        for row in score_table(instrument)
    ]
    names = ["audience", "instrument", "version", "item", "construct", "value", "score", "place"]
    table = pl.DataFrame(rows, schema=names, orient="row")
    size = pl.col("item").n_unique().over("instrument", "version", "construct")
    return table.with_columns(pl.col("score", "place").cast(SCORE), size.alias("construct_items"))


def score_answers(answers: pl.DataFrame) -> pl.DataFrame:
    """The answers with `construct`, `score` and `place`; null for not sure, skipped and text."""
    keys = ["instrument", "version", "item", "value"]
    return answers.join(option_scores().drop("audience"), on=keys, how="left", validate="m:1")


def answer_columns(scored: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """One row a contact that answered at T1, the child's and the carer's columns apart.

    `scored`: rows of `score_answers` with answered_day; `windows`: contact_id, window_end_day.
    Answers given before the end of the start window are left out, since the arm was not yet
    settled; so are answers by proxy. Of several carers the lowest number counts.
    """
    counted = (
        scored.filter((pl.col("wave") == FIRST_WAVE) & (pl.col("completion_mode") != PROXY))
        .join(windows, on="contact_id", how="inner", validate="m:1")
        .filter(pl.col("answered_day") >= pl.col("window_end_day"))
        .filter(
            pl.col("respondent_no")
            == pl.col("respondent_no").min().over("contact_id", "respondent")
        )
    )
    child = _wide(counted.filter(pl.col("respondent") == CHILD), "", "completion_mode")
    carer = _wide(counted.filter(pl.col("respondent") == CARER), "carer_", "carer_completion_mode")
    return child.join(carer, on="contact_id", how="full", coalesce=True, validate="1:1")


def _wide(rows: pl.DataFrame, prefix: str, mode: str) -> pl.DataFrame:
    """One row a contact: completion mode, item scores, and the mean place of each construct.

    The columns are those of the shipped instruments, whether anybody answered them or not.
    """
    audience = CARER if prefix else CHILD
    asked = option_scores().filter(pl.col("audience") == audience)
    items, constructs = sorted(asked["item"].unique()), sorted(asked["construct"].unique())
    return rows.group_by("contact_id").agg(
        pl.col("completion_mode").first().alias(mode),
        *(
            pl.col("score").filter(pl.col("item") == item).first().alias(f"{prefix}item_{item}")
            for item in items
        ),
        *(_construct(pl.col("construct") == name).alias(f"{prefix}{name}") for name in constructs),
    )


def _construct(rows: pl.Expr) -> pl.Expr:
    """The mean place of the items of a construct, null when too few of them have a number."""
    places = pl.col("place").filter(rows)
    wanted = pl.col("construct_items").filter(rows).max() * float(LEAST_SHARE_ANSWERED)
    return pl.when(places.count() >= wanted).then(places.mean())

"""Who was asked, how, and who was not and why: one row a contact, respondent and wave."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from analytics.register import ASKS
from surveys.library import load_library
from surveys.vocabulary import AGE_BANDS

FIRST_WAVE: Final = "T1"
PERSON: Final = ["contact_id", "respondent", "respondent_no", "wave"]
BETWEEN_ASKS: Final = timedelta(days=90)
# Made, but nobody has been reached by it.
NOT_SENT: Final = ("held", "queued")
LONDON: Final = ZoneInfo("Europe/London")


def ask_rows(frames: dict[str, pl.DataFrame], now: datetime) -> pl.DataFrame:
    """The asks of a register read by store.analysis, as analytics.register wants them.

    Answers on paper count as asks by paper; an invitation that was never sent, or was revoked
    before it was opened, is no ask. Of several the one that came furthest stands.
    """
    told = pl.concat([_on_paper(frames["responses"]), _invited(frames["invitations"])])
    told = told.unique(PERSON, keep="first", maintain_order=True)
    silent = _nobody_asked(frames, now).join(told, on=PERSON, how="anti")
    return pl.concat([told, silent]).join(frames["contacts"], on="contact_id", how="semi")


def _on_paper(responses: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("answered_on")
    return responses.filter(pl.col("entered") == "paper").select(
        *PERSON,
        pl.lit(True).alias("asked"),
        pl.lit("paper").alias("channel"),
        pl.lit("answered").alias("state"),
        pl.lit(None, pl.String).alias("reason"),
        day.alias("asked_on"),
        day.alias("opened_on"),
        day,
    )


def _invited(invitations: pl.DataFrame) -> pl.DataFrame:
    """Live invitations before revoked ones, the newest first."""
    revoked = pl.col("state") == "revoked"
    unsent = pl.col("state").is_in(NOT_SENT) | (revoked & pl.col("opened_on").is_null())
    why = (
        pl.when(pl.col("state") == "queued")
        .then(pl.lit("not_yet_sent"))
        .when(revoked)
        .then(pl.lit("revoked"))
        .otherwise(_spelt("held_reason"))
    )
    ordered = invitations.sort(revoked, pl.col("created_at"), descending=[False, True])
    return ordered.select(
        *PERSON,
        (~unsent).alias("asked"),
        pl.when(~unsent).then("channel").alias("channel"),
        "state",
        pl.when(unsent).then(why).alias("reason"),
        pl.when(~unsent).then("asked_on").alias("asked_on"),
        "opened_on",
        "answered_on",
    )


def _nobody_asked(frames: dict[str, pl.DataFrame], now: datetime) -> pl.DataFrame:
    """Every contact's child and carer at the first wave, with the reason of today."""
    standing = _standing(frames)
    rows = [_of_respondent(standing, frames, who, now) for who in ("child", "carer")]
    return pl.concat(rows).select(*ASKS)


def _of_respondent(
    standing: pl.DataFrame, frames: dict[str, pl.DataFrame], respondent: str, now: datetime
) -> pl.DataFrame:
    recent = frames["invitations"].filter(
        (pl.col("respondent") == respondent)
        & ((pl.col("state") != "revoked") | pl.col("opened_on").is_not_null())
        & (pl.col("created_at") > now - BETWEEN_ASKS)
    )
    surveyed = [
        band
        for band in AGE_BANDS
        if any(
            load_library().pick(respondent, band, FIRST_WAVE, language) is not None
            for language in ("en", "cy")
        )
    ]
    reason = (
        pl.when(_refusal(now).is_not_null())
        .then(_refusal(now))
        .when((pl.col("child_role") == "suspect") & ~pl.col("_disposed") & (respondent == "child"))
        .then(pl.lit("suspect_before_disposal"))
        .when(~pl.col("age_band").is_in(surveyed))
        .then(pl.lit("no_survey"))
        .when(pl.col("child_id").is_in(recent["child_id"].unique().to_list()))
        .then(pl.lit("asked_in_last_90_days"))
        .otherwise(pl.lit("not_yet_asked"))
    )
    nothing = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in ASKS.items()
        if name in ("channel", "asked_on", "opened_on", "answered_on")
    ]
    return standing.select(
        "contact_id",
        pl.lit(respondent).alias("respondent"),
        pl.lit(1, pl.Int32).alias("respondent_no"),
        pl.lit(FIRST_WAVE).alias("wave"),
        pl.lit(False).alias("asked"),
        pl.lit("not_asked").alias("state"),
        reason.alias("reason"),
        *nothing,
    )


def _refusal(now: datetime) -> pl.Expr:
    """Why the database would refuse an ask today: the rule of register.ask_refusal, set by set."""
    last, gate = pl.col("_gate_event"), pl.col("evidence_gate").fill_null("")
    shut_since = (gate == "closed") & (pl.col("recorded_at") > pl.col("_gate_at"))
    closed = (last == "gate_closed") | (last.is_null() & (gate != "open")) | shut_since
    due = pl.col("gate_review_on") < pl.lit(now.astimezone(LONDON).date())
    return (
        pl.when(closed.fill_null(False) | (last.is_null() & (gate != "open")))
        .then(pl.lit("gate_closed"))
        .when(due)
        .then(pl.lit("gate_review_due"))
        .when("_dead")
        .then(pl.lit("stopped"))
    )


def _standing(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The contacts with what bears on asking: the last gate event, death, a final disposal."""
    events, outcomes = frames["events"], frames["outcomes"]
    gates = (
        events.filter(pl.col("event").is_in(["gate_opened", "gate_closed"]))
        .sort(["happened_at", "event"], descending=[True, False])
        .unique("contact_id", keep="first", maintain_order=True)
        .select(
            "contact_id",
            pl.col("event").alias("_gate_event"),
            pl.col("happened_at").alias("_gate_at"),
        )
    )
    deaths = events.filter(pl.col("event") == "death").select("contact_id")
    dead = frames["contacts"].join(deaths, on="contact_id", how="semi")["child_id"].unique()
    disposed = outcomes.filter((pl.col("outcome_set") == "justice") & pl.col("final"))
    return (
        frames["contacts"]
        .join(gates, on="contact_id", how="left", validate="1:1")
        .with_columns(
            pl.col("child_id").is_in(dead.to_list()).alias("_dead"),
            pl.col("contact_id")
            .is_in(disposed["contact_id"].unique().to_list())
            .alias("_disposed"),
        )
    )


def _spelt(column: str) -> pl.Expr:
    return pl.col(column).str.replace_all("-", "_")

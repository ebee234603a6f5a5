"""Register, answers and outcomes joined: one row a contact, as `linked` of `tables.py`.

Time zero is the contact. What was offered within the start window after it decides the arm;
help offered later leaves the arm as it was. Outcomes count from the end of the window.
The window is 7 days unless the study says otherwise: a first ask comes 2 to 10 days after the
evidence gate opens, so a longer window would throw away answers.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from analytics.answers import answer_columns, score_answers
from analytics.arms import arm_columns
from analytics.days import day_of_date, day_of_time
from analytics.outcomes_as_columns import outcome_columns
from analytics.register import Register, check_register
from analytics.tables import FLAG, INTEGER, LINKED, SCORE, day_number

START_WINDOW_DAYS: Final = 7
REREFERRAL: Final = "rereferral"
REPEAT_CONTACT: Final = "repeat_contact"
VICTIM: Final = "victim"


def link(register: Register, start_window_days: int = START_WINDOW_DAYS) -> pl.DataFrame:
    """The linked table with exact days; `snapshot.py` makes them coarse before writing.

    Raises BadRegisterError when a frame of the register is not as it should be.
    """
    check_register(register)
    contacts = _contacts(register.contacts, start_window_days)
    scored = score_answers(register.answers).with_columns(
        day_of_date("answered_on").alias("answered_day")
    )
    answers = answer_columns(scored, contacts.select("contact_id", "window_end_day"))
    joined = contacts
    for part in (
        arm_columns(register.interventions, contacts, day_number(register.extract)),
        _flags(register.contacts),
        answers,
        outcome_columns(_outcome_rows(register, contacts), contacts),
    ):
        joined = joined.join(part, on="contact_id", how="left", validate="1:1")
    return _ordered(joined.pipe(_who_answered, register).pipe(_zero_where_absent))


def _contacts(contacts: pl.DataFrame, start_window_days: int) -> pl.DataFrame:
    """The facts of each contact, its days and how many contacts of the child came before."""
    day = day_of_time("contact_at")
    hours = (pl.col("first_contact_at") - pl.col("reported_at")).dt.total_minutes() / 60
    known = contacts.with_columns(
        day.alias("contact_day"),
        (day + start_window_days).cast(INTEGER).alias("window_end_day"),
        hours.alias("hours_to_first_contact"),
        pl.struct("contact_at", "contact_id")
        .rank("ordinal")
        .over("child_id")
        .sub(1)
        .cast(INTEGER)
        .alias("prior_contacts"),
    )
    facts = [column.name for column in LINKED.columns if column.name in known.columns]
    return known.select(
        *facts,
        day_of_time("recorded_at").alias("_recorded_day"),
        pl.col("contact_at").alias("_at"),
    )


def _flags(contacts: pl.DataFrame) -> pl.DataFrame:
    """flag_* of the contacts that carry any flag."""
    rows = contacts.select("contact_id", pl.col("flags").list.eval(pl.element().str.to_lowercase()))
    codes = sorted(rows["flags"].explode(empty_as_null=True).drop_nulls().unique())
    return rows.select(
        "contact_id", *(pl.col("flags").list.contains(c).alias(f"flag_{c}") for c in codes)
    )


def _outcome_rows(register: Register, contacts: pl.DataFrame) -> pl.DataFrame:
    """The outcomes sent, and those that follow from the contacts themselves.

    In a force that sends no `repeat_contact` it is the next contact of the child as a victim;
    in one that sends no `rereferral`, the next contact in any role but suspect.
    """
    sent = register.outcomes.select(
        "contact_id",
        "outcome_set",
        "outcome",
        day_of_date("decided_on").alias("decided_day"),
        day_of_date("recorded_on").alias("recorded_day"),
        "value",
    )
    found = [sent]
    for outcome, counted in (
        (REPEAT_CONTACT, pl.col("child_role") == VICTIM),
        (REREFERRAL, pl.col("child_role") != "suspect"),
    ):
        sending = contacts.join(
            sent.filter(pl.col("outcome") == outcome), on="contact_id", how="semi"
        )
        silent = ~pl.col("force").is_in(sending["force"].unique().to_list())
        found.append(_next_contact(contacts.filter(silent), contacts.filter(counted), outcome))
    return pl.concat(found)


def _next_contact(contacts: pl.DataFrame, counted: pl.DataFrame, outcome: str) -> pl.DataFrame:
    """One outcome row for each contact that was followed by a counted one after its window."""
    later = counted.select(
        "child_id",
        pl.col("contact_day").alias("decided_day"),
        pl.col("_recorded_day").alias("recorded_day"),
    )
    return (
        contacts.select("contact_id", "child_id", "window_end_day")
        .sort("window_end_day")
        .join_asof(
            later.sort("decided_day"),
            left_on="window_end_day",
            right_on="decided_day",
            by="child_id",
            strategy="forward",
            check_sortedness=False,
        )
        .filter(pl.col("decided_day").is_not_null())
        .select(
            "contact_id",
            pl.lit("followup").alias("outcome_set"),
            pl.lit(outcome).alias("outcome"),
            "decided_day",
            "recorded_day",
            pl.lit(None, pl.Float64).alias("value"),
        )
    )


def _who_answered(joined: pl.DataFrame, register: Register) -> pl.DataFrame:
    """responded and carer_responded; null in age bands from which nobody was ever asked.

    A survey that does not exist for an age cannot be answered, and those who answered at other
    ages do not stand for the children who could not.
    """
    asked = register.asks.filter(pl.col("asked")).select("contact_id", "respondent")
    told = register.answers.select("contact_id", "respondent")
    could = (
        pl.concat([asked, told])
        .unique()
        .join(joined.select("contact_id", "age_band"), on="contact_id")
        .select("respondent", "age_band")
        .unique()
    )
    bands = {
        who: could.filter(pl.col("respondent") == who)["age_band"].to_list()
        for who in ("child", "carer")
    }
    for mode in ("completion_mode", "carer_completion_mode"):
        if mode not in joined.columns:
            joined = joined.with_columns(pl.lit(None, pl.String).alias(mode))
    child, carer = (
        pl.when(pl.col("age_band").is_in(bands[who])).then(pl.col(mode).is_not_null()).cast(FLAG)
        for who, mode in (("child", "completion_mode"), ("carer", "carer_completion_mode"))
    )
    joined = joined.with_columns(child.alias("responded"), carer.alias("carer_responded"))
    here = pl.col("responded") == 1
    return joined.with_columns(
        pl.when(here).then(pl.lit("T1")).alias("wave"),
        pl.when(here).then(pl.lit("child")).alias("respondent"),
    )


def _zero_where_absent(joined: pl.DataFrame) -> pl.DataFrame:
    marks = [c for c in joined.columns if c.startswith(("offered_", "got_", "flag_"))]
    days = [c for c in joined.columns if c.endswith("_day")]
    rest = [
        c
        for c, dtype in joined.schema.items()
        if dtype == pl.Float64 and c not in marks and c not in days
    ]
    return joined.with_columns(
        *(pl.col(c).fill_null(False).cast(FLAG) for c in marks),
        *(pl.col(c).cast(INTEGER) for c in days),
        *(pl.col(c).cast(SCORE) for c in rest),
    ).drop("_recorded_day", "_at")


def _ordered(joined: pl.DataFrame) -> pl.DataFrame:
    """Fixed columns first in the order of the contract, then the others by name of family."""
    fixed = [column.name for column in LINKED.columns]
    others = [column for column in joined.columns if column not in fixed]
    rank = ("offered_", "got_", "flag_", "item_", "carer_item_", "carer_")

    def place(name: str) -> int:
        return next((i for i, start in enumerate(rank) if name.startswith(start)), len(rank))

    return joined.select(*fixed, *sorted(others, key=lambda name: (place(name), name)))

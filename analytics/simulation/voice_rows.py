"""Asks and answers of a SIMULATED country as frames of the register."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.register import ANSWERS, ASKS
from analytics.simulation.columns import contact_ids_of, dates, pick
from analytics.simulation.voices import (
    CHANNELS,
    MISSED,
    MODES,
    NOT_ASKED,
    UNANSWERED,
    Voice,
)


def answer_rows(voices: tuple[Voice, ...]) -> pl.DataFrame:
    """One row an item of each response; a missed item was skipped or not sure."""
    parts = []
    for voice in voices:
        rows = np.flatnonzero(voice.answered)
        for index, item in enumerate(voice.items):
            chosen = voice.chosen[rows, index]
            missed = chosen == MISSED
            codes = np.where(missed, len(item.values) + rows % 2, chosen)
            parts.append(
                pl.DataFrame(
                    {
                        "row": voice.rows[rows],
                        "completion_mode": pick(MODES, voice.mode[rows]),
                        "answered_on": dates(voice.answered_day[rows]),
                        "value": pick((*item.values, "skipped", "not_sure"), codes),
                    }
                ).with_columns(
                    pl.lit(voice.respondent).alias("respondent"),
                    pl.lit(1, pl.Int32).alias("respondent_no"),
                    pl.lit("T1").alias("wave"),
                    pl.lit(voice.instrument.id).alias("instrument"),
                    pl.lit(str(voice.instrument.version)).alias("version"),
                    pl.lit(item.key).alias("item"),
                )
            )
    return pl.concat(parts).with_columns(contact_ids_of("row")).select(*ANSWERS)


def ask_rows(voices: tuple[Voice, ...], today: int) -> pl.DataFrame:
    """Everybody who could be asked: how, with what end, or why not."""
    parts = []
    for voice in voices:
        state = np.where(voice.asked, np.where(voice.answered, 0, 1 + voice.state), 4)
        frame = pl.DataFrame(
            {
                "row": voice.rows,
                "asked": voice.asked,
                "channel": pick(CHANNELS, np.where(voice.asked, voice.channel, -1)),
                "state": pick(("answered", *UNANSWERED, "not_asked"), state),
                "reason": pick(NOT_ASKED, np.where(voice.asked, -1, voice.reason)),
                "asked_on": dates(voice.asked_day, voice.asked),
                "opened_on": dates(
                    np.minimum(voice.answered_day, today),
                    voice.answered | (voice.asked & (voice.state == 2)),
                ),
                "answered_on": dates(voice.answered_day, voice.answered),
            }
        )
        parts.append(
            frame.with_columns(
                pl.lit(voice.respondent).alias("respondent"),
                pl.lit(1, pl.Int32).alias("respondent_no"),
                pl.lit("T1").alias("wave"),
            )
        )
    return pl.concat(parts).with_columns(contact_ids_of("row")).select(*ASKS)

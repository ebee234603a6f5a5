"""The register of today as the frames that linking speaks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from analytics.register import FRAMES, UTC, Register
from service.asks import PERSON, ask_rows
from service.parts import Parts
from service.store.analysis import read_register
from surveys.instrument import SKIPPED, CompletionQuestion
from surveys.library import load_library

LONDON: Final = ZoneInfo("Europe/London")
# Nobody said who was there: the answer counts, and is no proxy's as far as anybody knows.
NOT_STATED: Final = "not_stated"


async def current_register(parts: Parts, forces: Iterable[str]) -> Register:
    """Contacts, help, events, outcomes, answers and asks of some forces as they stand now."""
    now = parts.now()
    frames = await read_register(parts, forces)
    known = frames["contacts"].select("contact_id")
    frames["answers"] = answer_rows(frames["responses"], frames["items"])
    frames["asks"] = ask_rows(frames, now)
    # What stands may be a correction, or a whole history sent on one day: its moment would pass
    # for years of delay in recording. When a contact was first recorded is not known here.
    never_said = pl.lit(None, UTC).alias("recorded_at")
    frames["contacts"] = frames["contacts"].with_columns(never_said)
    return Register(
        extract=now.astimezone(LONDON).date(),
        **{
            name: frames[name].join(known, on="contact_id", how="semi").select(*columns)
            for name, columns in FRAMES.items()
        },
    )


def answer_rows(responses: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """One row an item of each response that counts.

    A response left in the middle counts with what it says, unless it only says who was there. Of
    two responses of one person (references merged later) the whole one counts, then the newer.
    """
    ordered = responses.sort(
        pl.col("state") == "complete", "changed_at", descending=True, maintain_order=True
    )
    one = ordered.unique(PERSON, keep="first", maintain_order=True)
    says = items.filter(
        ~pl.col("item").is_in(_completion_items()) & (pl.col("value").fill_null("") != SKIPPED)
    )
    counts = one.filter(
        (pl.col("state") == "complete")
        | pl.col("response").is_in(says["response"].unique().to_list())
    )
    return counts.with_columns(pl.col("completion_mode").fill_null(NOT_STATED)).join(
        items, on="response", how="inner", validate="1:m"
    )


def _completion_items() -> list[str]:
    return [
        item.key
        for instrument in load_library().all()
        for item in instrument.items
        if isinstance(item, CompletionQuestion)
    ]

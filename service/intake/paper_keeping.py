"""Answers on paper beside those that are there: what is new, known or refused, and keeping it.

One answer a person, contact and wave is kept, never its history. The newest `recorded_at` stands,
then the larger `source_event_id`, whatever the order of arrival. An answer without a time yields
to every row that has one, and a withdrawal without a time is recorded when it arrives: a file sent
again never brings back what was taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
import polars as pl

from service.db import Connection, new_id, set_force
from service.errors import NotNowError
from service.intake.checking import PROBLEMS, Checked, drop_broken
from service.intake.paper import SAID
from service.intake.references import find
from service.intake.sheet import ROW
from service.privacy.keys import Keys
from service.privacy.tokens import answers_digest
from service.store import paper_responses
from service.store.paper_responses import Earlier, PaperResponse

ALREADY: Final = "An answer of this person about this contact and wave is already there."
# What a row replaces is there already; when it counts as recorded (null: an answer without a time).
REPLACES: Final = "_replaces"
RANKED_AT: Final = "_ranked_at"
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)

Place = tuple[UUID, str, int, str]
Verdict = Literal["new", "known", "refused"]


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the file, or the answer that is there (row 0).

    dated: whether it names its own time; recorded_at is null where nothing is known of one.
    """

    row: int
    dated: bool
    recorded_at: datetime | None
    source_event_id: str
    withdrawn: bool
    digest: bytes
    online: bool = False

    @property
    def rank(self) -> tuple[datetime, str, bool, bytes]:
        """The larger one stands."""
        return (self.recorded_at or LONG_AGO, self.source_event_id, self.withdrawn, self.digest)

    def same(self, other: _Said) -> bool:
        """Whether both were taken back, or both say the same."""
        if self.withdrawn or other.withdrawn:
            return self.withdrawn and other.withdrawn
        return self.digest == other.digest


async def settle_beside_answers(
    connection: Connection, keys: Keys, checked: Checked, now: datetime
) -> Checked:
    """The rows that change something, with REPLACES and RANKED_AT; the others known or refused."""
    places = ["contact_ref", "respondent", "respondent_no", "wave"]
    kept: dict[int, tuple[bool, datetime | None]] = {}
    refused: list[tuple[int, str, str]] = []
    for (force,), rows in checked.rows.group_by(["force"], maintain_order=True):
        there = await _there(connection, keys, str(force), rows)
        for place, group in rows.group_by(places, maintain_order=True):
            stands = there.get(place)
            replaces = stands is not None
            for said in _newest_first(keys, group, now):
                verdict = "new" if stands is None else _verdict(stands, said)
                if verdict == "new":
                    stands = _after(stands, said)
                    kept[said.row] = (replaces, stands.recorded_at)
                elif verdict == "refused":
                    refused.append((said.row, "contact_ref", ALREADY))
    problems = pl.DataFrame(refused, schema=PROBLEMS, orient="row")
    decided = drop_broken(checked, problems)
    fresh = decided.rows.join(_kept_frame(kept), on=ROW, how="inner", maintain_order="left")
    repeats = checked.repeats + decided.rows.height - fresh.height
    return Checked(rows=fresh, problems=decided.problems, repeats=repeats)


def _kept_frame(kept: dict[int, tuple[bool, datetime | None]]) -> pl.DataFrame:
    return pl.DataFrame(
        [(row, *each) for row, each in kept.items()],
        schema={ROW: pl.Int64, REPLACES: pl.Boolean, RANKED_AT: pl.Datetime("us", "UTC")},
        orient="row",
    )


async def _there(
    connection: Connection, keys: Keys, force: str, rows: pl.DataFrame
) -> dict[tuple[object, ...], _Said]:
    """What is there by (contact_ref, respondent, respondent_no, wave)."""
    await set_force(connection, force)
    wanted = rows["contact_ref"].unique().to_list()
    ids = await find(connection, keys, force, "contact", wanted)
    reference = {pseudonym: each for each, pseudonym in ids.items()}
    earlier = await paper_responses.find_earlier(connection, force, list(reference))
    return {
        (reference[each.contact], each.respondent, each.respondent_no, each.wave): _said(each)
        for each in earlier
    }


def _said(there: Earlier) -> _Said:
    withdrawn = there.state == "withdrawn"
    return _Said(
        row=0,
        dated=there.recorded_at is not None,
        recorded_at=there.recorded_at or (there.changed_at if withdrawn else None),
        source_event_id=there.source_event_id or "",
        withdrawn=withdrawn,
        digest=there.digest or b"",
        online=there.entered != "paper",
    )


def _newest_first(keys: Keys, rows: pl.DataFrame, now: datetime) -> list[_Said]:
    """What the file says of one person; a withdrawal without a time is its last word."""
    times = [time for time in rows["recorded_at"] if time is not None]
    last = max([now, *(time + TICK for time in times)])
    said = [_said_by(keys, row, last) for row in rows.iter_rows(named=True)]
    return sorted(said, key=lambda each: each.rank, reverse=True)


def _said_by(keys: Keys, row: dict[str, Any], last: datetime) -> _Said:
    dated = row["recorded_at"] is not None
    return _Said(
        row=row[ROW],
        dated=dated,
        recorded_at=row["recorded_at"] if dated or not row["withdrawn"] else last,
        source_event_id=(row["source_event_id"] or "") if dated else "",
        withdrawn=row["withdrawn"],
        digest=_digest(keys, row[SAID]),
    )


def _verdict(stands: _Said, said: _Said) -> Verdict:
    if stands.online:
        return "refused"
    if said.dated:
        return "new" if said.rank > stands.rank else "known"
    if said.same(stands):
        return "known"
    if said.withdrawn:
        return "new"
    return "known" if stands.withdrawn else "refused"


def _after(stands: _Said | None, said: _Said) -> _Said:
    """What was said; a withdrawal without a time comes after what it takes back."""
    if stands is None or said.dated or stands.recorded_at is None or said.recorded_at is None:
        return said
    later = max(said.recorded_at, stands.recorded_at + TICK)
    return msgspec.structs.replace(said, recorded_at=later)


def _digest(keys: Keys, said: str) -> bytes:
    return answers_digest(keys.master, said.encode())


async def keep_answers(
    connection: Connection, keys: Keys, force: str, rows: pl.DataFrame, batch: UUID, now: datetime
) -> int:
    """How many rows changed anything: new answers, corrections, and answers taken back."""
    ids = await find(connection, keys, force, "contact", rows["contact_ref"].unique().to_list())
    fresh, newer = rows.filter(~pl.col(REPLACES)), rows.filter(REPLACES)
    try:
        await paper_responses.add_responses(
            connection, list(_responses(keys, fresh, ids, batch, now))
        )
    except asyncpg.UniqueViolationError:
        raise NotNowError(
            "An answer arrived by another way at this moment, so nothing was taken in; "
            "send the file again."
        ) from None
    await paper_responses.replace_responses(
        connection, list(_responses(keys, newer, ids, batch, now))
    )
    return rows.height


def _responses(
    keys: Keys, rows: pl.DataFrame, ids: dict[str, UUID], batch: UUID, now: datetime
) -> Iterator[PaperResponse]:
    for row in rows.iter_rows(named=True):
        yield PaperResponse(
            force=row["force"],
            id=new_id(),
            contact=ids[row["contact_ref"]],
            respondent=row["respondent"],
            respondent_no=row["respondent_no"],
            wave=row["wave"],
            instrument=row["instrument"],
            version=row["version"],
            language=row["language"],
            state="withdrawn" if row["withdrawn"] else "complete",
            completion_mode=row["completion_mode"],
            answers={} if row["withdrawn"] else msgspec.json.decode(row[SAID])["answers"],
            digest=_digest(keys, row[SAID]),
            # Noon: the same day in UTC and in London.
            answered_at=datetime.combine(row["answered_on"], time(12), UTC),
            changed_at=now,
            batch=batch,
            recorded_at=row[RANKED_AT],
            source_event_id=row["source_event_id"] if row["recorded_at"] else None,
        )

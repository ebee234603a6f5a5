"""Takes checked rows in: every force of a file in one transaction, so that all of it or none is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import polars as pl

from service.db import Connection, Role, new_id, set_force
from service.errors import NotAllowedError, NotNowError
from service.intake import paper, paper_keeping
from service.intake.checking import Checked, broken, check_rows, drop_broken, settle_repeats
from service.intake.columns import Kind
from service.intake.references import find
from service.intake.rules import contact_day, rules_beside_contact
from service.intake.sheet import ROW, Sheet, check_columns
from service.intake.values import UTC_TIME
from service.intake.writing import keep_versions
from service.parts import Parts
from service.store import audit, register

CONTACT_TIMES: Final[dict[str, Any]] = {
    "force": pl.String,
    "contact_ref": pl.String,
    "contact_at": UTC_TIME,
}
# A call waits for another short one, about two seconds in all.
LOCK_TRIES: Final = 8
LOCK_PAUSE: Final = 0.25
Progress = Callable[[str], None]


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends: the database role that writes, its name in the trail, the one force it may send.

    force None: every force of the file. waits: whether it waits until another import is done,
    however long that takes; a call of the API may not, since it holds a connection others need.
    """

    role: Role
    actor: str
    force: str | None = None
    waits: bool = True


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows. problems: row, column, problem of those not taken."""

    rows: int
    new: int
    known: int
    problems: pl.DataFrame
    ignored: list[str]

    @property
    def accepted(self) -> int:
        """Rows that are in the register now, whether they were before or not."""
        return self.new + self.known

    @property
    def rejected(self) -> int:
        """Rows that were not taken."""
        return self.problems["row"].n_unique()


class OtherForceError(NotAllowedError):
    """These rows are of another force than the one named, so nothing was taken in."""

    type = "other-force"


class ImportRunningError(NotNowError):
    """Another import of this force is running; send this again in a minute."""

    type = "import-running"


class _DryRunError(Exception):
    """Undoes the transaction of a dry run."""


class _Import(msgspec.Struct, frozen=True, kw_only=True):
    """What every step of one import needs."""

    parts: Parts
    kind: Kind
    sender: Sender
    now: datetime
    connection: Connection
    rejected: dict[str, int]
    progress: Progress


def silent(_: str) -> None:
    """Shows no progress."""


async def take(
    parts: Parts,
    kind: Kind,
    sheet: Sheet,
    sender: Sender,
    *,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Taken:
    """What became of the rows of a sheet: good ones are kept, bad ones come back in `problems`.

    Raises UnreadableError for wrong columns and OtherForceError for rows of a force the sender may
    not send; then nothing was taken in. A dry run does everything and keeps nothing.
    """
    items = paper.item_columns() if kind.name == "responses" else []
    ignored = check_columns(sheet, [*kind.names, *items], kind.required)
    _check_force(sheet, sender)
    now = parts.now()
    progress("checking")
    checked = await asyncio.to_thread(_check, sheet, kind, now)
    new = 0
    try:
        async with parts.database.transaction(sender.role, None) as connection:
            await _lock(connection, sender, checked.rows["force"].unique().to_list())
            checked = await _check_beside_register(connection, parts, kind, checked, now)
            new = await _write(
                _Import(
                    parts=parts,
                    kind=kind,
                    sender=sender,
                    now=now,
                    connection=connection,
                    rejected=_rejected_by_force(sheet, checked),
                    progress=progress,
                ),
                checked,
            )
            if dry_run:
                raise _DryRunError
    except _DryRunError:
        pass
    return Taken(
        rows=sheet.cells.height,
        new=new,
        known=checked.rows.height - new + checked.repeats,
        problems=checked.problems,
        ignored=ignored,
    )


async def _lock(connection: Connection, sender: Sender, forces: list[str]) -> None:
    """Holds the forces until the commit. Raises ImportRunningError where it may not wait."""
    if sender.waits:
        return await register.lock(connection, forces)
    for _ in range(LOCK_TRIES):
        if await register.try_lock(connection, forces):
            return None
        await asyncio.sleep(LOCK_PAUSE)
    raise ImportRunningError


def _check_force(sheet: Sheet, sender: Sender) -> None:
    """Rows of another force than the sender's: all are refused, since the file is the wrong one."""
    if sender.force is None or "force" not in sheet.columns:
        return
    named = sheet.cells["force"].str.strip_chars()
    if ((named != "") & (named != sender.force)).any():
        raise OtherForceError


def _check(sheet: Sheet, kind: Kind, now: datetime) -> Checked:
    checked = check_rows(sheet, kind, now)
    if kind.name == "responses":
        return paper.read_answers_of(sheet, checked)
    return settle_repeats(checked, kind)


def _rejected_by_force(sheet: Sheet, checked: Checked) -> dict[str, int]:
    """How many rows of each force are not taken."""
    bad = checked.problems.select(pl.col("row").alias(ROW)).unique()
    forces = sheet.cells.join(bad, on=ROW, how="semi")["force"].str.strip_chars()
    return dict(forces.value_counts(name="rows").iter_rows())


async def _check_beside_register(
    connection: Connection, parts: Parts, kind: Kind, checked: Checked, now: datetime
) -> Checked:
    """The same, checked against what stands in the register."""
    if kind.name not in ("outcomes", "responses"):
        return checked
    times = await _contact_times(connection, parts, checked.rows)
    beside = checked.rows.join(
        times.select("force", "contact_ref", contact_day("contact_at")),
        on=["force", "contact_ref"],
        how="left",
        validate="m:1",
    )
    if kind.name == "outcomes":
        return drop_broken(checked, broken(beside, rules_beside_contact()))
    checked = drop_broken(checked, broken(beside, paper.rules_beside_contact()))
    return await paper_keeping.settle_beside_answers(connection, parts.keys, checked, now)


async def _contact_times(connection: Connection, parts: Parts, rows: pl.DataFrame) -> pl.DataFrame:
    """force, contact_ref, contact_at of the contacts that stand here."""
    found: list[tuple[str, str, datetime]] = []
    for (force,), group in rows.group_by(["force"]):
        await set_force(connection, str(force))
        wanted = group["contact_ref"].unique().to_list()
        known = await find(connection, parts.keys, str(force), "contact", wanted)
        meant = {pseudonym: reference for reference, pseudonym in known.items()}
        times = await register.contact_times(connection, str(force), list(meant))
        found += [(str(force), meant[contact], at) for contact, at in times]
    return pl.DataFrame(found, schema=CONTACT_TIMES, orient="row")


async def _write(work: _Import, checked: Checked) -> int:
    """How many rows were new; each force has its own pseudonyms, batch and line in the trail."""
    forces = checked.rows.partition_by("force", as_dict=True, maintain_order=True)
    total = 0
    for (force,), rows in forces.items():
        work.progress(f"writing {force}")
        await set_force(work.connection, force)
        batch = new_id()
        keys = work.parts.keys
        if work.kind.name == "responses":
            new = await paper_keeping.keep_answers(
                work.connection, keys, force, rows, batch, work.now
            )
        else:
            new = await keep_versions(
                work.connection, keys, work.kind, force, rows, batch, work.now
            )
        await _record(work, force, batch, new, rows.height - new)
        total += new
    return total


async def _record(work: _Import, force: str, batch: UUID, new: int, known: int) -> None:
    """The batch, where it brought anything, and a line in the trail, whatever it brought."""
    counts = {"new": new, "known": known, "rejected": work.rejected.get(force, 0)}
    if new:
        await register.add_batch(
            work.connection,
            register.Batch(
                force=force,
                id=batch,
                kind=work.kind.name,
                received_at=work.now,
                received_from=work.sender.actor,
                rows_new=new,
                rows_known=known,
                rows_rejected=counts["rejected"],
            ),
        )
    detail = {"kind": work.kind.name, **counts}
    await audit.add_entry(
        work.connection, force, work.sender.actor, "import", batch if new else None, detail
    )

"""What forces send ends in the same register however often, and in whatever order, it comes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from service.intake import taking, writing
from service.intake.calls import rows_as_sheet
from service.intake.columns import KINDS
from service.intake.sheet import UnreadableError
from service.intake.taking import OtherForceError, Sender, take
from service.parts import Parts
from service.privacy.keys import Keys, rotated
from service.privacy.vault import unseal
from service.store import register
from tests.integration.intake.taking import WORKER, counts, everything, refusal, standing, take_in
from tests.unit.intake.rows import RIGHT, row

EARLY, LATE = "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z"


async def test_a_row_stands_as_it_was_sent(parts: Parts) -> None:
    taken = await take_in(parts, "contacts", row("contacts", recorded_at=EARLY))
    assert (taken.new, taken.known, taken.rejected) == (1, 0, 0)
    moment = datetime(2026, 3, 1, 10, tzinfo=UTC)
    recorded = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert await standing(parts, "contact_now") == [
        (3, "North", ["CSE", "DA"], "open", "8-11", moment, recorded, "")
    ]


@pytest.mark.parametrize("times", [{}, {"recorded_at": EARLY, "source_event_id": "e1"}])
@pytest.mark.parametrize("kind", ["contacts", "interventions", "events", "outcomes"])
async def test_the_same_file_again_changes_nothing(
    parts: Parts, kind: str, times: dict[str, str]
) -> None:
    first = await take_in(parts, kind, row(kind, **times), row(kind, contact_ref="C2", **times))
    before = await counts(parts)
    again = await take_in(parts, kind, row(kind, **times), row(kind, contact_ref="C2", **times))
    assert (first.new, first.known) == (2, 0)
    assert (again.new, again.known) == (0, 2)
    assert await counts(parts) == before


async def test_a_file_with_times_sent_again_does_not_undo_a_later_correction(
    parts: Parts,
) -> None:
    await take_in(parts, "contacts", row("contacts", recorded_at=EARLY))
    await take_in(parts, "contacts", row("contacts", severity=5, recorded_at=LATE))
    again = await take_in(parts, "contacts", row("contacts", recorded_at=EARLY))
    assert (again.new, again.known) == (0, 1)
    assert [each[0] for each in await standing(parts, "contact_now")] == [5]


async def test_a_gate_closed_opened_and_closed_again_without_times_is_closed(parts: Parts) -> None:
    # A clock that stands still: only the order of arrival tells the exports apart.
    still = msgspec.structs.replace(parts, now=lambda: datetime(2026, 5, 1, 8, tzinfo=UTC))
    said = []
    for gate in ("closed", "closed", "open", "open", "closed", "closed"):
        taken = await take_in(still, "contacts", row("contacts", evidence_gate=gate))
        said.append((taken.new, taken.known, await refusal(parts)))
    assert said == [
        *[(1, 0, "gate-closed"), (0, 1, "gate-closed")],
        *[(1, 0, None), (0, 1, None)],
        *[(1, 0, "gate-closed"), (0, 1, "gate-closed")],
    ]


async def test_a_row_without_a_time_comes_after_one_of_a_clock_that_runs_ahead(
    parts: Parts,
) -> None:
    now = datetime(2026, 5, 1, 8, tzinfo=UTC)
    still = msgspec.structs.replace(parts, now=lambda: now)
    ahead = row("contacts", evidence_gate="open", recorded_at="2026-05-01T20:00:00Z")
    closed = row("contacts", evidence_gate="closed")
    assert (await take_in(still, "contacts", closed, ahead)).new == 2
    assert await refusal(parts) == "gate-closed"
    again = await take_in(still, "contacts", closed, ahead)
    assert (again.new, again.known) == (0, 2)
    assert await refusal(parts) == "gate-closed"


async def test_a_withdrawal_without_a_time_takes_away_and_the_next_export_brings_back(
    parts: Parts,
) -> None:
    for withdrawn, left in [(False, 1), (True, 0), (False, 1), (True, 0)]:
        await take_in(parts, "events", row("events", withdrawn=withdrawn))
        assert len(await standing(parts, "event_now")) == left


async def test_the_newest_record_stands_and_then_the_larger_event(parts: Parts) -> None:
    for severity, recorded_at, event in [(5, LATE, "b"), (4, LATE, "a"), (3, EARLY, "z")]:
        changes = {"severity": severity, "recorded_at": recorded_at, "source_event_id": event}
        await take_in(parts, "contacts", row("contacts", **changes))
    assert [each[0] for each in await standing(parts, "contact_now")] == [5]


async def test_a_withdrawal_hides_its_row_and_a_newer_record_brings_it_back(parts: Parts) -> None:
    await take_in(parts, "events", row("events", recorded_at=EARLY))
    await take_in(parts, "events", row("events", recorded_at=LATE, withdrawn=True))
    assert await standing(parts, "event_now") == []
    await take_in(parts, "events", row("events", recorded_at="2026-03-04T09:00:00Z"))
    assert len(await standing(parts, "event_now")) == 1


async def test_files_may_come_before_their_contacts(parts: Parts) -> None:
    await take_in(parts, "events", row("events"))
    await take_in(parts, "contacts", row("contacts"))
    async with parts.database.transaction("worker", "kent") as connection:
        joined = await connection.fetchval(
            "SELECT count(*) FROM register.event_now JOIN register.contact_now USING (contact)"
        )
    assert joined == 1


async def test_no_reference_is_anywhere_in_clear(parts: Parts, database_url: str) -> None:
    canary = {"contact_ref": "CANARY-1", "case_ref": "CANARY-2", "child_ref": "CANARY-3"}
    await take_in(parts, "contacts", row("contacts", **canary))
    await take_in(parts, "events", row("events", contact_ref="CANARY-4"))
    await take_in(parts, "outcomes", row("outcomes", contact_ref="CANARY-5"))
    for column in ("source_event_id", "team", "owner", "gate_agreed_by"):
        for name, reference in canary.items():
            spoilt = row("contacts", contact_ref="C7") | {name: reference, column: reference}
            assert (await take_in(parts, "contacts", spoilt)).rejected == 1
    for kind, column in (("interventions", "provider"), ("events", "source_event_id")):
        spoilt = row(kind, contact_ref="CANARY-6") | {column: "of CANARY-6"}
        assert (await take_in(parts, kind, spoilt)).rejected == 1
    seen = await everything(database_url)
    assert "DA_ATTEND" in seen  # the rows were seen
    assert "CANARY" not in seen
    assert b"CANARY".hex() not in seen


async def test_the_vault_opens_to_the_original(parts: Parts) -> None:
    await take_in(parts, "contacts", row("contacts", contact_ref=" C/1é "))
    assert parts.keys.vault is not None
    async with parts.database.transaction("worker", "kent") as connection:
        kept = await connection.fetchrow(
            "SELECT o.* FROM vault.original AS o JOIN register.pseudonym AS p USING (force, id)"
            " WHERE p.kind = 'contact'"
        )
    assert kept is not None
    place = ("kent", "vault.original", kept["id"], kept["key_id"], kept["sealed"])
    assert unseal(parts.keys.vault, *place).decode() == "C/1é"


async def test_a_new_key_finds_what_the_old_one_made(parts: Parts) -> None:
    await take_in(parts, "contacts", row("contacts"))
    before = await counts(parts)
    keys = Keys(master=rotated(parts.keys.master), vault=parts.keys.vault)
    newer = msgspec.structs.replace(parts, keys=keys)
    taken = await take_in(newer, "contacts", row("contacts"))
    assert taken.known == 1
    assert await counts(newer) == before
    await take_in(newer, "contacts", row("contacts", contact_ref="C2"))
    assert (await counts(newer))["register.pseudonym"] == before["register.pseudonym"] + 1


async def test_two_imports_of_one_file_at_once_are_one(parts: Parts) -> None:
    rows = [row("contacts", contact_ref=f"C{n}", child_ref=f"P{n % 7}") for n in range(50)]
    rows += [each | {"force": "surrey"} for each in rows]
    taken = await asyncio.gather(*(take_in(parts, "contacts", *rows) for _ in range(3)))
    assert sorted(each.new for each in taken) == [0, 0, 100]
    for force in ("kent", "surrey"):
        held = await counts(parts, force)
        assert held["register.contact_version"] == 50
        assert held["register.pseudonym"] == held["vault.original"] == 50 + 7 + 1


async def test_rows_go_to_their_own_forces_and_a_force_sees_its_own(parts: Parts) -> None:
    await take_in(parts, "contacts", row("contacts"), row("contacts", force="surrey", severity=1))
    assert [each[0] for each in await standing(parts, "contact_now", "kent")] == [3]
    assert [each[0] for each in await standing(parts, "contact_now", "surrey")] == [1]


async def test_a_file_for_another_force_is_refused_whole(parts: Parts) -> None:
    kent = Sender(role="worker", actor="test", force="kent")
    for other in ("surrey", "atlantis"):
        with pytest.raises(OtherForceError):
            await take_in(
                parts, "contacts", row("contacts"), row("contacts", force=other), sender=kent
            )
    assert set((await counts(parts)).values()) == {0}


async def test_good_rows_go_in_and_bad_rows_come_back(parts: Parts) -> None:
    taken = await take_in(
        parts,
        "contacts",
        row("contacts"),
        row("contacts", contact_ref="C2", age_years=44),
        row("contacts", contact_ref="C3"),
    )
    assert (taken.new, taken.rejected) == (2, 1)
    assert taken.problems.rows() == [(2, "age_years", "This must be a whole number from 0 to 17.")]
    assert (await counts(parts))["register.contact_version"] == 2


async def test_a_rejected_row_leaves_no_trace_of_its_references(parts: Parts) -> None:
    await take_in(parts, "contacts", row("contacts", age_years=44))
    assert set((await counts(parts)).values()) == {0}


async def test_a_dry_run_says_what_would_happen_and_changes_nothing(
    parts: Parts, database_url: str
) -> None:
    await take_in(parts, "contacts", row("contacts"))
    before = await everything(database_url)
    rows = [row("contacts"), row("contacts", contact_ref="C2"), row("contacts", severity=9)]
    taken = await take_in(parts, "contacts", *rows, dry_run=True)
    assert (taken.new, taken.known, taken.rejected) == (1, 1, 1)
    assert await everything(database_url) == before


async def test_a_failure_half_way_leaves_nothing(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = writing.keep_versions

    async def fail_at_surrey(*given: Any) -> int:
        if given[3] == "surrey":
            raise OSError("the disk is full")
        return await keep(*given)

    monkeypatch.setattr(taking, "keep_versions", fail_at_surrey)
    with pytest.raises(OSError, match="disk"):
        await take_in(parts, "contacts", row("contacts"), row("contacts", force="surrey"))
    assert set((await counts(parts)).values()) == {0}


async def test_a_missing_column_stops_the_file(parts: Parts) -> None:

    lacking = {name: cell for name, cell in RIGHT["contacts"].items() if name != "case_ref"}
    with pytest.raises(UnreadableError, match="case_ref is missing"):
        await take(parts, KINDS["contacts"], rows_as_sheet([lacking], []), WORKER)


async def test_every_import_leaves_a_line_in_the_trail(parts: Parts, database_url: str) -> None:
    await take_in(parts, "contacts", row("contacts"), row("contacts", severity=0))
    await take_in(parts, "contacts", row("contacts"))
    async with parts.database.transaction("worker", "kent") as connection:
        batch = await connection.fetchrow("SELECT * FROM register.batch")
        assert batch is not None
        assert (batch["rows_new"], batch["rows_known"], batch["rows_rejected"]) == (1, 0, 1)
        version = await connection.fetchval("SELECT batch FROM register.contact_version")
        assert version == batch["id"]
    assert (await everything(database_url)).count("import") == 2


async def test_an_import_waits_for_another_of_the_same_force(parts: Parts) -> None:
    async with parts.database.transaction("worker", "kent") as connection:
        await register.lock(connection, ["kent"])
        waiting = asyncio.create_task(take_in(parts, "contacts", row("contacts")))
        await take_in(parts, "contacts", row("contacts", force="surrey"))
        await asyncio.sleep(0.05)
        assert not waiting.done()
    assert (await waiting).new == 1


async def test_a_row_without_a_time_counts_as_recorded_when_it_comes(parts: Parts) -> None:
    now = datetime(2026, 5, 1, 8, tzinfo=UTC)
    first = msgspec.structs.replace(parts, now=lambda: now)
    later = msgspec.structs.replace(parts, now=lambda: now + timedelta(hours=1))
    await take_in(first, "contacts", row("contacts", severity=1))
    await take_in(later, "contacts", row("contacts", severity=2))
    assert [each[0] for each in await standing(parts, "contact_now")] == [2]

"""Nobody is asked while the gate is closed, and the database sees to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from service.db import Connection, new_id, set_force
from tests.factories import (
    NOON,
    add_contact,
    add_event,
    add_invitation,
    add_outcome,
    owner,
)


@pytest_asyncio.fixture
async def durham(database_url: str) -> AsyncIterator[Connection]:
    connection = await owner(database_url, "durham")
    yield connection
    await connection.close()


async def refusal(connection: Connection, contact: UUID, respondent: str = "child") -> Any:
    return await connection.fetchval(
        "SELECT register.ask_refusal('durham', $1, $2)", contact, respondent
    )


@pytest.mark.parametrize(
    ("gate", "expected"), [("open", None), ("closed", "gate-closed"), ("", "gate-closed")]
)
async def test_the_gate_of_the_contact_decides_and_blank_is_closed(
    durham: Connection, gate: str, expected: str | None
) -> None:
    assert await refusal(durham, await add_contact(durham, evidence_gate=gate)) == expected


async def test_a_gate_event_decides_over_the_contact_row(durham: Connection) -> None:
    contact = await add_contact(durham, evidence_gate="")
    await add_event(durham, contact, "gate_opened", NOON + timedelta(days=1))
    assert await refusal(durham, contact) is None
    await add_event(durham, contact, "gate_closed", NOON + timedelta(days=2))
    assert await refusal(durham, contact) == "gate-closed"


async def test_a_stale_open_row_does_not_reopen_a_gate_that_was_closed(durham: Connection) -> None:
    contact = await add_contact(durham, evidence_gate="open")
    await add_event(durham, contact, "gate_closed", NOON + timedelta(days=1))
    await add_contact(durham, evidence_gate="open", recorded_at=NOON + timedelta(days=9))
    assert await refusal(durham, contact) == "gate-closed"


async def test_a_row_that_says_closed_after_the_gate_opened_closes_it(durham: Connection) -> None:
    contact = await add_contact(durham, evidence_gate="")
    await add_event(durham, contact, "gate_opened", NOON + timedelta(days=1))
    await add_contact(durham, evidence_gate="closed", recorded_at=NOON + timedelta(days=2))
    assert await refusal(durham, contact) == "gate-closed"


async def test_opened_and_closed_at_one_moment_is_closed(durham: Connection) -> None:
    contact = await add_contact(durham, evidence_gate="")
    await add_event(durham, contact, "gate_opened", NOON)
    await add_event(durham, contact, "gate_closed", NOON)
    assert await refusal(durham, contact) == "gate-closed"


async def test_an_agreement_past_its_review_date_no_longer_holds(durham: Connection) -> None:
    past = await add_contact(durham, gate_review_on=date(2020, 1, 1))
    ahead = await add_contact(durham, reference="C2", gate_review_on=date(2099, 1, 1))
    assert await refusal(durham, past) == "gate-review-due"
    assert await refusal(durham, ahead) is None


async def test_a_child_suspect_is_not_asked_before_the_final_disposal(durham: Connection) -> None:
    contact = await add_contact(durham, child_role="suspect")
    assert await refusal(durham, contact) == "suspect-before-disposal"
    assert await refusal(durham, contact, "carer") is None
    await add_outcome(durham, contact, final=False)
    assert await refusal(durham, contact) == "suspect-before-disposal"
    await add_outcome(durham, contact, final=True, recorded_at=NOON + timedelta(days=1))
    assert await refusal(durham, contact) is None


async def test_after_a_death_nobody_is_asked(durham: Connection) -> None:
    contact = await add_contact(durham)
    await add_event(durham, contact, "death", NOON)
    assert await refusal(durham, contact, "carer") == "stopped"


async def test_a_withdrawn_contact_is_no_contact(durham: Connection) -> None:
    contact = await add_contact(durham)
    await add_contact(durham, withdrawn=True, recorded_at=NOON + timedelta(days=1))
    assert await refusal(durham, contact) == "unknown-contact"


async def test_no_invitation_link_visit_or_answer_passes_a_closed_gate(
    durham: Connection,
) -> None:
    contact = await add_contact(durham)
    invitation = await add_invitation(durham, contact)
    response = new_id()
    await durham.execute(
        "INSERT INTO feedback.response (force, id, invitation, contact, respondent, respondent_no,"
        " wave, entered, instrument, version, language, state, started_at, changed_at)"
        " VALUES ('durham', $1, $2, $3, 'child', 1, 'T1', 'online', 'child-8-11', 1, 'en',"
        " 'partial', $4, $4)",
        response,
        invitation,
        contact,
        NOON,
    )
    await add_event(durham, contact, "gate_closed", NOON + timedelta(days=1))
    attempts = [
        add_invitation(durham, contact, wave="T2"),
        durham.execute(
            "INSERT INTO feedback.link VALUES ($1, 'durham', $2, 'link', now())",
            bytes(32),
            invitation,
        ),
        durham.execute(
            "INSERT INTO feedback.visit (force, id, response, started_at, expires_at)"
            " VALUES ('durham', $1, $2, now(), now())",
            new_id(),
            response,
        ),
        durham.execute('UPDATE feedback.response SET answers = \'{"safe": "safe"}\''),
    ]
    for attempt in attempts:
        with pytest.raises(asyncpg.PostgresError) as caught:
            await attempt
        assert caught.value.sqlstate == "HG001"


async def test_one_child_is_asked_once_in_90_days_across_contacts(durham: Connection) -> None:
    first = await add_contact(durham, reference="C1", child="P1")
    second = await add_contact(durham, reference="C2", child="P1")
    other = await add_contact(durham, reference="C3", child="P2")
    await add_invitation(durham, first)
    with pytest.raises(asyncpg.PostgresError) as caught:
        await add_invitation(durham, second, created_at=NOON + timedelta(days=89))
    assert caught.value.sqlstate == "HG002"
    await add_invitation(durham, other, created_at=NOON)
    await add_invitation(durham, second, respondent="carer", created_at=NOON)
    await add_invitation(durham, second, created_at=NOON + timedelta(days=90))


async def test_two_references_of_one_child_count_as_one(durham: Connection) -> None:
    first = await add_contact(durham, reference="C1", child="P1")
    second = await add_contact(durham, reference="C2", child="P2")
    await durham.execute(
        "UPDATE register.pseudonym SET subject = (SELECT child FROM register.contact_now"
        " WHERE contact = $1)"
        " WHERE id = (SELECT child FROM register.contact_now WHERE contact = $2)",
        first,
        second,
    )
    await add_invitation(durham, first)
    with pytest.raises(asyncpg.PostgresError) as caught:
        await add_invitation(durham, second)
    assert caught.value.sqlstate == "HG002"


async def test_an_ask_stopped_before_it_was_opened_does_not_count(durham: Connection) -> None:
    first = await add_contact(durham, reference="C1", child="P1")
    second = await add_contact(durham, reference="C2", child="P1")
    await add_invitation(durham, first, state="revoked", revoked_at=NOON)
    await add_invitation(durham, second)


async def test_the_gate_of_another_force_cannot_be_asked_about(
    durham: Connection, database_url: str
) -> None:
    contact = await add_contact(durham)
    async with durham.transaction():
        await set_force(durham, "kent")
        assert await refusal(durham, contact) == "unknown-contact"


async def test_a_death_stops_every_ask_about_the_child_on_every_contact(
    durham: Connection,
) -> None:
    first = await add_contact(durham, reference="C1", child="P1")
    second = await add_contact(durham, reference="C2", child="P1")
    other = await add_contact(durham, reference="C3", child="P2")
    await add_event(durham, first, "death", NOON)
    assert await refusal(durham, second, "carer") == "stopped"
    assert await refusal(durham, other) is None


async def test_a_child_has_one_number_so_that_no_second_ask_slips_by(durham: Connection) -> None:
    contact = await add_contact(durham)
    with pytest.raises(asyncpg.CheckViolationError, match="one_child"):
        await add_invitation(durham, contact, respondent_no=2)
    await add_invitation(durham, contact, respondent="carer", respondent_no=2)


async def test_a_link_made_again_counts_from_that_day(durham: Connection) -> None:
    first = await add_contact(durham, reference="C1", child="P1")
    second = await add_contact(durham, reference="C2", child="P1")
    asked = await add_invitation(durham, first)
    again = "UPDATE feedback.invitation SET reissued_at = $2 WHERE id = $1"
    await durham.execute(again, asked, NOON + timedelta(days=80))
    with pytest.raises(asyncpg.PostgresError, match="90 days"):
        await add_invitation(durham, second, created_at=NOON + timedelta(days=91))
    await add_invitation(durham, second, created_at=NOON + timedelta(days=170))
    with pytest.raises(asyncpg.PostgresError, match="90 days"):
        await durham.execute(again, asked, NOON + timedelta(days=171))

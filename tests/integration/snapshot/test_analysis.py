"""The analysis tables of a small register made by hand, row by row."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import numpy as np
import polars as pl
import pytest

from analytics.link import link
from analytics.register import Register, check_register
from analytics.snapshot import write_snapshot
from service.analysis_tables import answer_rows, current_register
from service.asking import Ask, invite, revoke
from service.parts import Parts
from service.store.analysis import SCHEMAS
from surveys.vocabulary import FORCES
from tests.integration.intake.taking import take_in
from tests.unit.intake.rows import row

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def today(parts: Parts) -> Parts:
    """The process on one known day; its clock goes on a second each time it is read."""
    ticks = itertools.count()
    return msgspec.structs.replace(parts, now=lambda: NOW + timedelta(seconds=next(ticks)))


async def frames(parts: Parts, *forces: str) -> Register:
    register = await current_register(parts, forces or FORCES)
    check_register(register)
    return register


async def ids(parts: Parts, force: str = "kent") -> dict[str, str]:
    """Subject → the name a test gave its contact, read from the team."""
    async with parts.database.transaction("worker", force) as connection:
        rows = await connection.fetch(
            "SELECT p.subject::text AS id, c.team FROM register.contact_now AS c"
            " JOIN register.pseudonym AS p ON p.force = c.force AND p.id = c.contact"
        )
    return {each["id"]: each["team"][::-1] for each in rows}


def contact(name: str, **changes: Any) -> dict[str, Any]:
    """A contact with its name as reference; backwards as team, where no reference may stand."""
    child = f"child of {name}"
    return row("contacts", contact_ref=name, team=name[::-1], child_ref=child, **changes)


async def test_an_empty_register_gives_empty_frames(today: Parts) -> None:
    register = await frames(today)
    assert register.contacts.height == register.asks.height == 0
    assert register.extract == date(2026, 5, 4)


async def test_what_stands_is_read_as_it_stands(today: Parts) -> None:
    await take_in(today, "contacts", contact("A"), contact("S", force="surrey", flags=None))
    await take_in(today, "contacts", contact("A", severity=5))
    await take_in(today, "interventions", row("interventions", contact_ref="A", provider=None))
    await take_in(today, "events", row("events", contact_ref="A", recorded_at="2026-03-02T00:00Z"))
    await take_in(today, "outcomes", row("outcomes", contact_ref="A", final=False))
    await take_in(today, "outcomes", row("outcomes", contact_ref="A", outcome="22", final=None))
    register = await frames(today)

    contacts = register.contacts.sort("force")
    facts = ["force", "severity", "flags", "age_band", "contact_at", "deprivation_decile"]
    at = datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert contacts.select(facts).rows() == [
        ("kent", 5, ["CSE", "DA"], "8-11", at, 2),
        ("surrey", 3, [], "8-11", at, 2),
    ]
    assert register.interventions.drop("contact_id").rows() == [
        (
            *("CHISVA", "delivered", date(2026, 3, 2), date(2026, 3, 3), date(2026, 5, 1)),
            *(None, 6.0),
        )
    ]
    assert register.events.drop("contact_id").rows() == [
        ("ppn_sent", datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))
    ]
    decided = (date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 3))
    assert register.outcomes.sort("outcome").drop("contact_id").rows() == [
        ("justice", "16", *decided, False, None),
        ("justice", "22", *decided, None, None),
    ]


async def test_one_force_alone_is_read_alone(today: Parts) -> None:
    await take_in(today, "contacts", contact("A"), contact("S", force="surrey"))
    assert (await frames(today, "surrey")).contacts["team"].to_list() == ["S"]


async def test_withdrawn_rows_and_rows_without_a_contact_are_not_there(today: Parts) -> None:
    await take_in(today, "contacts", contact("A"), contact("B"))
    await take_in(today, "contacts", contact("B", withdrawn=True))
    await take_in(today, "events", row("events", contact_ref="B"), row("events", contact_ref="X"))
    register = await frames(today)
    assert register.contacts["team"].to_list() == ["A"]
    assert register.events.height == 0
    assert set(register.asks["contact_id"]) == set(register.contacts["contact_id"])


async def test_merged_references_are_one_contact_and_one_child(
    today: Parts, database_url: str
) -> None:
    await take_in(
        today,
        "contacts",
        contact("A", recorded_at="2026-03-02T00:00Z", severity=1),
        contact("B", recorded_at="2026-03-03T00:00Z", severity=2),
        contact("C", recorded_at="2026-03-02T00:00Z"),
    )
    await take_in(today, "events", row("events", contact_ref="A"), row("events", contact_ref="B"))
    await merge(database_url, ["A", "B"])
    register = await frames(today)
    assert register.contacts.sort("severity").select("team", "severity").rows() == [
        ("B", 2),
        ("C", 3),
    ]
    assert register.events.height == 1
    kept = register.contacts.filter(pl.col("team") == "B")["contact_id"][0]
    assert register.events["contact_id"].to_list() == [kept]


async def merge(url: str, teams: list[str]) -> None:
    """Makes the contacts with these teams mean the first of them, as an administrator would."""
    connection = await asyncpg.connect(url)
    await connection.execute("SELECT set_config('heard.force', 'kent', false)")
    await connection.execute(
        "UPDATE register.pseudonym SET subject = (SELECT contact FROM register.contact_now"
        " WHERE team = $1[1]) WHERE id IN (SELECT contact FROM register.contact_now"
        " WHERE team = ANY ($1::text[]))",
        teams,
    )
    await connection.close()


async def test_answers_are_one_row_an_item_and_words_are_withheld(today: Parts) -> None:
    await take_in(today, "contacts", contact("A"), contact("B"))
    await take_in(today, "responses", row("responses", contact_ref="A"))
    await take_in(today, "responses", row("responses", contact_ref="B", withdrawn=True))
    answers = (await frames(today)).answers
    assert answers["contact_id"].n_unique() == 1
    values = dict(answers.select("item", "value").rows())
    assert (values["safe"], values["listened"], values["helped"]) == (
        *("felt_safe", "not_sure", "skipped"),
    )
    assert answers.select("version", "completion_mode", "answered_on").unique().rows() == [
        ("1", "alone", date(2026, 3, 20))
    ]


def test_a_partial_answer_counts_when_it_says_anything() -> None:
    def response(name: str, state: str, mode: str | None) -> tuple[Any, ...]:
        person = (name, name, "child", 1, "T1", "child-8-11", "1", mode, date(2026, 3, 1))
        return (*person, "online", state, NOW)

    responses = pl.DataFrame(
        [
            response("whole", "complete", None),
            response("begun", "partial", "alone"),
            response("opened", "partial", "alone"),
        ],
        schema=SCHEMAS["responses"],
        orient="row",
    )
    items = pl.DataFrame(
        [
            ("whole", "safe", "skipped"),
            ("begun", "who_is_with_you", "alone"),
            ("begun", "safe", "not_sure"),
            ("begun", "words", None),
            ("opened", "who_is_with_you", "alone"),
            ("opened", "safe", "skipped"),
        ],
        schema=SCHEMAS["items"],
        orient="row",
    )
    rows = answer_rows(responses, items)
    assert rows.select("contact_id", "item", "value", "completion_mode").rows() == [
        ("whole", "safe", "skipped", "not_stated"),
        ("begun", "who_is_with_you", "alone", "alone"),
        ("begun", "safe", "not_sure", "alone"),
        ("begun", "words", None, "alone"),
    ]


async def test_who_was_asked_and_who_was_not_and_why(today: Parts) -> None:
    suspect = {"child_role": "suspect", "contact_type": "CUSTODY"}
    await take_in(
        today,
        "contacts",
        *(contact(name) for name in ("paper", "card", "revoked", "text", "waits", "died")),
        contact("shut", evidence_gate="closed"),
        contact("blank", evidence_gate=None),
        contact("opened", evidence_gate=None),
        contact("due", gate_review_on="2026-05-03"),
        contact("suspect", **suspect),
        contact("disposed", **suspect),
        contact("old", age_years=17),
        contact("again", recorded_at="2026-03-01T12:00:00Z") | {"child_ref": "child of card"},
    )
    await take_in(
        today,
        "events",
        row("events", contact_ref="died", event="death"),
        row("events", contact_ref="opened", event="gate_opened"),
    )
    await take_in(today, "outcomes", row("outcomes", contact_ref="disposed", final=True))
    await take_in(today, "responses", row("responses", contact_ref="paper"))

    async def ask(name: str, channel: Any) -> Any:
        asked = Ask(contact_ref=name, respondent="child", wave="T1", channel=channel)
        return await invite(today, "kent", asked)

    await ask("card", "card")
    gone = await ask("revoked", "none")
    await revoke(today, "kent", gone.id)

    register, names = await frames(today), await ids(today)
    assert (
        register.asks.select("contact_id", "respondent", "respondent_no", "wave").is_unique().all()
    )
    rows = register.asks.with_columns(pl.col("contact_id").replace_strict(names).alias("name"))
    child = rows.filter(pl.col("respondent") == "child").sort("name")
    assert child.select("name", "asked", "channel", "state", "reason").rows() == [
        ("again", False, None, "not_asked", "asked_in_last_90_days"),
        ("blank", False, None, "not_asked", "gate_closed"),
        ("card", True, "card", "sent", None),
        ("died", False, None, "not_asked", "stopped"),
        ("disposed", False, None, "not_asked", "not_yet_asked"),
        ("due", False, None, "not_asked", "gate_review_due"),
        ("old", False, None, "not_asked", "no_survey"),
        ("opened", False, None, "not_asked", "not_yet_asked"),
        ("paper", True, "paper", "answered", None),
        ("revoked", False, None, "revoked", "revoked"),
        ("shut", False, None, "not_asked", "gate_closed"),
        ("suspect", False, None, "not_asked", "suspect_before_disposal"),
        ("text", False, None, "not_asked", "not_yet_asked"),
        ("waits", False, None, "not_asked", "not_yet_asked"),
    ]
    paper = rows.filter((pl.col("name") == "paper") & pl.col("asked"))
    assert paper.select("asked_on", "answered_on").rows() == [(date(2026, 3, 20),) * 2]
    carer = rows.filter((pl.col("respondent") == "carer") & (pl.col("name") == "suspect"))
    assert carer["reason"].to_list() == ["not_yet_asked"]


async def test_the_reasons_are_the_databases_own(parts: Parts) -> None:
    """The database refuses one contact at a time; the frames must say the same of all at once."""
    roles = ("victim", "suspect")
    gates = ("open", "closed", None)
    spans = (None, "2026-01-01", "2036-01-01")
    made = [
        contact(
            f"{role} {gate} {span} {n}",
            child_role=role,
            evidence_gate=gate,
            gate_review_on=span,
            recorded_at=f"2026-03-0{n + 2}T00:00:00Z",
        )
        for role in roles
        for gate in gates
        for span in spans
        for n in (0, 1, 2)
    ]
    await take_in(parts, "contacts", *made)
    rng = random.Random(4)
    happenings = (
        ("gate_opened", "2026-03-02T12:00:00Z"),
        ("gate_closed", "2026-03-03T12:00:00Z"),
        ("death", "2026-03-04T12:00:00Z"),
    )
    events = [
        row("events", contact_ref=each["contact_ref"], event=event, happened_at=happened)
        for each in made
        for event, happened in happenings
        if rng.random() < 0.35
    ]
    await take_in(parts, "events", *events)
    final = [row("outcomes", contact_ref=each["contact_ref"]) for each in made[::2]]
    await take_in(parts, "outcomes", *final)
    asks = (await frames(parts, "kent")).asks.filter(pl.col("state") == "not_asked")
    async with parts.database.transaction("analyst", "kent") as connection:
        refusals = {
            (str(each["contact"]), who): each["refusal"]
            for who in ("child", "carer")
            for each in await connection.fetch(
                "SELECT contact, register.ask_refusal('kent', contact, $1) AS refusal"
                " FROM register.contact_for_analysis",
                who,
            )
        }
    said = {
        (each["contact_id"], each["respondent"]): each["reason"]
        for each in asks.iter_rows(named=True)
    }
    assert len(said) == len(refusals) == 2 * len(made)
    expected = {
        key: refusal.replace("-", "_") if refusal else "not_yet_asked"
        for key, refusal in refusals.items()
    }
    assert said == expected
    assert len(set(expected.values())) == 5


async def test_the_analyst_reads_no_year_of_age_no_owner_and_no_vault(parts: Parts) -> None:
    await take_in(parts, "contacts", contact("A"))
    forbidden = (
        "SELECT age_years FROM register.contact_version",
        "SELECT owner FROM register.contact_version",
        "SELECT blind_index FROM register.pseudonym",
        "SELECT * FROM vault.original",
        "SELECT * FROM register.contact_now",
    )
    for query in forbidden:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with parts.database.transaction("analyst", "kent") as connection:
                await connection.fetch(query)


def bytes_of(folder: Path) -> bytes:
    """Every byte of every file of a folder."""
    return b"".join(each.read_bytes() for each in folder.iterdir())


async def test_the_snapshot_names_nothing_that_the_register_names(
    today: Parts, tmp_path: Path
) -> None:
    await take_in(today, "contacts", *(contact(f"CANARY-{n}") for n in range(3)))
    await take_in(today, "responses", row("responses", contact_ref="CANARY-1"))
    register = await frames(today)
    said = write_snapshot(register, tmp_path, np.random.default_rng())
    assert said["simulated"] is False
    linked = pl.read_parquet(tmp_path / "linked.parquet")
    assert linked.height == 3
    assert linked["responded"].to_list().count(1) == 1
    written = bytes_of(tmp_path)
    assert b"CANARY" not in written
    assert b"YRANAC" not in written
    assert not any(each.encode() in written for each in register.contacts["contact_id"])


@pytest.mark.parametrize(
    ("recorded_at", "corrected_at"), [(None, None), ("2022-06-01T12:00Z", "2026-05-03T00:00Z")]
)
async def test_a_correction_or_a_late_import_is_no_delay_in_recording(
    today: Parts, recorded_at: str | None, corrected_at: str | None
) -> None:
    child = {"child_ref": "one child", "recorded_at": recorded_at}
    first = contact("A") | child | {"contact_at": "2022-03-01T10:00:00Z"}
    again = contact("B") | child | {"contact_at": "2022-06-01T10:00:00Z"}
    for each in (first, again):
        each |= {"reported_at": None, "first_contact_at": None}
    await take_in(today, "contacts", first, again)
    await take_in(today, "contacts", again | {"severity": 5, "recorded_at": corrected_at})
    found = link(await frames(today, "kent")).sort("contact_day")
    assert found["severity"].to_list() == [3, 5]
    for event in ("rereferral", "repeat_contact"):
        assert found[f"{event}_day"].to_list() == [found["contact_day"][1], None]
        assert found[f"{event}_recorded_day"].to_list() == [None, None]


async def test_one_simulated_contact_makes_the_snapshot_simulated(
    today: Parts, tmp_path: Path
) -> None:
    await take_in(today, "contacts", contact("A"), contact("B", source_event_id="SIMULATED-1-c1"))
    said = write_snapshot(await frames(today), tmp_path, np.random.default_rng())
    assert said["simulated"] is True

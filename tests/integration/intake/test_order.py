"""Rows of every kind in every order of arrival end in the same register."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from service.parts import Parts
from surveys.vocabulary import OUTCOME_SETS
from tests.integration.intake.taking import refusal, standing, take_in
from tests.unit.intake.rows import row

EARLY = "2026-03-02T09:00:00Z"


def history(kind: str, rng: random.Random) -> list[dict[str, Any]]:
    """Forty records of a few things, each with a time: corrections, repeats, withdrawals."""
    key: dict[str, list[Any]] = {
        "contacts": [{}],
        "interventions": [{"intervention": each} for each in ("CHISVA", "RHI")],
        "events": [{"happened_at": f"2026-03-0{day}T12:00:00Z"} for day in (1, 2)],
        "outcomes": [{"outcome": each} for each in ("16", "22")],
    }
    said: dict[str, list[Any]] = {
        "contacts": [{"severity": 2}, {"severity": 4, "flags": None}],
        "interventions": [{"dose": 1}, {"provider": None}],
        "events": [{}],
        "outcomes": [{"final": True}, {"final": None}, {"decided_on": "2026-04-02"}],
    }
    rows = [
        row(
            kind,
            contact_ref=f"C{rng.randint(1, 3)}",
            recorded_at=f"2026-03-{rng.randint(10, 14)}T09:00:00Z",
            source_event_id=f"e{rng.randint(1, 3)}",
            withdrawn=rng.random() < 0.2,
            **rng.choice(key[kind]),
            **rng.choice(said[kind]),
        )
        for _ in range(40)
    ]
    # The source says one thing in one event; otherwise only a digest could decide.
    once = {(r["contact_ref"], r["recorded_at"], r["source_event_id"]): r for r in rows}
    return list(once.values())


NATURAL = {
    "contacts": ("contact_ref",),
    "interventions": ("contact_ref", "intervention", "status"),
    "events": ("contact_ref", "event", "happened_at"),
    "outcomes": ("contact_ref", "outcome_set", "outcome"),
}


def newest_by_hand(kind: str, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(recorded_at, source_event_id) of what stands: a slow reading in plain Python."""
    newest: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in rows:
        key = tuple(each[name] for name in NATURAL[kind])
        rank = (each["recorded_at"], each["source_event_id"])
        held = newest.get(key)
        if held is None or rank > (held["recorded_at"], held["source_event_id"]):
            newest[key] = each
    stands = [each for each in newest.values() if not each["withdrawn"]]
    return sorted((each["recorded_at"], each["source_event_id"]) for each in stands)


async def test_every_order_of_arrival_ends_alike(parts: Parts) -> None:
    """Rows of every kind shuffled together, in files of any size, some rows sent twice."""
    rng = random.Random("order of arrival")
    rows = {kind: history(kind, rng) for kind in NATURAL}
    for force in ("kent", "surrey", "durham"):
        sent = [(kind, each | {"force": force}) for kind in rows for each in rows[kind]]
        rng.shuffle(sent)
        while sent:
            size = rng.randint(1, 30)
            for kind in NATURAL:
                file = [each for name, each in sent[:size] if name == kind]
                assert (await take_in(parts, kind, *file)).rejected == 0
            sent = sent[size - (size > 1 and rng.random() < 0.3) :]
    for kind in NATURAL:
        view = f"{kind[:-1]}_now"
        ends = [await standing(parts, view, force) for force in ("kent", "surrey", "durham")]
        assert ends[0] == ends[1] == ends[2]
        held = sorted((f"{each[-2]:%Y-%m-%dT%H:%M:%SZ}", each[-1]) for each in ends[0])
        assert held == newest_by_hand(kind, rows[kind])


async def test_an_outcome_on_the_wrong_side_of_its_contact_stands_in_no_order(
    parts: Parts,
) -> None:
    """Refused after its contact, passed over before it: the older right version stands."""
    placebo = {"outcome_set": "education", "outcome": "placebo_prior_attendance", "final": None}
    sent = [
        ("contacts", row("contacts")),
        ("outcomes", row("outcomes", recorded_at="2026-04-03T09:00:00Z")),
        ("outcomes", row("outcomes", recorded_at="2026-04-04T09:00:00Z", decided_on="2026-02-28")),
        ("outcomes", row("outcomes", outcome="22", decided_on="2026-02-28")),
        ("outcomes", row("outcomes", **placebo, value=90, decided_on="2026-03-01")),
    ]
    ends = []
    orders = [sent, sent[::-1], [*sent[2:], *sent[:2]]]
    for order, force in zip(orders, ("kent", "surrey", "durham"), strict=True):
        for kind, each in order:
            await take_in(parts, kind, each | {"force": force})
        ends.append([each[:3] for each in await standing(parts, "outcome_now", force)])
    assert ends == [[("justice", "16", date(2026, 4, 1))]] * 3


async def test_a_disposal_before_the_contact_does_not_let_a_suspect_be_asked(parts: Parts) -> None:
    await take_in(parts, "outcomes", row("outcomes", decided_on="2026-02-28"))
    await take_in(parts, "contacts", row("contacts", child_role="suspect"))
    assert await refusal(parts) == "suspect-before-disposal"
    await take_in(parts, "outcomes", row("outcomes", decided_on="2026-04-01"))
    assert await refusal(parts) is None


async def test_the_database_holds_every_outcome_to_the_side_its_vocabulary_names(
    parts: Parts,
) -> None:
    codes = [
        (
            *(group.code, code, outcome.measure),
            *(group.may_precede(code), outcome.must_precede_contact),
        )
        for group in OUTCOME_SETS.values()
        for code, outcome in group.outcomes.items()
    ]
    told = {"recorded_on": None, "told_child_on": None, "final": None, "recorded_at": EARLY}
    sent = [
        row("outcomes", contact_ref=ref, outcome_set=group, outcome=code, decided_on=day)
        | told
        | {"value": measure.maximum if measure else None}
        for group, code, measure, *_ in codes
        for ref, day in (("BEFORE", "2026-02-28"), ("AFTER", "2026-03-01"))
    ]
    assert (await take_in(parts, "outcomes", *sent)).rejected == 0
    await take_in(parts, "contacts", *(row("contacts", contact_ref=n) for n in ("BEFORE", "AFTER")))
    held = {each[:3] for each in await standing(parts, "outcome_now")}
    for group, code, _, may, must in codes:
        assert ((group, code, date(2026, 2, 28)) in held) == may
        assert ((group, code, date(2026, 3, 1)) in held) == (not must)


async def test_an_outcome_before_its_contact_is_refused_where_its_set_may_not(
    parts: Parts,
) -> None:
    await take_in(parts, "contacts", row("contacts"))
    prior = {"outcome_set": "education", "outcome": "placebo_prior_attendance", "final": None}
    taken = await take_in(
        parts,
        "outcomes",
        row("outcomes", decided_on="2026-02-28"),
        row("outcomes", outcome="22", decided_on="2026-03-01"),
        row("outcomes", **prior, value=90, decided_on="2026-02-01", told_child_on=None),
        row("outcomes", contact_ref="C9", decided_on="2026-02-28"),
    )
    assert [problem[:2] for problem in taken.problems.rows()] == [(1, "decided_on")]
    late = await take_in(
        parts, "outcomes", row("outcomes", **prior, value=90, decided_on="2026-03-01")
    )
    assert late.problems["problem"].to_list() == [
        "This must be measured before its contact; correct it."
    ]

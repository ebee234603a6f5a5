"""One wrong cell is one problem, named by row and column, that never repeats the cell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from service.intake.checking import Checked, check_rows, settle_repeats
from service.intake.columns import KINDS
from service.intake.paper import read_answers_of
from tests.unit.intake.rows import row, sheet

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def check(kind: str, *rows: Any) -> Checked:
    came = sheet(kind, *rows)
    checked = check_rows(came, KINDS[kind], NOW)
    if kind == "responses":
        return read_answers_of(came, checked)
    return settle_repeats(checked, KINDS[kind])


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_right_row_has_no_problem(kind: str) -> None:
    checked = check(kind, row(kind))
    assert checked.problems.rows() == []
    assert checked.rows.height == 1


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_required_cell_must_be_filled(kind: str) -> None:
    for column in KINDS[kind].required:
        problems = check(kind, row(kind, **{column: "  "})).problems.rows()
        assert problems == [(1, column, "This is required and is blank; fill it in.")]


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("contacts", {"force": "atlantis"}, "force", "No force has this slug"),
    ("contacts", {"contact_ref": "x" * 201}, "contact_ref", "longer than 200 characters"),
    ("contacts", {"contact_ref": "a\nb"}, "contact_ref", "line break"),
    ("contacts", {"contact_ref": "a\x00b"}, "contact_ref", "control character"),
    ("contacts", {"contact_at": "01/03/2026"}, "contact_at", "not a time"),
    ("contacts", {"contact_at": "1989-12-31T00:00Z"}, "contact_at", "before 1990"),
    ("contacts", {"contact_at": "2026-06-03T00:00Z"}, "contact_at", "in the future"),
    ("contacts", {"contact_at": "2026-03-29T01:30"}, "contact_at", "clocks left this hour out"),
    ("contacts", {"contact_type": "da_attend"}, "contact_type", "not a code of contact_type"),
    ("contacts", {"child_role": "offender"}, "child_role", "use victim, witness"),
    ("contacts", {"age_years": 18}, "age_years", "whole number from 0 to 17"),
    ("contacts", {"age_years": -1}, "age_years", "whole number from 0 to 17"),
    ("contacts", {"age_years": "9.5"}, "age_years", "whole number from 0 to 17"),
    ("contacts", {"age_years": "nine"}, "age_years", "whole number from 0 to 17"),
    ("contacts", {"severity": 6}, "severity", "whole number from 1 to 5"),
    ("contacts", {"gender": "F"}, "gender", "use female, male"),
    ("contacts", {"ethnic_group": "O1"}, "ethnic_group", "not a code"),
    ("contacts", {"flags": "CSE;XYZ"}, "flags", "One of these is no code"),
    ("contacts", {"deprivation_decile": 0}, "deprivation_decile", "from 1 to 10"),
    ("contacts", {"evidence_gate": "ajar"}, "evidence_gate", "use open, closed"),
    ("contacts", {"gate_review_on": "soon"}, "gate_review_on", "not a day"),
    ("contacts", {"gate_review_on": "2046-01-01"}, "gate_review_on", "more than ten years"),
    (
        "contacts",
        {"first_contact_at": "2026-03-01T08:59Z"},
        "first_contact_at",
        "before the report",
    ),
    ("contacts", {"recorded_at": "2026-06-09T00:00Z"}, "recorded_at", "in the future"),
    ("contacts", {"withdrawn": "perhaps"}, "withdrawn", "neither true nor false"),
    ("interventions", {"intervention": "HUG"}, "intervention", "not a code"),
    ("interventions", {"status": "planned"}, "status", "use offered, accepted"),
    ("interventions", {"ended_on": "2026-03-01"}, "ended_on", "ended before it started"),
    ("interventions", {"dose": -1}, "dose", "number from 0 to 10,000"),
    ("interventions", {"dose": "inf"}, "dose", "number from 0 to 10,000"),
    ("interventions", {"offered_on": "2026-06-03"}, "offered_on", "in the future"),
    ("events", {"event": "sneeze"}, "event", "not a code"),
    ("events", {"happened_at": "2026-06-03T00:00Z"}, "happened_at", "in the future"),
    ("outcomes", {"outcome": "0"}, "outcome", "no outcome"),
    ("outcomes", {"outcome": "23"}, "outcome", "not an outcome of the set justice; use 1, 2"),
    ("outcomes", {"outcome_set": "luck"}, "outcome_set", "not a code"),
    ("outcomes", {"outcome_set": "safeguarding"}, "outcome", "use NFA"),
    ("outcomes", {"value": 3}, "value", "carries no value"),
    ("outcomes", {"told_child_on": "2026-03-31"}, "told_child_on", "told before it was decided"),
    ("outcomes", {"recorded_on": "2026-03-31"}, "recorded_on", "recorded before it was decided"),
    ("outcomes", {"outcome_set": "wellbeing", "outcome": "swemwbs"}, "value", "needs its value"),
    (
        "outcomes",
        {"outcome_set": "wellbeing", "outcome": "swemwbs", "value": 36},
        "value",
        "a whole number from 7 to 35",
    ),
    (
        "outcomes",
        {"outcome_set": "wellbeing", "outcome": "swemwbs", "value": 20.5},
        "value",
        "a whole number from 7 to 35",
    ),
    (
        "outcomes",
        {"outcome_set": "education", "outcome": "attendance", "value": 100.1},
        "value",
        "a number from 0 to 100",
    ),
    ("responses", {"instrument": "nobodys"}, "instrument", "no survey of this id and version"),
    ("responses", {"version": 99}, "instrument", "no survey of this id and version"),
    ("responses", {"respondent": "carer"}, "respondent", "another respondent"),
    ("responses", {"respondent_no": 10}, "respondent_no", "from 1 to 9"),
    ("responses", {"wave": "T9"}, "wave", "use T1, T2, T3"),
    ("responses", {"completion_mode": "drunk"}, "completion_mode", "use alone"),
    ("responses", {"safe": "very"}, "safe", "use felt_safe, did_not_feel_safe, not_sure, skipped"),
    ("responses", {"who_is_with_you": "proxy"}, "who_is_with_you", "something else than"),
]


@pytest.mark.parametrize(("kind", "changes", "column", "said"), WRONG)
def test_a_wrong_cell_is_named(kind: str, changes: dict[str, Any], column: str, said: str) -> None:
    checked = check(kind, row(kind), row(kind, **({"contact_ref": "C2"} | changes)))
    assert [(number, name) for number, name, _ in checked.problems.rows()] == [(2, column)]
    assert said in checked.problems["problem"][0]
    assert checked.rows["row"].to_list() == [1]


def test_every_wrong_cell_of_a_row_is_listed() -> None:
    wrong = row("contacts", age_years=40, gender="x", flags="Y", contact_at="never")
    columns = check("contacts", wrong).problems["column"].to_list()
    assert sorted(columns) == ["age_years", "contact_at", "flags", "gender"]


def test_what_may_lie_ahead_may() -> None:
    assert check("events", row("events", event="trial_date", happened_at="2026-12-01")).rows.height
    planned = row("interventions", started_on="2026-07-01", ended_on="2026-09-01")
    assert check("interventions", planned).rows.height == 1


def test_a_blank_gate_and_blank_facts_are_allowed() -> None:
    optional = set(KINDS["contacts"].names) - set(KINDS["contacts"].required)
    checked = check("contacts", row("contacts", **dict.fromkeys(optional)))
    assert checked.problems.is_empty()
    assert checked.rows["evidence_gate"].to_list() == [None]


def test_references_are_the_same_however_they_are_spaced_and_composed() -> None:
    checked = check(
        "events", row("events", contact_ref=" Zo\u00eb "), row("events", contact_ref="Zoe\u0308")
    )
    assert checked.rows["contact_ref"].to_list() == ["Zo\u00eb"]
    assert checked.repeats == 1


def test_rows_that_contradict_each_other_without_a_time_are_refused_from_the_second_on() -> None:
    checked = check("contacts", row("contacts"), row("contacts"), row("contacts", severity=4))
    assert checked.rows["row"].to_list() == [1]
    assert checked.repeats == 1
    assert checked.problems.rows() == [
        (
            3,
            "recorded_at",
            "Row 3 says something else about the contact of row 1, and recorded_at does not say "
            "which is newer; fill it in, or send one of them.",
        )
    ]


def test_rows_that_contradict_each_other_with_times_are_history() -> None:
    first, second = "2026-03-02T09:00Z", "2026-03-02T10:00Z"
    checked = check(
        "contacts",
        row("contacts", recorded_at=second, severity=4),
        row("contacts", recorded_at=first),
        row("contacts", recorded_at=first),
    )
    assert checked.problems.is_empty()
    assert (checked.rows["row"].to_list(), checked.repeats) == ([1, 2], 1)


def test_a_final_that_is_false_is_not_a_final_that_is_blank() -> None:
    checked = check("outcomes", row("outcomes", final=None), row("outcomes", final=False))
    assert checked.problems["row"].to_list() == [2]


def test_paper_answers_are_whole_with_blanks_as_skipped() -> None:
    said = check("responses", row("responses")).rows["_said"][0]
    assert '"safe":"felt_safe"' in said
    assert '"listened":"not_sure"' in said
    assert '"helped":"skipped"' in said
    assert '"who_is_with_you":"alone"' in said


@pytest.mark.parametrize(
    ("kind", "column", "reference"),
    [
        ("contacts", "source_event_id", "contact_ref"),
        ("contacts", "source_event_id", "child_ref"),
        ("contacts", "team", "case_ref"),
        ("contacts", "owner", "contact_ref"),
        ("contacts", "gate_agreed_by", "child_ref"),
        ("interventions", "provider", "contact_ref"),
        ("events", "source_event_id", "contact_ref"),
        ("outcomes", "source_event_id", "contact_ref"),
        ("responses", "source_event_id", "contact_ref"),
    ],
)
def test_a_reference_may_not_stand_in_a_column_kept_in_clear(
    kind: str, column: str, reference: str
) -> None:
    for held in ("N/3.[7", "x-n/3.[7-2", " N/3.[7 "):
        spoilt = row(kind, **{reference: " N/3.[7 ", column: held})
        found = check_rows(sheet(kind, spoilt), KINDS[kind], NOW).problems.rows()
        sentence = "references must stand only in their own columns."
        assert [(each[:2], each[2].endswith(sentence)) for each in found] == [((1, column), True)]


def test_a_short_reference_and_one_of_another_row_are_no_reference_in_clear() -> None:
    rows = [
        row("contacts", contact_ref="C12", source_event_id="C12-1"),
        row("contacts", contact_ref="LONG-2", source_event_id="LONG-3"),
        row("contacts", contact_ref="LONG-3", source_event_id=None, team=None),
        row("contacts", contact_ref="SIM7-contact-01", source_event_id="SIMULATED-7-01"),
    ]
    assert check_rows(sheet("contacts", *rows), KINDS["contacts"], NOW).problems.is_empty()

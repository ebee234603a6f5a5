"""The manual of linking: time zero, start window, arms, earlier contacts, outcomes, answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from analytics import register
from analytics.link import link
from analytics.tables import check, day_number

DAY_ZERO = date(2025, 3, 3)  # a Monday


def on(day: int) -> date:
    return DAY_ZERO + timedelta(days=day)


def at(day: int) -> datetime:
    return datetime.combine(on(day), datetime.min.time(), UTC) + timedelta(hours=10)


def contact(contact_id: str, day: int, **facts: Any) -> dict[str, Any]:
    return {
        "contact_id": contact_id, "case_id": "k1", "child_id": "child-1", "force": "durham",
        "team": "t1", "contact_at": at(day), "contact_type": "SCHOOL", "child_role": "victim",
        "age_band": "8-11", "severity": 3, "gender": "female", "ethnic_group": "W1", "flags": [],
        "deprivation_decile": 4, "reported_at": at(day), "first_contact_at": at(day),
        "recorded_at": at(day), "source_event_id": None,
    } | facts  # fmt: skip


def help_offered(contact_id: str, code: str, day: int, **facts: Any) -> dict[str, Any]:
    return {
        "contact_id": contact_id, "intervention": code, "status": "delivered",
        "offered_on": on(day), "started_on": on(day), "ended_on": None, "provider": None,
        "dose": None,
    } | facts  # fmt: skip


def outcome(contact_id: str, code: str, day: int, **facts: Any) -> dict[str, Any]:
    return {
        "contact_id": contact_id, "outcome_set": "followup", "outcome": code,
        "decided_on": on(day), "recorded_on": on(day + 5), "told_child_on": None, "final": None,
        "value": None,
    } | facts  # fmt: skip


def answer(contact_id: str, item: str, value: str, day: int, **facts: Any) -> dict[str, Any]:
    return {
        "contact_id": contact_id, "respondent": "child", "respondent_no": 1, "wave": "T1",
        "instrument": "child-8-11", "version": "1", "completion_mode": "alone",
        "answered_on": on(day), "item": item, "value": value,
    } | facts  # fmt: skip


def linked(extract_day: int = 400, **rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The linked rows by contact_id."""
    frames = {
        name: pl.DataFrame(rows.get(name, []), schema=columns)
        for name, columns in register.FRAMES.items()
    }
    table = link(register.Register(extract=on(extract_day), **frames))
    check(table, "linked")
    return {row["contact_id"]: row for row in table.to_dicts()}


def test_help_offered_within_seven_days_is_the_arm() -> None:
    rows = linked(
        contacts=[contact("a", 0), contact("b", 0, child_id="child-2")],
        interventions=[help_offered("a", "CHISVA", 6), help_offered("b", "CHISVA", 7)],
    )
    assert rows["a"]["intervention"] == "chisva"
    assert rows["b"]["intervention"] == "usual"
    assert (rows["a"]["offered_chisva"], rows["b"]["offered_chisva"]) == (1, 0)


def test_help_begun_on_day_200_is_not_treated_from_day_0() -> None:
    rows = linked(contacts=[contact("a", 0)], interventions=[help_offered("a", "CHISVA", 200)])
    assert rows["a"]["intervention"] == "usual"
    assert rows["a"]["got_chisva"] == 0


def test_help_offered_before_the_contact_belongs_to_another_contact() -> None:
    rows = linked(contacts=[contact("a", 0)], interventions=[help_offered("a", "CHISVA", -1)])
    assert rows["a"]["intervention"] == "usual"


def test_two_different_offers_are_several_and_the_same_offer_twice_is_one() -> None:
    rows = linked(
        contacts=[contact("a", 0), contact("b", 0, child_id="child-2")],
        interventions=[
            help_offered("a", "CHISVA", 1),
            help_offered("a", "CHILD_HOUSE", 2),
            help_offered("b", "CHISVA", 1),
            help_offered("b", "CHISVA", 3),
        ],
    )
    assert rows["a"]["intervention"] == "several"
    assert rows["b"]["intervention"] == "chisva"


def test_declined_help_was_offered_but_not_got() -> None:
    rows = linked(
        contacts=[contact("a", 0)],
        interventions=[help_offered("a", "CHISVA", 1, status="declined", started_on=None)],
    )
    assert rows["a"]["intervention"] == "chisva"
    assert (rows["a"]["offered_chisva"], rows["a"]["got_chisva"]) == (1, 0)


def test_the_arm_is_unknown_while_the_start_window_is_not_over() -> None:
    rows = linked(extract_day=5, contacts=[contact("a", 0)])
    assert rows["a"]["intervention"] is None


def test_earlier_contacts_are_counted_and_later_ones_are_not() -> None:
    rows = linked(contacts=[contact("late", 90), contact("first", 0), contact("mid", 30)])
    assert {name: row["prior_contacts"] for name, row in rows.items()} == {
        "first": 0, "mid": 1, "late": 2,
    }  # fmt: skip


def test_two_contacts_at_one_moment_are_counted_in_the_order_of_their_ids() -> None:
    made = [contact("b", 0), contact("a", 0), contact("c", 0)]
    for arrived in (made, made[::-1]):
        rows = linked(contacts=arrived)
        assert [rows[name]["prior_contacts"] for name in "abc"] == [0, 1, 2]


def test_the_next_contact_after_the_window_is_the_repeat_contact() -> None:
    rows = linked(contacts=[contact("a", 0), contact("b", 3), contact("c", 50)])
    zero = day_number(DAY_ZERO)
    assert rows["a"]["repeat_contact_day"] == zero + 50
    assert rows["a"]["rereferral_day"] == zero + 50
    assert rows["b"]["repeat_contact_day"] == zero + 50
    assert rows["c"]["repeat_contact_day"] is None


def test_a_referral_that_was_sent_goes_before_the_next_contact() -> None:
    rows = linked(
        contacts=[contact("a", 0), contact("c", 50)], outcomes=[outcome("a", "rereferral", 80)]
    )
    zero = day_number(DAY_ZERO)
    assert rows["a"]["rereferral_day"] == zero + 80
    assert rows["a"]["rereferral_recorded_day"] == zero + 85
    assert rows["a"]["repeat_contact_day"] == zero + 50


def test_a_force_that_sends_no_referrals_has_its_next_contacts_instead() -> None:
    other = {"child_id": "child-2", "force": "kent"}
    rows = linked(
        contacts=[
            contact("a", 0),
            contact("c", 50),
            contact("silent", 0, **other),
            contact("next", 40, **other),
        ],
        outcomes=[outcome("a", "rereferral", 80), outcome("a", "repeat_contact", 90)],
    )
    zero = day_number(DAY_ZERO)
    assert (rows["a"]["rereferral_day"], rows["a"]["repeat_contact_day"]) == (zero + 80, zero + 90)
    assert rows["silent"]["rereferral_day"] == zero + 40
    assert rows["silent"]["repeat_contact_day"] == zero + 40


def test_outcomes_count_from_the_end_of_the_window_and_the_first_one_counts() -> None:
    rows = linked(
        contacts=[contact("a", 0)],
        outcomes=[
            outcome("a", "CIN_S17", 6, outcome_set="safeguarding"),
            outcome("a", "CIN_S17", 20, outcome_set="safeguarding"),
            outcome("a", "CIN_S17", 30, outcome_set="safeguarding"),
            outcome("a", "16", 60, outcome_set="justice"),
            outcome("a", "1", 90, outcome_set="justice"),
        ],
    )
    zero = day_number(DAY_ZERO)
    assert (rows["a"]["cin_s17"], rows["a"]["cin_s17_day"]) == (1.0, zero + 20)
    assert rows["a"]["justice_16_day"] == zero + 60
    assert rows["a"]["justice_charged_day"] == zero + 90
    assert rows["a"]["justice_any_day"] == zero + 60


def test_a_measured_outcome_keeps_its_value_and_a_placebo_lies_before_the_contact() -> None:
    rows = linked(
        contacts=[contact("a", 0)],
        outcomes=[
            outcome("a", "attendance", 90, outcome_set="education", value=81.5),
            outcome("a", "placebo_prior_attendance", -40, outcome_set="education", value=77.0),
            outcome("a", "placebo_prior_attendance", -20, outcome_set="education", value=79.0),
            outcome("a", "placebo_prior_attendance", 20, outcome_set="education", value=50.0),
        ],
    )
    assert rows["a"]["attendance"] == 81.5
    assert rows["a"]["placebo_prior_attendance"] == 79.0


def test_answers_become_scores_and_constructs_and_not_sure_is_no_number() -> None:
    rows = linked(
        contacts=[contact("a", 0)],
        answers=[
            answer("a", "safe", "felt_safe", 12),
            answer("a", "listened", "did_not_listen", 12),
            answer("a", "informed", "not_sure", 12),
        ],
    )
    assert (rows["a"]["safe"], rows["a"]["listened"], rows["a"]["informed"]) == (100, 0, None)
    assert (rows["a"]["item_safe"], rows["a"]["item_listened"]) == (1, 0)
    assert (rows["a"]["responded"], rows["a"]["respondent"]) == (1, "child")


def test_a_carer_is_never_pooled_with_a_child() -> None:
    rows = linked(
        contacts=[contact("a", 0)],
        answers=[answer("a", "safe", "very_safe", 12, respondent="carer", instrument="carer")],
    )
    assert rows["a"]["carer_safe"] == 100
    assert rows["a"].get("safe") is None
    assert (rows["a"]["carer_responded"], rows["a"]["respondent"]) == (1, None)


@pytest.mark.parametrize(
    "facts",
    [
        {"answered_on": on(6)},
        {"completion_mode": "proxy"},
        {"wave": "T2"},
    ],
    ids=["before the window ended", "by proxy", "at another wave"],
)
def test_answers_that_do_not_count_for_the_first_wave(facts: dict[str, Any]) -> None:
    told = answer("a", "safe", "felt_safe", 12) | facts
    rows = linked(contacts=[contact("a", 0)], answers=[told])
    assert rows["a"]["responded"] == 0
    assert rows["a"].get("safe") is None


def test_an_age_nobody_could_be_asked_at_has_no_response_rate() -> None:
    rows = linked(
        contacts=[contact("a", 0), contact("b", 0, child_id="child-2", age_band="16-17")],
        answers=[answer("a", "safe", "felt_safe", 12)],
    )
    assert (rows["a"]["responded"], rows["b"]["responded"]) == (1, None)


def test_a_midnight_in_summer_time_belongs_to_the_next_day() -> None:
    late = datetime(2025, 7, 1, 23, 30, tzinfo=UTC)
    rows = linked(contacts=[contact("a", 0, contact_at=late)])
    assert rows["a"]["contact_day"] == day_number(date(2025, 7, 2))


def test_an_empty_register_gives_an_empty_table() -> None:
    assert linked() == {}


def test_a_frame_of_the_wrong_type_is_named() -> None:
    frames = {name: pl.DataFrame(schema=columns) for name, columns in register.FRAMES.items()}
    frames["outcomes"] = frames["outcomes"].drop("value")
    with pytest.raises(register.BadRegisterError, match="value of the register's outcomes"):
        link(register.Register(extract=on(1), **frames))

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from surveys import vocabulary
from surveys.instrument import AgeBandCode, CompletionMode, WaveCode
from surveys.vocabulary import (
    AGE_BANDS,
    COMPLETION_MODES,
    CONTACT_TYPES,
    ETHNIC_GROUPS,
    EVENTS,
    FLAGS,
    FORCES,
    GENDERS,
    INTERVENTIONS,
    OUTCOME_SETS,
    ROLES,
    SEVERITIES,
    SOURCES,
    STATUSES,
    WAVES,
    age_band_of,
)


def words(text: str) -> set[str]:
    return set(text.split())


def test_there_are_44_forces_and_only_the_railway_police_has_no_area() -> None:
    assert len(FORCES) == 44
    assert [force.slug for force in FORCES.values() if force.pfa is None] == ["btp"]
    assert Counter(force.nation for force in FORCES.values()) == {
        "england": 39,
        "wales": 4,
        "uk": 1,
    }


def test_every_police_force_area_belongs_to_one_force() -> None:
    areas = [force.pfa for force in FORCES.values() if force.pfa]
    assert len(set(areas)) == 43
    assert FORCES["metropolitan"].pfa == "E23000001"
    assert FORCES["dorset"].pfa == "E23000039"
    assert FORCES["dyfed-powys"].pfa == "W15000004"


def test_home_office_types_1_to_22_are_outcomes_and_type_0_is_not() -> None:
    justice = OUTCOME_SETS["justice"]
    assert list(justice.outcomes) == [str(number) for number in range(1, 23)]
    assert "not yet assigned" in justice.not_outcomes["0"]


def test_no_decision_counts_as_an_outcome_of_a_later_contact() -> None:
    for name in ("justice", "safeguarding"):
        outcome_set = OUTCOME_SETS[name]
        assert not any(outcome_set.may_precede(code) for code in outcome_set.outcomes)


def test_attendance_before_the_contact_has_a_code_of_its_own() -> None:
    education = OUTCOME_SETS["education"]
    assert not education.may_precede("attendance")
    assert education.may_precede("placebo_prior_attendance")


def test_measured_outcomes_say_unit_and_range() -> None:
    attendance = OUTCOME_SETS["education"].outcomes["attendance"].measure
    assert attendance is not None
    assert (attendance.minimum, attendance.maximum) == (0, 100)
    assert "percent" in attendance.unit
    for outcome_set in OUTCOME_SETS.values():
        for outcome in outcome_set.outcomes.values():
            assert outcome.measure is None or outcome.measure.minimum < outcome.measure.maximum


def test_safeguarding_codes_are_those_of_the_domain() -> None:
    assert set(OUTCOME_SETS["safeguarding"].outcomes) == words(
        "NFA EARLY_HELP CIN_S17 STRATEGY_DISC S47 ICPC CPP LAC EPO PP_S46 MARAC ENCOMPASS "
        "NRM_RG NRM_CG MAPPA"
    )


def test_contact_types_roles_and_statuses_are_those_of_the_contract() -> None:
    assert set(CONTACT_TYPES) == words(
        "999_101 ONLINE DA_ATTEND MISSING CUSTODY STOP_SEARCH SCHOOL S46 VICTIM_WITNESS "
        "ONLINE_CSA EXPLOITATION MULTI_AGENCY"
    )
    assert list(ROLES) == ["victim", "witness", "suspect", "missing", "at_scene"]
    assert list(STATUSES) == ["offered", "accepted", "declined", "delivered"]


def test_interventions_and_flags_are_those_of_the_domain() -> None:
    assert set(INTERVENTIONS) == words(
        "SCAI_OFFICER ABE_VRI ABE_PSYCHOLOGIST REG_INTERMEDIARY ISVA CHISVA CHILD_HOUSE PPN_MASH "
        "ENCOMPASS RHI NRM_REFERRAL ICTG DIVERSION_O22 TURNAROUND CAWN SRO_SHPO DVPN_DVPO "
        "STPO_STRO CCE_CSE_TOOL DIGITAL_TRIAGE S28_PRERECORD SINGLE_POINT_OFFICER "
        "SUPERVISION_REFLECTIVE"
    )
    assert set(FLAGS) == words(
        "CSE CCE COUNTY_LINES TRAFFICKED MISSING_REPEAT DA ONLINE HARMFUL_SEXUAL_BEHAVIOUR CARE "
        "SEND"
    )


def test_every_event_of_the_contract_has_a_meaning() -> None:
    named = words(
        "device_seized device_examined strategy_discussion ppn_sent mash_received child_updated "
        "risk_assessed prior_contacts_considered supervision_review account_given "
        "coercion_considered early_help_started gate_opened gate_closed charged trial_date "
        "phone_owner_arrested placement_move death"
    )
    assert named <= set(EVENTS)
    assert all(event.meaning.endswith(".") for event in EVENTS.values())


def test_ethnic_groups_are_eighteen_and_not_stated() -> None:
    assert len(ETHNIC_GROUPS) == 19
    assert ETHNIC_GROUPS["NS"].name == "Not stated"
    assert "O1" not in ETHNIC_GROUPS


def test_severity_has_five_anchors_in_words() -> None:
    assert list(SEVERITIES) == ["1", "2", "3", "4", "5"]
    assert len({anchor.meaning for anchor in SEVERITIES.values()}) == 5


def test_the_codes_an_instrument_may_use_are_the_codes_of_the_lists() -> None:
    assert set(AgeBandCode.__args__) == set(AGE_BANDS)  # type: ignore[attr-defined]
    assert set(CompletionMode.__args__) == set(COMPLETION_MODES)  # type: ignore[attr-defined]
    assert set(WaveCode.__args__) == set(WAVES)  # type: ignore[attr-defined]


def test_every_list_says_where_it_comes_from() -> None:
    shipped = {path.stem for path in (Path(vocabulary.__file__).parent / "vocabulary").iterdir()}
    assert set(SOURCES) == shipped
    assert not SOURCES["ethnic_groups"].verified
    assert SOURCES["forces"].verified


def test_a_list_cannot_be_changed_by_its_readers() -> None:
    with pytest.raises(TypeError):
        GENDERS["x"] = GENDERS["female"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("age_years", "band"),
    [
        (0, "0-5"), (5, "0-5"), (6, "6-7"), (7, "6-7"), (8, "8-11"), (11, "8-11"),
        (12, "12-15"), (15, "12-15"), (16, "16-17"), (17, "16-17"),
    ],
)  # fmt: skip
def test_every_age_of_a_child_has_one_band(age_years: int, band: str) -> None:
    assert age_band_of(age_years) == band


@pytest.mark.parametrize("age_years", [-1, 18, 400])
def test_an_age_that_is_no_childs_is_refused_without_repeating_it(age_years: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 17") as refused:
        age_band_of(age_years)
    assert str(age_years) not in str(refused.value)

"""The SIMULATED country: marked as such, plausible, and true to its own truth."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from analytics.link import link
from analytics.simulate import run
from analytics.simulation.scenario import UnknownScenarioError
from analytics.simulation.world import TooFewContactsError, World, simulate
from surveys.vocabulary import FORCES, INTERVENTIONS, OUTCOME_SETS


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(4000, 3)


def test_it_has_as_many_contacts_as_were_asked_for(world: World) -> None:
    assert world.register.contacts.height == 4000
    assert simulate(777, 1).register.contacts.height == 777


def test_at_least_twenty_forces_of_unequal_size(world: World) -> None:
    sizes = world.register.contacts.group_by("force").len()["len"]
    assert len(sizes) >= 20
    assert set(world.register.contacts["force"]) <= set(FORCES)
    assert sizes.max() / sizes.min() > 3  # type: ignore[operator]


def test_children_come_back_and_siblings_share_a_case(world: World) -> None:
    contacts = world.register.contacts
    assert contacts["child_id"].n_unique() < contacts.height
    per_case = contacts.group_by("case_id").agg(pl.col("child_id").n_unique())
    assert per_case["child_id"].max() == 2
    assert set(contacts["age_years"]) == set(range(18))


def test_only_codes_of_the_vocabulary_are_used(world: World) -> None:
    assert set(world.register.interventions["intervention"]) <= set(INTERVENTIONS)
    for outcome_set, code in (
        world.register.outcomes.select("outcome_set", "outcome").unique().rows()
    ):
        assert code in OUTCOME_SETS[outcome_set].outcomes


def test_nothing_is_recorded_after_the_extract(world: World) -> None:
    extract = world.register.extract
    assert world.register.outcomes["recorded_on"].max() < extract  # type: ignore[operator]
    assert world.register.answers["answered_on"].max() < extract  # type: ignore[operator]
    assert world.register.interventions["offered_on"].max() < extract  # type: ignore[operator]


def test_hard_cases_get_the_strongest_help(world: World) -> None:
    severity = dict(link(world.register).group_by("intervention").agg(pl.mean("severity")).rows())
    assert severity["chisva"] > severity["usual"] + 0.5


def test_without_effects_every_truth_is_nothing() -> None:
    truth = simulate(1500, 2, "none").truth()
    assert truth["scenario"] == "none"
    assert {entry["truth"] for entry in truth["effects"]} == {0.0}


def test_every_row_of_every_file_says_simulated(tmp_path: Path) -> None:
    run(300, 4, tmp_path)
    for name in ("contacts", "interventions", "events", "outcomes", "responses"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert rows
        assert all(row["source_event_id"].startswith("SIMULATED-") for row in rows), name
        assert len({row["source_event_id"] for row in rows}) == len(rows)
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert (truth["simulated"], truth["seed"], truth["contacts"]) == (True, 4, 300)


def test_an_unknown_scenario_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownScenarioError, match="no scenario utopia; use one of: default, none"):
        simulate(500, 1, "utopia")


def test_too_few_contacts_are_refused() -> None:
    with pytest.raises(TooFewContactsError, match="between 100"):
        simulate(3, 1)

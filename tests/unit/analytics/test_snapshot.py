"""A snapshot keeps durations exactly and dates not at all."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from analytics.days import past_monday
from analytics.link import link
from analytics.simulate import run
from analytics.simulation.world import World, simulate
from analytics.snapshot import known_until, write_snapshot
from analytics.tables import TABLES, check


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(600, 5)


def read(folder: Path) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES}


def test_every_table_keeps_its_contract_and_is_called_simulated(
    world: World, tmp_path: Path
) -> None:
    write_snapshot(world.register, tmp_path, np.random.default_rng(1))
    for name, frame in read(tmp_path).items():
        check(frame, name)
    described = json.loads((tmp_path / "schema.json").read_text())
    assert described["simulated"] is True
    assert described["start_window_days"] == 7
    assert described["rows"]["linked"] == 600


def test_contact_days_are_mondays_and_durations_are_exact(world: World, tmp_path: Path) -> None:
    write_snapshot(world.register, tmp_path, np.random.default_rng(1))
    linked = read(tmp_path)["linked"]
    assert set(linked.select(past_monday(pl.col("contact_day")))["contact_day"]) == {0}

    def waits(frame: pl.DataFrame) -> list[int]:
        wait = frame.select(pl.col("justice_any_day") - pl.col("contact_day"))
        return sorted(wait["justice_any_day"].drop_nulls())

    assert waits(linked) == waits(link(world.register))


def test_ids_are_new_in_each_snapshot_and_children_stay_together(
    world: World, tmp_path: Path
) -> None:
    write_snapshot(world.register, tmp_path / "one", np.random.default_rng(1))
    write_snapshot(world.register, tmp_path / "two", np.random.default_rng(2))
    one, two = read(tmp_path / "one"), read(tmp_path / "two")
    for column in ("contact_id", "child_id", "case_id", "team"):
        assert not set(one["linked"][column]) & set(two["linked"][column])
        assert not set(one["linked"][column]) & set(world.register.contacts[column])
    assert one["linked"]["child_id"].n_unique() == world.register.contacts["child_id"].n_unique()
    assert set(one["answers"]["contact_id"]) <= set(one["linked"]["contact_id"])


def test_teams_of_one_name_in_two_forces_are_two_teams(world: World, tmp_path: Path) -> None:
    alike = world.register.contacts.with_columns(
        pl.when(pl.col("severity") > 1).then(pl.lit("Team A")).alias("team")
    )
    register = msgspec.structs.replace(world.register, contacts=alike)
    write_snapshot(register, tmp_path, np.random.default_rng(1))
    linked = read(tmp_path)["linked"]
    teams = linked.filter(pl.col("severity") > 1)
    assert teams["team"].n_unique() == teams["force"].n_unique() > 1
    assert linked.filter(pl.col("severity") == 1)["team"].null_count() > 0


def test_a_snapshot_is_its_owners_alone(world: World, tmp_path: Path) -> None:
    out = tmp_path / "new" / "snapshot"
    write_snapshot(world.register, out, np.random.default_rng(1))
    assert out.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
    names = {"schema.json", *(f"{name}.parquet" for name in TABLES)}
    assert {path.name for path in out.iterdir()} == names


def test_a_snapshot_that_breaks_off_leaves_nothing_behind(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_snapshot(world.register, tmp_path, np.random.default_rng(1))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with monkeypatch.context() as patched:
        patched.setattr(json, "dumps", lambda *_, **__: "\ud800")
        with pytest.raises(UnicodeEncodeError):
            write_snapshot(world.register, tmp_path, np.random.default_rng(2))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_real_contact_does_not_make_a_snapshot_simulated(world: World, tmp_path: Path) -> None:
    real = world.register.contacts.with_columns(pl.lit("force-17").alias("source_event_id"))
    register = msgspec.structs.replace(world.register, contacts=real)
    described = write_snapshot(register, tmp_path, np.random.default_rng(1))
    assert described["simulated"] is False


def test_a_register_that_is_no_longer_fed_speaks_only_until_its_last_outcome(
    world: World, tmp_path: Path
) -> None:
    first = write_snapshot(world.register, tmp_path, np.random.default_rng(1))
    later = msgspec.structs.replace(world.register, extract=date(2027, 6, 1))
    assert known_until(later) == world.register.outcomes["recorded_on"].max()
    again = write_snapshot(later, tmp_path, np.random.default_rng(1))
    assert again["extract_day"] == first["extract_day"]
    empty = msgspec.structs.replace(later, outcomes=later.outcomes.clear())
    assert known_until(empty) == date(2027, 6, 1)


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        run(300, 11, tmp_path / folder)
        run(300, 11, tmp_path / folder / "snapshot", "snapshot")
    for path in sorted((tmp_path / "one").rglob("*.*")):
        twin = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == twin.read_bytes(), path.name

"""A plan is registered once, before outcomes are read, and cannot be changed quietly."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics.plan import plan_hash, plan_path, plan_status, register
from analytics.specification import SpecificationError, parse_specification, read_specification

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
TEXT = Path("analytics/examples/what-worked.toml").read_text(encoding="utf-8")


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "study.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_registering_writes_plan_hash_and_time_beside_the_specification(spec: Path) -> None:
    path = register(spec, NOW)
    assert path == spec.parent / "study.plan.json"
    plan = json.loads(path.read_text())
    assert plan["registered_at"] == "2026-11-01T09:00:00Z"
    assert len(plan["sha256"]) == 64
    assert plan["plan"]["study"]["name"] == "what-worked"


def test_a_registered_plan_counts_from_its_time_on(spec: Path) -> None:
    specification = read_specification(spec)
    assert plan_status(specification, plan_path(spec), NOW) == "exploratory"
    register(spec, NOW)
    assert plan_status(specification, plan_path(spec), NOW) == "registered"
    earlier = NOW - timedelta(days=1)
    assert plan_status(specification, plan_path(spec), earlier) == "exploratory"


def test_registering_again_keeps_the_first_time(spec: Path) -> None:
    before = register(spec, NOW).read_bytes()
    assert register(spec, NOW + timedelta(days=9)).read_bytes() == before


def test_a_changed_specification_is_exploratory_and_cannot_take_the_place(spec: Path) -> None:
    register(spec, NOW)
    spec.write_text(TEXT.replace("days = 365", "days = 180"), encoding="utf-8")
    assert plan_status(read_specification(spec), plan_path(spec), NOW) == "exploratory"
    with pytest.raises(SpecificationError, match="save the changed specification under a new name"):
        register(spec, NOW)


def test_comments_order_and_extract_do_not_change_the_plan() -> None:
    again = TEXT.replace("# What worked", "# Something").replace(
        "[study]\n", "[study]\nextract_day = 9800\n", 1
    )
    assert plan_hash(parse_specification(again, "a")) == plan_hash(parse_specification(TEXT, "b"))


def test_a_plan_edited_by_hand_is_refused(spec: Path) -> None:
    path = register(spec, NOW)
    path.write_text(path.read_text().replace("365", "180"))
    with pytest.raises(SpecificationError, match="was changed after it was registered"):
        plan_status(read_specification(spec), path, NOW)
    path.write_text("{}")
    with pytest.raises(SpecificationError, match="is not a plan"):
        plan_status(read_specification(spec), path, NOW)

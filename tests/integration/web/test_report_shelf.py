"""Reports appear whole or not at all, and a failed one is told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from service.report_shelf import ReportShelf

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def test_a_report_that_fails_leaves_nothing_and_is_told(tmp_path: Path) -> None:
    environment = {"HEARD_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    shelf = ReportShelf(tmp_path, tmp_path / "missing.toml", environment)
    await shelf.make(NOW)
    assert shelf.failed
    assert shelf.latest() is None
    assert names_in(tmp_path) == []


def test_the_newest_finished_report_is_the_one_shown(tmp_path: Path) -> None:
    for name in ("20260601T120000000000Z", "20260602T120000000000Z", ".20260603T120000000000Z"):
        folder = tmp_path / name / "report"
        folder.mkdir(parents=True)
        (folder / "release.json").write_text("{}")
    latest = ReportShelf(tmp_path, tmp_path / "spec.toml", {}).latest()
    assert latest is not None
    assert latest.made_at == datetime(2026, 6, 2, 12, 0, tzinfo=UTC)


def test_rows_left_by_a_run_that_was_killed_are_removed(tmp_path: Path) -> None:
    left = tmp_path / ".20260603T120000000000Z" / "data"
    left.mkdir(parents=True)
    ReportShelf(tmp_path, tmp_path / "spec.toml", {})
    assert not left.parent.exists()

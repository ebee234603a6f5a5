"""A whole report from a simulated snapshot."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe

from analytics.linked_table import UnreadableDataError
from analytics.plan import register
from analytics.report import make_report
from analytics.simulate import run
from analytics.specification import SpecificationError
from tests.functional.browser import chromium

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SPEC = """
[study]
name = "what-worked-2026"
treatment = "intervention"
child = "child_id"
adjust_for = ["severity", "age_band", "prior_contacts", "force"]
subgroups = ["age_band"]
responded = "responded"
worth_having = {safe = 5.0, rereferral = 0.03}

[[outcome]]
name = "safe"
kind = "mean"
column = "safe"
survey = true

[[outcome]]
name = "rereferral"
kind = "event_within"
start = "contact_day"
event = "rereferral_day"
recorded = "rereferral_recorded_day"
days = 365
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A report of 3,000 simulated contacts without a registered plan."""
    room = tmp_path_factory.mktemp("report")
    run(3000, 11, room / "snapshot", form="snapshot")
    spec = room / "what-worked.toml"
    spec.write_text(SPEC, encoding="utf-8")
    files = make_report(spec, room / "snapshot", room / "out", NOW, "test")
    page = files["report.html"].read_text(encoding="utf-8")
    return SimpleNamespace(room=room, spec=spec, files=files, page=page)


def test_everything_the_contract_names_is_there(made: SimpleNamespace) -> None:
    names = set(made.files)
    assert {"report.html", "report.xlsx", "release.json", "tables/effects.csv"} <= names
    assert {"charts/effects-safe.svg", "charts/effects-rereferral.svg"} <= names
    assert all(path.is_file() for path in made.files.values())


def test_simulated_stands_in_every_page_chart_sheet_and_table(made: SimpleNamespace) -> None:
    assert made.page.count("SIMULATED") > 3
    for name, path in made.files.items():
        if name.endswith(".svg"):
            assert "SIMULATED" in path.read_text(encoding="utf-8"), name
        if name.endswith(".csv"):
            table = pl.read_csv(path, infer_schema=False)
            assert table.columns[:2] == ["release", "table"]
            assert set(table["release"]) == {"what-worked-2026 SIMULATED"}
    book = openpyxl.load_workbook(BytesIO(made.files["report.xlsx"].read_bytes()))
    assert all("SIMULATED" in str(sheet["A1"].value) for sheet in book)


def test_the_page_stands_alone(made: SimpleNamespace) -> None:
    assert "<script" not in made.page
    assert not re.findall(r'(?:src|href)="', made.page)
    assert "url(http" not in made.page


def test_no_word_of_cause_and_no_word_about_a_force_or_team(made: SimpleNamespace) -> None:
    text = re.sub(r"<style.*?</style>", "", made.page, flags=re.DOTALL)
    assert not re.search(r"\b(helped|harmed|caused|because of|led to)\b", text)
    forces = set(pl.read_parquet(made.room / "snapshot" / "linked.parquet")["force"])
    assert not [slug for slug in forces if slug in text]


def test_the_register_names_every_file_with_its_hash(made: SimpleNamespace) -> None:
    register_ = json.loads(made.files["release.json"].read_text(encoding="utf-8"))
    assert (register_["plan"], register_["public"], register_["simulated"]) == (
        "exploratory",
        False,
        True,
    )
    assert (register_["min_cell"], register_["rounding_base"]) == (10, 5)
    assert set(register_["files"]) == set(made.files) - {"release.json"}
    for name, sha256 in register_["files"].items():
        assert hashlib.sha256(made.files[name].read_bytes()).hexdigest() == sha256


def test_the_raw_difference_never_stands_alone(made: SimpleNamespace) -> None:
    rows = pl.read_csv(made.files["tables/effects.csv"])
    wide = rows.filter(pl.col("suppressed").fill_null("") == "").pivot(
        "measure", index=["intervention", "outcome", "subgroup"], values="value"
    )
    assert wide.filter(
        pl.col("naive_difference").is_not_null(), pl.col("estimate").is_null()
    ).is_empty()


def test_again_with_a_plan_replaces_the_files_and_drops_exploratory(
    made: SimpleNamespace, tmp_path: Path
) -> None:
    spec = tmp_path / "registered.toml"
    spec.write_text(SPEC.replace('name = "safe"\n', 'name = "felt"\n').replace("{safe", "{felt"))
    register(spec, NOW)
    out = tmp_path / "out"
    make_report(made.spec, made.room / "snapshot", out, NOW)
    note = out / "charts" / "mine.txt"
    note.write_text("kept")
    files = make_report(spec, made.room / "snapshot", out, NOW + timedelta(days=1))
    assert "xploratory" not in files["report.html"].read_text(encoding="utf-8")
    assert not (out / "charts" / "effects-safe.svg").exists()
    assert (out / "charts" / "effects-felt.svg").exists()
    assert note.exists()


def test_bad_input_is_one_sentence_and_writes_nothing(
    made: SimpleNamespace, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableDataError, match="cannot be read"):
        make_report(made.spec, tmp_path / "nowhere", tmp_path / "out", NOW)
    spec = tmp_path / "bad.toml"
    spec.write_text(SPEC.replace('event = "rereferral_day"', 'event = "no_such"'))
    with pytest.raises(SpecificationError, match="no_such"):
        make_report(spec, made.room / "snapshot", tmp_path / "out", NOW)
    assert not (tmp_path / "out").exists()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_is_accessible_and_never_scrolls_sideways(
    made: SimpleNamespace, width: int, scheme: str
) -> None:
    with chromium() as browser:
        page = browser.new_page(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page.goto(made.files["report.html"].as_uri())
        for details in page.locator("details").all():
            details.locator("summary").click()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert Axe().run(page).response["violations"] == []

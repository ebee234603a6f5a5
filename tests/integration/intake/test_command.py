"""`heard import`: 0 when every row was taken, 1 and one sentence on stderr otherwise."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from service import cli
from service.intake.calls import Row
from tests.unit.intake.rows import row

Heard = Callable[..., tuple[int, str, str]]


@pytest.fixture
def heard(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Heard:
    """Runs the command on this test's database: exit code, stdout, stderr."""
    monkeypatch.setenv("HEARD_DATABASE_URL", database_url)
    monkeypatch.setenv("HEARD_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.main([str(each) for each in arguments])
        return code, *capsys.readouterr()

    return run


def write(path: Path, *rows: Row) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_good_file_exits_with_0(heard: Heard, tmp_path: Path) -> None:
    file = write(tmp_path / "contacts.csv", row("contacts"), row("contacts", force="surrey"))
    assert heard("import", "contacts", file) == (
        0,
        "contacts: 2 new, 0 known already, 0 not taken\n",
        "",
    )
    assert heard("import", "contacts", file)[:2] == (
        0,
        "contacts: 0 new, 2 known already, 0 not taken\n",
    )
    assert not (tmp_path / "contacts.csv.rejected.csv").exists()


def test_bad_rows_come_back_and_can_be_corrected(heard: Heard, tmp_path: Path) -> None:
    wrong = row("contacts", contact_ref="C2", age_years=50)
    file = write(tmp_path / "contacts.csv", row("contacts"), wrong)
    rejected = tmp_path / "contacts.csv.rejected.csv"
    code, said, problem = heard("import", "contacts", file)
    assert (code, said) == (1, "contacts: 1 new, 0 known already, 1 not taken\n")
    assert problem == f"heard: 1 of 2 rows were not taken; they are in {rejected}.\n"
    text = rejected.read_text()
    assert text.splitlines()[1].endswith(",2,age_years,This must be a whole number from 0 to 17.")
    corrected = tmp_path / "again.csv"
    corrected.write_text(text.replace(",50,", ",15,"))
    assert heard("import", "contacts", corrected)[0] == 0


def test_the_rejected_file_of_yesterday_goes_when_all_is_well(heard: Heard, tmp_path: Path) -> None:
    file = write(tmp_path / "contacts.csv", row("contacts"))
    rejected = tmp_path / "contacts.csv.rejected.csv"
    rejected.write_text("old")
    assert heard("import", "contacts", file)[0] == 0
    assert not rejected.exists()


def test_a_dry_run_names_the_problems_and_writes_nothing(heard: Heard, tmp_path: Path) -> None:
    file = write(tmp_path / "contacts.csv", row("contacts"), row("contacts", severity=8))
    code, said, problem = heard("import", "contacts", file, "--dry-run")
    assert code == 1
    assert said.splitlines() == [
        "contacts: 1 would be new, 0 known already, 1 not taken",
        "row 2, severity: This must be a whole number from 1 to 5.",
    ]
    assert problem == "heard: 1 of 2 rows would not be taken; nothing was changed.\n"
    assert [each.name for each in tmp_path.glob("*.csv*")] == ["contacts.csv"]
    assert heard("import", "contacts", file)[1].startswith("contacts: 1 new")


def test_a_file_for_another_force_exits_with_1(heard: Heard, tmp_path: Path) -> None:
    file = write(tmp_path / "contacts.csv", row("contacts"), row("contacts", force="surrey"))
    code, said, problem = heard("import", "contacts", file, "--force", "kent")
    assert (code, said) == (1, "")
    assert "another force" in problem
    assert problem.count("\n") == 1
    assert not (tmp_path / "contacts.csv.rejected.csv").exists()


def test_a_force_nobody_knows_is_wrong_usage(heard: Heard, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        heard("import", "contacts", tmp_path / "x.csv", "--force", "atlantis")
    assert ended.value.code == 2


def test_a_broken_file_exits_with_1_and_one_sentence(heard: Heard, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"force,contact_ref\nkent\n")
    for name in ("x.csv", "not-there.csv"):
        code, said, problem = heard("import", "contacts", tmp_path / name)
        assert (code, said, problem.count("\n")) == (1, "", 1)


def test_a_header_without_rows_is_taken_and_said(heard: Heard, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(",".join(row("events")) + "\n")
    code, _, problem = heard("import", "events", tmp_path / "x.csv")
    assert (code, problem) == (0, "heard: The file holds a header and no rows.\n")


def test_an_unknown_column_is_a_warning(heard: Heard, tmp_path: Path) -> None:
    file = write(tmp_path / "x.csv", row("events", shoe_size=4))
    code, _, problem = heard("import", "events", file)
    assert (code, problem) == (0, "heard: The column shoe_size is not known and was left out.\n")


def test_tokens_are_made_and_revoked(heard: Heard) -> None:
    code, said, _ = heard("tokens", "new", "--force", "kent", "--days", 3)
    token = said.splitlines()[0]
    assert (code, token.startswith("heard_kent_")) == (0, True)
    assert heard("tokens", "revoke", token, "--force", "kent")[:2] == (0, "revoked\n")
    code, _, problem = heard("tokens", "revoke", token.split("_")[2], "--force", "kent")
    assert (code, problem.count("\n")) == (1, 1)


def test_a_simulated_country_goes_in_whole_and_out_again(heard: Heard, tmp_path: Path) -> None:
    world, out = tmp_path / "world", tmp_path / "out"
    assert heard("simulate", "--contacts", 300, "--seed", 5, "--out", world)[0] == 0
    for kind in ("outcomes", "events", "interventions", "contacts", "responses"):
        assert heard("import", kind, world / f"{kind}.csv")[0] == 0
    code, said, _ = heard("snapshot", "--out", out)
    assert (code, said) == (0, f"{out}: 300 SIMULATED contacts\n")
    assert sorted(each.name for each in out.iterdir()) == [
        *("answers.parquet", "asks.parquet", "events.parquet", "interventions.parquet"),
        *("linked.parquet", "outcomes.parquet", "schema.json"),
    ]

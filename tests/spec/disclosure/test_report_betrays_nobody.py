"""A small world of tiny groups, reported: nothing in any file tells of one child."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import openpyxl
import polars as pl
import pytest

from analytics.report import report_contents
from analytics.reporting.facts import OutcomeFacts, ReportFacts

BANDS = {"6-7": 3, "8-11": 233, "12-15": 127, "16-17": 8}
"""Contacts by age; none of the numbers is a multiple of 5."""

FACTS = ReportFacts(
    study="tiny",
    outcomes=(OutcomeFacts(name="again", is_share=True, better="higher", worth_having=0.03),),
    adjusted_for=("severity",),
    comparator="usual",
    is_registered=False,
    spec_hash="0" * 64,
    simulated=False,
    made_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    generated_by="test",
    min_cell=10,
    start_window_days=7,
    forces=3,
)


def world(more_answers: int = 0) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """linked and asks; six in seven answered, two thirds of them with the best answer."""
    rows = []
    for band, many in BANDS.items():
        extra = more_answers if band == "12-15" else 0
        for place in range(many + extra):
            answered = place % 7 != 0 or place >= many
            rows.append(
                {
                    "contact_id": f"{band}/{place}",
                    "age_band": band,
                    "severity": 1 + place % 5,
                    "responded": int(answered),
                    "intervention": "isva" if place % 11 == 3 else "usual",
                    "safe": (100.0 if place % 3 else 50.0) if answered else None,
                }
            )
    linked = pl.LazyFrame(rows, schema_overrides={"responded": pl.Int8})
    asks = linked.select(
        "contact_id",
        pl.lit("child").alias("respondent"),
        pl.lit("T1").alias("wave"),
        pl.lit(1).alias("asked"),
        pl.when(pl.col("responded") == 1)
        .then(pl.lit("answered"))
        .otherwise(pl.lit("sent"))
        .alias("state"),
        pl.lit(None, dtype=pl.String).alias("reason"),
        pl.lit(None, dtype=pl.Int32).alias("opened_day"),
        pl.when(pl.col("responded") == 1).then(pl.lit(900)).alias("answered_day"),
    )
    return linked, asks


def effects() -> pl.DataFrame:
    def row(subgroup: str, treated: int, comparison: int) -> dict[str, Any]:
        return {
            "intervention": "isva",
            "outcome": "again",
            "subgroup": subgroup,
            "estimand": "ATE",
            "n_treated": treated,
            "n_comparison": comparison,
            "naive_difference": -0.0213,
            "estimate": 0.0512,
            "ci_low": 0.0107,
            "ci_high": 0.0917,
            "p_adjusted": 0.0131,
            "design_grade": "adjusted",
            "plan": "exploratory",
            "verdict": "cannot tell",
            "reason": "too few: under 7 on one side",
        }

    return pl.DataFrame(
        [
            row("all", 37, 334),
            row("age_band=6-7", 1, 2),
            row("age_band=8-11", 22, 211),
            row("age_band=12-15", 14, 113),
            row("age_band=16-17", 0, 8),
        ]
    )


def made(more_answers: int = 0) -> dict[str, bytes]:
    return report_contents(effects(), *world(more_answers), FACTS)


FILES = made()


class _Text(HTMLParser):
    """The text of the tables of a page, cell by cell."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._in_cell = tag == "td"
        if self._in_cell:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.cells[-1] += data


def csv_rows() -> list[dict[str, Any]]:
    return [
        row
        for name, raw in FILES.items()
        if name.endswith(".csv")
        for row in pl.read_csv(BytesIO(raw), infer_schema=False).to_dicts()
    ]


def is_count(measure: str) -> bool:
    return measure == "n" or measure.startswith("n:")


def test_every_count_in_every_table_is_ten_or_more_in_fives() -> None:
    counts = [float(r["value"]) for r in csv_rows() if is_count(r["measure"]) and r["value"]]
    bases = [float(r["base"]) for r in csv_rows() if r["base"]]
    assert counts
    assert all(n >= 10 and n % 5 == 0 for n in [*counts, *bases])


def test_a_hidden_row_has_no_value_and_a_shown_row_no_mark() -> None:
    assert all((row["value"] is None) == bool(row["suppressed"]) for row in csv_rows())
    assert any(row["suppressed"] == "secondary" for row in csv_rows())


def test_the_workbook_holds_what_the_tables_hold() -> None:
    book = openpyxl.load_workbook(BytesIO(FILES["report.xlsx"]))
    for sheet in book.worksheets[1:]:
        header = [cell.value for cell in sheet[4]]
        for row in sheet.iter_rows(min_row=5, values_only=True):
            named = dict(zip(header, row, strict=True))
            if is_count(str(named["measure"])) and named["value"] is not None:
                assert float(str(named["value"])) >= 10
                assert float(str(named["value"])) % 5 == 0


@pytest.mark.parametrize("exact", [3, 8, 233, 127, 371, 360, 37, 334, 22, 211, 14, 113, 363])
def test_no_exact_count_stands_in_a_table_of_the_page(exact: int) -> None:
    page = _Text()
    page.feed(FILES["report.html"].decode())
    numbers = {int(n.replace(",", "")) for cell in page.cells for n in whole_numbers(cell)}
    shares = {int(float(r["value"])) for r in csv_rows() if r["value"] and "pct" in r["measure"]}
    assert exact not in numbers - shares


def whole_numbers(cell: str) -> list[str]:
    return re.findall(r"(?<![\d.-])\d[\d,]*(?![\d.])", cell)


def test_the_reason_with_its_number_stays_inside() -> None:
    assert all(b"under 7" not in raw for raw in FILES.values())


def test_an_exploratory_report_says_so_and_is_not_the_public_one() -> None:
    page = FILES["report.html"].decode()
    assert "Exploratory: not for public release" in page
    assert b'"public": false' in FILES["release.json"]


@pytest.mark.parametrize("more", [1, 2, 3, 4])
def test_a_second_report_tells_of_new_answers_in_whole_steps_only(more: int) -> None:
    """Subtracting one report from the next gives nothing, or a step of rounding or more."""
    before, after = (counts_of(files) for files in (FILES, made(more)))
    for key in before.keys() & after.keys():
        step = after[key] - before[key]
        assert step % 5 == 0
    shown = [key for key in before.keys() & after.keys() if key[0] == "experience"]
    assert shown


def counts_of(files: dict[str, bytes]) -> dict[tuple[str, ...], float]:
    found = {}
    for name, raw in files.items():
        if name.endswith(".csv"):
            for row in pl.read_csv(BytesIO(raw), infer_schema=False).to_dicts():
                if is_count(row["measure"]) and row["value"]:
                    key = [v or "" for k, v in row.items() if k not in {"release", "value", "base"}]
                    found[tuple(key)] = float(row["value"])
    return found


@pytest.mark.parametrize("answer", [0.0, 25.0, 50.0, 75.0, 100.0])
def test_one_more_answer_could_have_been_any_answer(answer: float) -> None:
    """The mean after one more answer fits every answer that could have been given.

    A reader who knows both numbers of answers exactly still has the rounding of two sums between
    her and the answer: five whole scales, more than the scale itself.
    """
    from analytics.disclosure import CountTable, Mean, release_counts

    def mean_of(n: int, total: float) -> float:
        table = CountTable(
            name="t",
            levels={"age_band": ("8-11",)},
            counts=pl.DataFrame({"age_band": ["8-11"], "n": [n], "total": [total]}),
            mean=Mean(what="safe", scale=(0.0, 100.0)),
        )
        rows = release_counts(table, "r").filter(pl.col("measure") == "mean:safe")
        return float(rows.filter(pl.col("age_band") == "8-11")["value"][0])

    n, total = 53, 53 * 61.0
    before, after = mean_of(n, total), mean_of(n + 1, total + answer)
    half_step = 100 * 2.5 / 55
    lowest = (n + 1) * (after - half_step) - n * (before + half_step)
    highest = (n + 1) * (after + half_step) - n * (before - half_step)
    assert lowest <= 0
    assert highest >= 100


def test_the_same_world_makes_the_same_files() -> None:
    assert made() == FILES

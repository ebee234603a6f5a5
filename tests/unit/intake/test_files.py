"""Every way a file can be broken is one plain sentence, and nothing is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from service.intake.files import read_file
from service.intake.rejects import rejected_path, rejected_rows, write_rejected
from service.intake.sheet import Sheet, UnreadableError, check_columns


def sheet_of(tmp_path: Path, raw: bytes) -> Sheet:
    path = tmp_path / "rows.csv"
    path.write_bytes(raw)
    return read_file(path)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "The file is empty"),
        (b" \r\n\n", "The file is empty"),
        ("a,b\nCaf\xe9,1\n".encode("latin-1"), "Line 2 is not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "The file is UTF-16"),
        (b"PK\x03\x04rest", "The file is a workbook"),
        (b"a,b\n1,2\n3,\x004\n", "Line 3 holds a NUL byte"),
        (b"a,b\n1,2\n3\n", "Row 2 has 1 fields and the header has 2"),
        (b"a,b\n1,2,3\n", "Row 1 has 3 fields and the header has 2"),
        (b'a,b\n1,"2\n3,4\n', "Row 1 is not well-formed CSV"),
        (b"a,b,a\n1,2,3\n", "The header names the column a twice"),
        (b"a,,b\n1,2,3\n", "Column 2 has no name"),
        (b"a;b\n1;2\n", "not separated by commas"),
        (b"a,b\n1,2\n" + b"x" * 10_000_000 + b",2\n", "Row 2 has a field of more than 100,000"),
        (b"PAR1 and then nothing", "not a whole Parquet file"),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, raw: bytes, said: str) -> None:
    with pytest.raises(UnreadableError) as refusal:
        sheet_of(tmp_path, raw)
    assert said in refusal.value.sentence
    assert refusal.value.sentence.endswith(".")


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no such file or directory"):
        read_file(tmp_path / "nothing.csv")
    with pytest.raises(UnreadableError, match="is a directory"):
        read_file(tmp_path)


def test_a_file_larger_than_the_memory_stands_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("wb") as file:
        file.truncate(300_000_001)  # takes no room on the disk
    with pytest.raises(UnreadableError, match="larger than 300 MB; split it"):
        read_file(path)


def test_a_byte_order_mark_quotes_and_both_line_ends_are_read(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, '\ufeffa, b \r\n"1, ""x""",ŵ\r\n'.encode())
    assert sheet.cells.rows() == [(1, '1, "x"', "ŵ")]
    assert sheet.columns == ["a", "b"]


def test_blank_rows_are_no_rows_but_count_for_the_numbers(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, b"a,b\n1,2\n\n , \n3,4\n")
    assert sheet.cells.rows() == [(1, "1", "2"), (4, "3", "4")]


def test_a_header_without_rows_is_no_rows(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, b"a,b\n").cells.height == 0


def test_a_nameless_blank_column_is_left_out(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, b"a,b,\n1,2,\n").columns == ["a", "b"]


def test_parquet_says_what_a_csv_would(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pl.DataFrame(
        {
            "text": ["x", None],
            "whole": [9, None],
            "gaps": [9.0, None],
            "half": [0.5, float("nan")],
            "yes": [True, None],
            "day": [date(2026, 3, 1), None],
            "local": [datetime(2026, 3, 1, 9, 30), None],  # noqa: DTZ001 - meant to be London
            "moment": [datetime(2026, 3, 1, 9, 30, tzinfo=UTC), None],
            "flags": [["CSE", "DA"], None],
        }
    ).write_parquet(path)
    assert read_file(path).cells.rows() == [
        (
            *(1, "x", "9", "9", "0.5", "true", "2026-03-01"),
            *("2026-03-01T09:30:00.000000", "2026-03-01T09:30:00.000000+00:00", "CSE;DA"),
        )
    ]


def test_parquet_with_a_nested_column_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pl.DataFrame({"a": [{"b": 1}]}).write_parquet(path)
    with pytest.raises(UnreadableError, match="neither text, numbers nor times"):
        read_file(path)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, b"force\nkent\n")
    with pytest.raises(UnreadableError, match="The column contact_ref is missing"):
        check_columns(sheet, ["force", "contact_ref"], ["force", "contact_ref"])


@pytest.mark.parametrize("slip", ["contact_reff", "Contact_Ref", "contactref"])
def test_a_slip_of_the_keyboard_is_refused(tmp_path: Path, slip: str) -> None:
    sheet = sheet_of(tmp_path, f"force,{slip}\nkent,1\n".encode())
    with pytest.raises(UnreadableError, match="looks like contact_ref"):
        check_columns(sheet, ["force", "contact_ref"], ["force", "contact_ref"])


def test_a_column_nobody_knows_is_left_out_and_named(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, b"force,shoe_size\nkent,4\n")
    assert check_columns(sheet, ["force", "contact_ref"], ["force"]) == ["shoe_size"]


def test_a_rejected_file_can_be_corrected_and_sent_again(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "team,value\n=HYPERLINK(1),-3\n'+x,2\nplain,ŵ\n".encode())
    problems = pl.DataFrame(
        [(1, "value", "Bad."), (1, "team", "Worse."), (2, "team", "Bad.")],
        schema=["row", "column", "problem"],
        orient="row",
    )
    path = rejected_path(tmp_path / "rows.csv")
    write_rejected(path, rejected_rows(sheet, problems))
    assert path.name == "rows.csv.rejected.csv"
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_text().splitlines() == [
        "team,value,row,column,problem",
        "'=HYPERLINK(1),'-3,1,value; team,Bad.; Worse.",
        "''+x,2,2,team,Bad.",
    ]
    assert read_file(path).cells.rows() == [(1, "=HYPERLINK(1)", "-3"), (2, "'+x", "2")]


def test_without_rejected_rows_there_is_no_rejected_file(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, b"a\n1\n")
    path = rejected_path(tmp_path / "rows.csv")
    path.write_text("of yesterday")
    nothing = pl.DataFrame(schema={"row": pl.Int64, "column": pl.String, "problem": pl.String})
    write_rejected(path, rejected_rows(sheet, nothing))
    assert not path.exists()

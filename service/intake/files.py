"""A CSV or Parquet file as a sheet; every way a file can be broken is one plain sentence."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

import polars as pl

from service.intake.sheet import MOST_CHARACTERS, Sheet, UnreadableError, make_sheet

PARQUET: Final = b"PAR1"
WORKBOOK: Final = b"PK\x03\x04"
OTHER_UNICODE: Final = (b"\xff\xfe", b"\xfe\xff")
# Reading takes about fifteen times the bytes of a file (600 MB for 39 MB of contacts).
MOST_BYTES: Final = 300_000_000
TIME: Final = "%Y-%m-%dT%H:%M:%S%.6f"


def read_file(path: Path) -> Sheet:
    """The rows of a file. Raises UnreadableError; nothing is guessed and nothing is skipped."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableError(
                f"The file is larger than {MOST_BYTES // 1_000_000} MB; split it into smaller "
                "files, each with the header, and import them one after the other."
            )
        raw = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "it does not open").lower()
        raise UnreadableError(f"The file cannot be read: {reason}.") from None
    if raw.startswith(PARQUET):
        return read_parquet(raw)
    return read_csv(raw)


def read_csv(raw: bytes) -> Sheet:
    """The rows of a CSV file in UTF-8, with or without a byte order mark."""
    reader = csv.reader(io.StringIO(_decoded(raw), newline=""), strict=True)
    csv.field_size_limit(MOST_CHARACTERS)
    rows: list[list[str]] = []
    try:
        header = next(reader, [])
        _check_header(header)
        for row in reader:
            if row and len(row) != len(header):
                raise UnreadableError(
                    f"Row {len(rows) + 1} has {len(row)} fields and the header has {len(header)}; "
                    "correct the file, nothing was taken in."
                )
            rows.append(row or [""] * len(header))
    except csv.Error as error:
        raise UnreadableError(_csv_sentence(error, len(rows) + 1)) from None
    columns = zip(*rows, strict=True) if rows else ((),) * len(header)
    return make_sheet(header, [pl.Series(values, dtype=pl.String) for values in columns])


def _decoded(raw: bytes) -> str:
    if not raw.strip():
        raise UnreadableError("The file is empty; it needs a header and its rows.")
    if raw.startswith(WORKBOOK):
        raise UnreadableError("The file is a workbook; save it as CSV (UTF-8) and send that.")
    if raw.startswith(OTHER_UNICODE):
        raise UnreadableError("The file is UTF-16; save it as UTF-8.")
    if b"\x00" in raw:
        line = raw[: raw.index(b"\x00")].count(b"\n") + 1
        raise UnreadableError(f"Line {line} holds a NUL byte; the file is damaged or not UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UnreadableError(f"Line {line} is not UTF-8; save the file as UTF-8.") from None


def _check_header(header: list[str]) -> None:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        raise UnreadableError("The columns are not separated by commas; save it as CSV again.")


def _csv_sentence(error: csv.Error, row: int) -> str:
    if "field limit" in str(error):
        return (
            f"Row {row} has a field of more than {MOST_CHARACTERS:,} characters; "
            "the file looks damaged, so nothing was taken in."
        )
    return (
        f"Row {row} is not well-formed CSV (most likely a quotation mark without its partner); "
        "correct the file, nothing was taken in."
    )


def read_parquet(raw: bytes) -> Sheet:
    """The rows of a Parquet file, its values written out as a CSV would hold them."""
    try:
        frame = pl.read_parquet(raw)
    except (pl.exceptions.PolarsError, OSError, ValueError):
        raise UnreadableError("The file is not a whole Parquet file; write it again.") from None
    if not frame.columns:
        raise UnreadableError("The file is empty; it needs columns and rows.")
    texts = frame.select(
        _as_text(name, dtype).fill_null("").alias(name) for name, dtype in frame.schema.items()
    )
    return make_sheet(texts.columns, texts.get_columns())


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    cell = pl.col(name)
    match dtype:
        case pl.String() | pl.Categorical() | pl.Enum() | pl.Boolean() | pl.Null():
            return cell.cast(pl.String)
        case pl.Date():
            return cell.dt.strftime("%Y-%m-%d")
        case pl.Datetime(time_zone=None):
            return cell.dt.strftime(TIME)
        case pl.Datetime():
            return cell.dt.convert_time_zone("UTC").dt.strftime(f"{TIME}+00:00")
        case pl.List(inner=pl.String()):
            return cell.list.join(";")
    if dtype.is_float():
        # A column of whole numbers with gaps is often stored as 9.0: it means 9.
        whole = cell.is_finite() & (cell == cell.round(0)) & (cell.abs() < 1e15)
        return (
            pl.when(whole)
            .then(cell.cast(pl.Int64, strict=False).cast(pl.String))
            .when(cell.is_not_nan())
            .then(cell.cast(pl.String))
        )
    if dtype.is_numeric():
        return cell.cast(pl.String)
    raise UnreadableError("A column of the Parquet file holds neither text, numbers nor times.")

"""Rows checked as a whole: what they say, and every rule they break."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import polars as pl

from service.intake.columns import Kind
from service.intake.rules import rules_of
from service.intake.sheet import ROW, Sheet
from service.intake.values import Rule, rules_of_column, tidy, value_name, with_values

PROBLEMS: Final[dict[str, Any]] = {"row": pl.Int64, "column": pl.String, "problem": pl.String}
# Separators no cell holds, since control characters are refused.
FIELD, BLANK = "\x1f", "\x1e"
CONTENT: Final = "_content"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """rows: the good ones, read, with `row`; problems: row, column, problem of the others.

    repeats: how many good rows say again what an earlier one says, and were left out.
    """

    rows: pl.DataFrame
    problems: pl.DataFrame
    repeats: int = 0


def check_rows(sheet: Sheet, kind: Kind, now: datetime) -> Checked:
    """The rows of a sheet read and checked by themselves, without a look into the register."""
    cells = sheet.cells.select(
        ROW,
        *(
            tidy(pl.col(name)).alias(name)
            if name in sheet.cells.columns
            else pl.lit(None, pl.String).alias(name)
            for name in kind.names
        ),
    )
    read = with_values(cells, kind.columns)
    problems = broken(
        read, [rule for column in kind.columns for rule in rules_of_column(column, now)]
    )
    rows = read.select(ROW, *(pl.col(value_name(name)).alias(name) for name in kind.names))
    checked = drop_broken(
        Checked(rows=rows.with_columns(pl.col("withdrawn").fill_null(False)), problems=problems),
        pl.DataFrame(schema=PROBLEMS),
    )
    return drop_broken(checked, broken(checked.rows, rules_of(kind.name, now)))


def broken(rows: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """A line for each row and rule it breaks; of several in one cell the first."""
    marks = rows.select(
        ROW, *(rule.broken.fill_null(False).alias(str(n)) for n, rule in enumerate(rules))
    )
    found = [
        marks.filter(pl.col(str(n))).select(
            pl.col(ROW).cast(pl.Int64).alias("row"),
            pl.lit(rule.column).alias("column"),
            pl.lit(rule.sentence).alias("problem"),
        )
        for n, rule in enumerate(rules)
        if marks[str(n)].any()
    ]
    lines = pl.concat([pl.DataFrame(schema=PROBLEMS), *found])
    return lines.unique(["row", "column"], keep="first", maintain_order=True).sort(
        "row", maintain_order=True
    )


def drop_broken(checked: Checked, more: pl.DataFrame) -> Checked:
    """The same with more problems, and without their rows."""
    problems = (
        pl.concat([checked.problems, more])
        .unique(["row", "column"], keep="first", maintain_order=True)
        .sort("row", maintain_order=True)
    )
    good = checked.rows.join(problems.select(pl.col("row").alias(ROW)), on=ROW, how="anti")
    return Checked(rows=good, problems=problems, repeats=checked.repeats)


def settle_repeats(checked: Checked, kind: Kind) -> Checked:
    """Good rows of one file that speak of the same thing: alike is once, unlike needs a time.

    Two that differ and do not say when each was recorded leave it open which one holds: the later
    one is refused.
    """
    told = [*kind.content, *(name for name in kind.references if name not in kind.key)]
    rows = checked.rows.sort(ROW).with_columns(content_of(checked.rows, told))
    undated = rows.filter(pl.col("recorded_at").is_null()).with_columns(
        pl.col(ROW).first().over(kind.key).alias("_first"),
        (pl.col(CONTENT) != pl.col(CONTENT).first().over(kind.key)).alias("_differs"),
    )
    clashes = undated.filter("_differs").select(
        pl.col(ROW).alias("row"),
        pl.lit("recorded_at").alias("column"),
        pl.format(
            f"Row {{}} says something else about the {kind.subject} of row {{}}, and "
            "recorded_at does not say which is newer; fill it in, or send one of them.",
            ROW,
            "_first",
        ).alias("problem"),
    )
    kept = drop_broken(
        Checked(rows=rows, problems=checked.problems, repeats=checked.repeats), clashes
    )
    same = [*kind.key, "recorded_at", "source_event_id", CONTENT]
    # Without a time the source's own number of an event tells nothing apart.
    once = kept.rows.with_columns(
        pl.when(pl.col("recorded_at").is_not_null()).then("source_event_id").alias("_event")
    ).unique(
        [*(each for each in same if each != "source_event_id"), "_event"],
        keep="first",
        maintain_order=True,
    )
    return Checked(
        rows=once.drop("_event", CONTENT),
        problems=kept.problems,
        repeats=checked.repeats + kept.rows.height - once.height,
    )


def content_of(rows: pl.DataFrame, names: Sequence[str]) -> pl.Expr:
    """One text a row that is the same when these columns say the same.

    It is hashed into the digest by which a row sent again is known, so it must never change:
    numbers as Python writes them, times in microseconds since 1970, days as ISO.
    """
    return pl.concat_str(
        [_canonical(name, rows.schema[name]).fill_null(BLANK) for name in names], separator=FIELD
    ).alias(CONTENT)


def _canonical(name: str, dtype: pl.DataType) -> pl.Expr:
    cell = pl.col(name)
    match dtype:
        case pl.Datetime():
            return cell.dt.timestamp("us").cast(pl.String)
        case pl.Date():
            return cell.dt.strftime("%Y-%m-%d")
        case pl.List():
            return cell.list.join(";")
        case pl.Float64():
            return cell.round(9).cast(pl.String)
        case pl.Boolean():
            return cell.cast(pl.Int8).cast(pl.String)
        case _:
            return cell.cast(pl.String)

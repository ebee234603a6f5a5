"""Cells become values, a column at a time, and the rules that cells and values may break.

Days and times are ISO 8601. A time without an offset is Europe/London: of an hour that the clocks
repeat in autumn the first one is meant, and an hour they leave out in spring is refused. A bare
day where a time is wanted means its first moment in London.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from service.intake.columns import Column

LONDON: Final = "Europe/London"
EARLIEST: Final = date(1990, 1, 1)
# Clocks differ and files are made at night: a day of grace.
GRACE: Final = timedelta(days=1)
FURTHEST: Final = timedelta(days=3660)
UTC_TIME: Final = pl.Datetime("us", "UTC")

DAY_SHAPE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME_SHAPE: Final = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.,]([0-9]{1,9}))?)?"
    r" ?(?:([Zz])|([+-])([0-9]{2}):?([0-5][0-9])?)?)?$"
)
MOST_OFFSET_HOURS: Final = 14
CONTROL: Final = r"[\x00-\x1f\x7f]"
WHOLE_SHAPE: Final = r"^([+-]?[0-9]{1,9})(?:\.0+)?$"
NUMBER_SHAPE: Final = r"^[+-]?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})([eE][+-]?[0-9]{1,2})?$"
YES: Final = ("true", "yes", "1")
NO: Final = ("false", "no", "0")


class Rule(NamedTuple):
    """broken is true in the rows that break it; sentence says so without repeating the cell."""

    column: str
    broken: pl.Expr
    sentence: str


def tidy(cells: pl.Expr) -> pl.Expr:
    """The cells trimmed and in Unicode NFC; null where nothing is left."""
    trimmed = cells.str.strip_chars().str.normalize("NFC")
    return pl.when(trimmed != "").then(trimmed)


def value_name(column: str) -> str:
    """The name of a column's values beside its cells."""
    return f"={column}"


def skipped_name(column: str) -> str:
    """The name of the mark of times that the clocks left out."""
    return f"!{column}"


def with_values(cells: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """The tidy cells and, beside them, what they mean: null where blank or without meaning."""
    found: list[pl.Series] = []
    for column in columns:
        name, cell = value_name(column.name), cells[column.name]
        match column.meaning:
            case "time":
                times = read_times(cell)
                skipped = skipped_name(column.name)
                found += [times["time"].rename(name), times["skipped"].rename(skipped)]
            case "day":
                found.append(read_days(cell).rename(name))
            case _:
                meant = _meant(column, pl.col(column.name)).alias(name)
                found.append(cells.select(meant).to_series())
    return cells.with_columns(found)


def _meant(column: Column, cell: pl.Expr) -> pl.Expr:
    match column.meaning:
        case "codes":
            each = cell.str.split(";").list.eval(pl.element().str.strip_chars())
            return each.list.eval(pl.element().filter(pl.element() != "")).list.unique().list.sort()
        case "yes_no":
            lower = cell.str.to_lowercase()
            return pl.when(lower.is_in(YES)).then(True).when(lower.is_in(NO)).then(False)
        case "whole":
            return cell.str.extract(WHOLE_SHAPE, 1).cast(pl.Int64, strict=False)
        case "number":
            shaped = pl.when(cell.str.contains(NUMBER_SHAPE)).then(cell)
            return shaped.cast(pl.Float64, strict=False)
        case _:
            return cell


def read_times(cells: pl.Series) -> pl.DataFrame:
    """time: the moment in UTC, null where there is none; skipped: the clocks left it out."""
    part = pl.DataFrame({"cell": cells}).select(
        pl.col("cell").str.extract_groups(TIME_SHAPE).struct.unnest()
    )
    start = pl.col("1").str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    micro = pl.col("5").str.pad_end(6, "0").str.head(6)
    clock = pl.duration(
        hours=_whole(pl.col("2")),
        minutes=_whole(pl.col("3")),
        seconds=_whole(pl.col("4")),
        microseconds=_whole(micro),
    )
    away = _whole(pl.col("8")) * 60 + _whole(pl.col("9"))
    part = part.select(
        (start + clock).alias("naive"),
        (pl.when(pl.col("7") == "-").then(-away).otherwise(away)).alias("away"),
        pl.any_horizontal(pl.col("6", "7").is_not_null()).alias("given"),
    )
    exact = (pl.col("naive") - pl.duration(minutes=pl.col("away"))).dt.replace_time_zone("UTC")
    here = pl.when(~pl.col("given")).then("naive")
    local = here.dt.replace_time_zone(LONDON, ambiguous="earliest", non_existent="null")
    part = part.with_columns(exact.alias("exact"), local.dt.convert_time_zone("UTC").alias("local"))
    fits = pl.col("away").abs() <= MOST_OFFSET_HOURS * 60
    return part.select(
        pl.when("given").then(pl.when(fits).then("exact")).otherwise("local").alias("time"),
        (~pl.col("given") & pl.col("naive").is_not_null() & pl.col("local").is_null()).alias(
            "skipped"
        ),
    )


def _whole(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.Int64, strict=False).fill_null(0)


def read_days(cells: pl.Series) -> pl.Series:
    """The days; of a time its day in London; null where there is none."""
    plain = cells.str.to_date("%Y-%m-%d", strict=False)
    shaped = cells.str.contains(DAY_SHAPE)
    days = pl.select(pl.when(shaped).then(plain)).to_series()
    rest = pl.select(pl.when(~shaped).then(cells)).to_series()
    if rest.null_count() == rest.len():
        return days
    moments = read_times(rest)["time"].dt.convert_time_zone(LONDON).dt.date()
    return pl.select(pl.coalesce(days, moments)).to_series()


def rules_of_column(column: Column, now: datetime) -> list[Rule]:
    """The rules of a column, over its cells and values; now is the moment of arrival."""
    name, cell, value = column.name, pl.col(column.name), pl.col(value_name(column.name))
    long = f"This is longer than {column.most:,} characters; shorten it."
    rules = [
        Rule(name, cell.str.len_chars() > column.most, long),
        Rule(
            name,
            cell.str.contains(CONTROL),
            "This holds a line break or another control character; remove it.",
        ),
    ]
    if column.required:
        rules.append(Rule(name, cell.is_null(), "This is required and is blank; fill it in."))
    meaningless = cell.is_not_null() & value.is_null()
    match column.meaning:
        case "code":
            rules.append(Rule(name, ~cell.is_in(column.codes), _code_sentence(column)))
        case "codes":
            known = value.list.eval(pl.element().is_in(column.codes)).list.all()
            listed = ", ".join(column.codes)
            rules.append(Rule(name, ~known, f"One of these is no code of {name}; use {listed}."))
        case "yes_no":
            rules.append(Rule(name, meaningless, "This is neither true nor false; say which."))
        case "whole" | "number":
            rules.append(_in_range(column, meaningless, value))
        case "time":
            rules += _time_rules(column, meaningless, value, now)
        case "day":
            rules += _day_rules(column, meaningless, value, now)
    return rules


def _code_sentence(column: Column) -> str:
    if column.name == "force":
        return "No force has this slug; use the one of data.police.uk, such as durham."
    return f"This is not a code of {column.name}; use {', '.join(column.codes)}."


def _in_range(column: Column, meaningless: pl.Expr, value: pl.Expr) -> Rule:
    kind = "whole number" if column.meaning == "whole" else "number"
    outside = ~value.is_between(column.low, column.high)
    sentence = f"This must be a {kind} from {column.low:,.0f} to {column.high:,.0f}."
    return Rule(column.name, meaningless | outside, sentence)


def _time_rules(column: Column, meaningless: pl.Expr, value: pl.Expr, now: datetime) -> list[Rule]:
    skipped = pl.col(skipped_name(column.name))
    latest = now + (FURTHEST if column.ahead else GRACE)
    earliest = datetime(EARLIEST.year, 1, 1, tzinfo=UTC)
    return [
        Rule(
            column.name,
            skipped,
            "The clocks left this hour out when they went forward; correct it or add the offset.",
        ),
        Rule(
            column.name,
            meaningless,
            "This is not a time such as 2026-03-01T14:30+00:00; correct it.",
        ),
        Rule(column.name, value < pl.lit(earliest), "This lies before 1990; correct it."),
        Rule(column.name, value > pl.lit(latest), _too_late(column)),
    ]


def _day_rules(column: Column, meaningless: pl.Expr, value: pl.Expr, now: datetime) -> list[Rule]:
    today = now.astimezone(ZoneInfo(LONDON)).date()
    latest = today + (FURTHEST if column.ahead else GRACE)
    return [
        Rule(column.name, meaningless, "This is not a day such as 2026-03-01; correct it."),
        Rule(column.name, value < pl.lit(EARLIEST), "This lies before 1990; correct it."),
        Rule(column.name, value > pl.lit(latest), _too_late(column)),
    ]


def _too_late(column: Column) -> str:
    far = "more than ten years ahead" if column.ahead else "in the future"
    return f"This lies {far}; correct it."

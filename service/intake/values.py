"""Cells become values, column by column, or rules they break; all as Polars expressions.

Days and times are ISO 8601. A time without an offset is Europe/London: of an hour that the clocks
repeat in autumn the first one is meant, and an hour they leave out in spring is refused. A bare
day where a time is wanted means its first moment in London.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from service.intake.columns import MOST_CODES_NAMED, Column

LONDON: Final = "Europe/London"
EARLIEST: Final = date(1990, 1, 1)
# Clocks differ and files are made at night: a day of grace.
GRACE: Final = timedelta(days=1)
FURTHEST: Final = timedelta(days=3660)
UTC_TIME: Final = pl.Datetime("us", "UTC")

DAY_SHAPE: Final = r"^\d{4}-\d{2}-\d{2}$"
TIME_SHAPE: Final = (
    r"^(\d{4}-\d{2}-\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?"
    r" ?(?:([Zz])|([+-])(\d{2}):?([0-5]\d)?)?)?$"
)
MOST_OFFSET_HOURS: Final = 14
CONTROL: Final = r"[\x00-\x1f\x7f]"
WHOLE_SHAPE: Final = r"^([+-]?\d{1,9})(?:\.0+)?$"
NUMBER_SHAPE: Final = r"^[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})([eE][+-]?\d{1,2})?$"
YES: Final = ("true", "yes", "1")
NO: Final = ("false", "no", "0")


class Rule(NamedTuple):
    """broken is true in the rows that break it; sentence says so without repeating the cell."""

    column: str
    broken: pl.Expr
    sentence: str


class Reading(NamedTuple):
    """The value of a column (null where blank or broken) and the rules its cells may break."""

    value: pl.Expr
    rules: tuple[Rule, ...]


def tidy(cells: pl.Expr) -> pl.Expr:
    """The cells trimmed and in Unicode NFC; null where nothing is left."""
    trimmed = cells.str.strip_chars().str.normalize("NFC")
    return pl.when(trimmed != "").then(trimmed)


def read(column: Column, now: datetime) -> Reading:
    """How the tidy cells of a column are read; now is the moment of arrival."""
    name, cell = column.name, pl.col(column.name)
    rules = [
        Rule(
            name,
            cell.str.len_chars() > column.most,
            f"This is longer than {column.most:,} characters; shorten it.",
        ),
        Rule(
            name,
            cell.str.contains(CONTROL),
            "This holds a line break or another control character; remove it.",
        ),
    ]
    if column.required:
        rules.append(Rule(name, cell.is_null(), "This is required and is blank; fill it in."))
    value, further = _by_meaning(column, cell, now)
    return Reading(value.alias(name), (*rules, *further))


def _by_meaning(column: Column, cell: pl.Expr, now: datetime) -> tuple[pl.Expr, list[Rule]]:
    value: pl.Expr
    match column.meaning:
        case "reference" | "text":
            return cell, []
        case "code":
            known = cell.is_in(column.codes)
            return pl.when(known).then(cell), [Rule(column.name, ~known, _code_sentence(column))]
        case "codes":
            return _codes(column, cell)
        case "time":
            return _time(column, cell, now)
        case "day":
            return _day(column, cell, now)
        case "yes_no":
            lower = cell.str.to_lowercase()
            value = pl.when(lower.is_in(YES)).then(True).when(lower.is_in(NO)).then(False)
            broken = cell.is_not_null() & value.is_null()
            return value, [Rule(column.name, broken, "This is neither true nor false; say which.")]
        case "whole":
            value = cell.str.extract(WHOLE_SHAPE, 1).cast(pl.Int64, strict=False)
        case "number":
            shaped = pl.when(cell.str.contains(NUMBER_SHAPE)).then(cell)
            value = shaped.cast(pl.Float64, strict=False)
    return _in_range(column, cell, value)


def _code_sentence(column: Column) -> str:
    if column.name == "force":
        return "No force has this slug; use the one of data.police.uk, such as durham."
    if len(column.codes) <= MOST_CODES_NAMED:
        return f"This is not a code of {column.name}; use {', '.join(column.codes)}."
    return f"This is not a code of {column.name}; the list is in docs/codes.md."


def _codes(column: Column, cell: pl.Expr) -> tuple[pl.Expr, list[Rule]]:
    """Several codes with ; between, sorted and once each."""
    each = cell.str.split(";").list.eval(pl.element().str.strip_chars())
    each = each.list.eval(pl.element().filter(pl.element() != ""))
    known = each.list.eval(pl.element().is_in(column.codes)).list.all()
    sentence = f"One of these is not a code of {column.name}; use {', '.join(column.codes)}."
    value = pl.when(known).then(each.list.unique().list.sort())
    return value, [Rule(column.name, ~known, sentence)]


def _in_range(column: Column, cell: pl.Expr, value: pl.Expr) -> tuple[pl.Expr, list[Rule]]:
    kind = "whole number" if column.meaning == "whole" else "number"
    low, high = f"{column.low:,.0f}", f"{column.high:,.0f}"
    outside = ~value.is_between(column.low, column.high)
    broken = cell.is_not_null() & (value.is_null() | outside)
    sentence = f"This must be a {kind} from {low} to {high}."
    return pl.when(~broken).then(value), [Rule(column.name, broken, sentence)]


def _time(column: Column, cell: pl.Expr, now: datetime) -> tuple[pl.Expr, list[Rule]]:
    value, skipped = parse_time(cell)
    latest = now + (FURTHEST if column.ahead else GRACE)
    earliest = datetime(EARLIEST.year, 1, 1, tzinfo=UTC)
    return value, [
        Rule(
            column.name,
            cell.is_not_null() & value.is_null() & ~skipped,
            "This is not a time such as 2026-03-01T14:30+00:00; correct it.",
        ),
        Rule(
            column.name,
            skipped,
            "The clocks left this hour out when they went forward; correct it or add the offset.",
        ),
        Rule(column.name, value < pl.lit(earliest), "This lies before 1990; correct it."),
        Rule(column.name, value > pl.lit(latest), _too_late(column)),
    ]


def parse_time(cell: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """(the moment in UTC or null, whether the clocks left it out)."""
    part = cell.str.extract_groups(TIME_SHAPE).struct
    hour, minute, second = (_whole(part.field(str(place))) for place in (2, 3, 4))
    micro = part.field("5").str.pad_end(6, "0").str.head(6).cast(pl.Int64, strict=False)
    start = part.field("1").str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    naive = start + pl.duration(
        hours=hour, minutes=minute, seconds=second, microseconds=micro.fill_null(0)
    )
    hours, minutes = _whole(part.field("8")), _whole(part.field("9"))
    sign = pl.when(part.field("7") == "-").then(-1).otherwise(1)
    offset = pl.duration(minutes=sign * (hours * 60 + minutes))
    fits = (hours * 60 + minutes) <= MOST_OFFSET_HOURS * 60
    has_offset = part.field("6").is_not_null() | part.field("7").is_not_null()
    exact = (naive - offset).dt.replace_time_zone("UTC")
    local = naive.dt.replace_time_zone(LONDON, ambiguous="earliest", non_existent="null")
    value = (
        pl.when(has_offset & fits)
        .then(exact)
        .when(~has_offset)
        .then(local.dt.convert_time_zone("UTC"))
    )
    skipped = ~has_offset & naive.is_not_null() & local.is_null()
    return value, skipped.fill_null(False)


def _whole(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.Int64, strict=False).fill_null(0)


def _day(column: Column, cell: pl.Expr, now: datetime) -> tuple[pl.Expr, list[Rule]]:
    """A day, or the London day of a time."""
    plain = pl.when(cell.str.contains(DAY_SHAPE)).then(cell).str.to_date("%Y-%m-%d", strict=False)
    moment, _ = parse_time(pl.when(~cell.str.contains(DAY_SHAPE)).then(cell))
    value = pl.coalesce(plain, moment.dt.convert_time_zone(LONDON).dt.date())
    today = now.astimezone(ZoneInfo(LONDON)).date()
    latest = today + (FURTHEST if column.ahead else GRACE)
    return value, [
        Rule(
            column.name,
            cell.is_not_null() & value.is_null(),
            "This is not a day such as 2026-03-01; correct it.",
        ),
        Rule(column.name, value < pl.lit(EARLIEST), "This lies before 1990; correct it."),
        Rule(column.name, value > pl.lit(latest), _too_late(column)),
    ]


def _too_late(column: Column) -> str:
    far = "more than ten years ahead" if column.ahead else "in the future"
    return f"This lies {far}; correct it."

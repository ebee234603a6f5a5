"""Answers on paper: one column an item, checked against the survey they were given to."""

from __future__ import annotations

from typing import Final

import polars as pl

from service.intake.checking import Checked, broken, drop_broken
from service.intake.rules import CONTACT_DAY
from service.intake.sheet import ROW, Sheet
from service.intake.values import Rule, tidy
from surveys.answers import canonical
from surveys.instrument import (
    NOT_SURE,
    SKIPPED,
    CompletionQuestion,
    Instrument,
    Item,
    Text,
    values_of,
)
from surveys.library import load_library

DEFAULTS: Final = {"respondent_no": 1, "wave": "T1", "language": "en"}
PERSON: Final = ["force", "contact_ref", "respondent", "respondent_no", "wave"]
# The canonical answers, as they are hashed and kept.
SAID: Final = "_said"


def item_columns() -> list[str]:
    """The key of every item of every survey: the columns a file of answers may have."""
    return list(dict.fromkeys(i.key for each in load_library().all() for i in each.items))


def read_answers_of(sheet: Sheet, checked: Checked) -> Checked:
    """The same with `_said`: what each row answers, a blank item counting as skipped."""
    items = [name for name in item_columns() if name in sheet.columns]
    rows = checked.rows.with_columns(
        *(pl.col(name).fill_null(value) for name, value in DEFAULTS.items())
    ).join(
        sheet.cells.select(ROW, *(tidy(pl.col(name)).alias(_cell(name)) for name in items)), on=ROW
    )
    read: list[pl.DataFrame] = []
    problems = broken(rows, [_known_survey(), _one_child()])
    for (survey, version), group in rows.group_by(["instrument", "version"], maintain_order=True):
        instrument = _find(str(survey), int(str(version)))
        if instrument is not None:
            found = broken(group, _rules_of(instrument, items))
            problems = pl.concat([problems, found])
            good = group.join(found.select(pl.col("row").alias(ROW)), on=ROW, how="anti")
            read.append(_said(good, instrument, items))
    kept = (
        pl.concat(read)
        if read
        else _without_cells(rows.clear()).with_columns(pl.lit("").alias(SAID))
    )
    whole = Checked(rows=kept.sort(ROW), problems=checked.problems, repeats=checked.repeats)
    return _settle_repeats(drop_broken(whole, problems))


def _cell(name: str) -> str:
    return f"item {name}"


def _without_cells(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.exclude(r"^item .*$"))


def _find(survey: str, version: int) -> Instrument | None:
    return next(
        (each for each in load_library().all() if (each.id, each.version) == (survey, version)),
        None,
    )


def _known_survey() -> Rule:
    known = [f"{each.id}|{each.version}" for each in load_library().all()]
    both = pl.concat_str("instrument", "version", separator="|")
    return Rule(
        "instrument",
        ~both.is_in(known),
        "There is no survey of this id and version; `heard instruments list` shows them.",
    )


def _one_child() -> Rule:
    several = (pl.col("respondent") == "child") & (pl.col("respondent_no") != 1)
    return Rule("respondent_no", several, "A child has the number 1; only carers may be several.")


def _rules_of(instrument: Instrument, items: list[str]) -> list[Rule]:
    rules = [
        Rule(
            "respondent",
            pl.col("respondent") != instrument.audience,
            "This survey is for another respondent; correct one of the two.",
        ),
        Rule("wave", ~pl.col("wave").is_in(instrument.waves), "This survey is not of this wave."),
    ]
    for name in items:
        item, cell = instrument.find_item(name), pl.col(_cell(name))
        if item is None:
            sentence = "This survey has no such item; leave it blank."
            rules.append(Rule(name, cell.is_not_null(), sentence))
            continue
        allowed = [*values_of(item), NOT_SURE, SKIPPED]
        rules.append(Rule(name, ~cell.is_in(allowed), _wrong_answer(item, allowed)))
        asked = _is_asked(instrument, item, items)
        unasked = ~asked & cell.is_not_null() & (cell != SKIPPED)
        rules.append(
            Rule(name, unasked, "This is not asked after the other answers; leave it blank.")
        )
        if isinstance(item, CompletionQuestion):
            modes = {option.value: option.mode for option in item.options}
            mode = cell.replace_strict(modes, default=None, return_dtype=pl.String)
            other = mode.is_not_null() & (mode != pl.col("completion_mode"))
            rules.append(Rule(name, other, "This says something else than completion_mode."))
    return rules


def _wrong_answer(item: Item, allowed: list[str]) -> str:
    if isinstance(item, Text):
        return "Words of a child or carer are not taken from a file; leave this blank."
    return f"This is not an answer of this item; use {', '.join(allowed)}, or leave it blank."


def _answer(item: Item, items: list[str]) -> pl.Expr:
    """The answer to an item: blank is skipped, and who was there follows from completion_mode."""
    blank: pl.Expr = pl.lit(SKIPPED)
    if isinstance(item, CompletionQuestion):
        value_of = {option.mode: option.value for option in item.options}
        blank = pl.col("completion_mode").replace_strict(
            value_of, default=SKIPPED, return_dtype=pl.String
        )
    return pl.col(_cell(item.key)).fill_null(blank) if item.key in items else blank


def _is_asked(instrument: Instrument, item: Item, items: list[str]) -> pl.Expr:
    """Whether show_if lets the item be asked after the answers to earlier asked ones."""
    asked: pl.Expr = pl.lit(True)
    for key, allowed in item.show_if.items():
        earlier = instrument.find_item(key)
        if earlier is not None:
            holds = _answer(earlier, items).is_in(allowed)
            asked = asked & holds & _is_asked(instrument, earlier, items)
    return asked


def _said(rows: pl.DataFrame, instrument: Instrument, items: list[str]) -> pl.DataFrame:
    """The rows with their answers as one canonical text."""
    answers = rows.select(
        pl.when(_is_asked(instrument, item, items)).then(_answer(item, items)).alias(item.key)
        for item in instrument.items
    )
    said = [
        canonical({key: value for key, value in answer.items() if value is not None}, mode).decode()
        for answer, mode in zip(answers.iter_rows(named=True), rows["completion_mode"], strict=True)
    ]
    return _without_cells(rows).with_columns(pl.Series(SAID, said, dtype=pl.String))


def _settle_repeats(checked: Checked) -> Checked:
    """Two rows of one person that say no time: alike is once; unlike, the later one is refused."""
    undated = pl.col("recorded_at").is_null()
    rows = checked.rows.filter(undated).with_columns(
        pl.col(ROW).first().over(*PERSON, "withdrawn").alias("_first"),
        pl.col(SAID).first().over(*PERSON, "withdrawn").alias("_first_said"),
    )
    differs = rows.filter((pl.col(SAID) != pl.col("_first_said")) & ~pl.col("withdrawn"))
    clashes = differs.select(
        pl.col(ROW).alias("row"),
        pl.lit("contact_ref").alias("column"),
        pl.format(
            "Row {} gives another answer of the person of row {}; keep the one she gave.",
            ROW,
            "_first",
        ).alias("problem"),
    )
    kept = drop_broken(checked, clashes)
    first = pl.struct(*PERSON, "withdrawn", undated.alias("_undated")).is_first_distinct()
    once = kept.rows.filter(first | ~undated)
    repeats = checked.repeats + kept.rows.height - once.height
    return Checked(rows=once, problems=kept.problems, repeats=repeats)


def rules_beside_contact() -> list[Rule]:
    """The rules of an answer beside its contact, whose day is in CONTACT_DAY (null: not here)."""
    day = pl.col(CONTACT_DAY)
    return [
        Rule(
            "contact_ref",
            day.is_null(),
            "This contact is not in the register; send the contacts first.",
        ),
        Rule(
            "answered_on",
            pl.col("answered_on") < day,
            "This was answered before its contact; correct it.",
        ),
    ]

"""The contract of every frame of a snapshot: columns, types, key, units, meaning of null.

Days are whole days since 2000-01-01. In a written snapshot `contact_day` is the Monday of
its week and every other day of that contact is moved by the same amount, so that differences
are exact and no date is. Two kinds of day are coarser, or they would give the amount away: the
next contact of a child (`rereferral_day`, `repeat_contact_day`) is the Monday of its own week,
and a recorded day is the Sunday by which the thing was recorded, two weeks after it or later,
never earlier than in truth. Events have no recorded day. Ids are random and new in each snapshot.

Names of the open-ended columns of `linked`:

* an intervention, a flag and an outcome appear under their code in lower case
  (`offered_chisva`, `flag_cse`, `cin_s17`); the arm in `intervention` is written the same way;
* items of a survey are `item_<key>` and hold the score of the chosen option, because item keys
  and construct names overlap; constructs are plain names, 0 to 100;
* the carer's answers are `carer_item_<key>` and `carer_<construct>`: never pooled with a child's;
* an outcome code is three columns. `<outcome>` is its value, or 1 where the outcome is a fact
  without a value; `<outcome>_day` the day it was decided or happened; `<outcome>_recorded_day`
  the week it entered the records. All three are null where nothing is recorded so far, which is
  not the same as "did not happen". A code that begins with a digit (Home Office outcome types)
  is written after its set: `justice_16`; type 1 is `justice_charged`, and `justice_any` is the
  first type of any kind. Each is the first one from the end of the start window on; a code that
  begins with PLACEBO_ is the last one before the contact. `rereferral_day` is the next contact
  of the same child after the start window.

Simulated data: every row of a simulated file has a `source_event_id` that begins with
`SIMULATED-`; a snapshot is simulated as soon as one contact is, `schema.json` then says
`"simulated": true`, and everything made from it says SIMULATED.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import msgspec
import polars as pl

EPOCH: Final = date(2000, 1, 1)
SIMULATED_PREFIX: Final = "SIMULATED-"
USUAL: Final = "usual"
SEVERAL: Final = "several"

INTEGER: Final = pl.Int32
FLAG: Final = pl.Int8
SCORE: Final = pl.Float64


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One named column."""

    name: str
    dtype: Any
    unit: str = ""
    null: str = "never"
    required: bool = True


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Columns that share a pattern of names, `*` standing for a lower-case code."""

    pattern: str
    dtype: Any
    unit: str = ""
    null: str


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One frame: its key (empty: rows may repeat), its columns and its families of columns."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    families: tuple[Family, ...] = ()


class BadTableError(ValueError):
    """A frame does not keep the contract of its table."""


def _text(name: str, unit: str = "", null: str = "never") -> Column:
    return Column(name=name, dtype=pl.String, unit=unit, null=null)


def _day(name: str, null: str = "never") -> Column:
    return Column(name=name, dtype=INTEGER, unit="day", null=null)


def _whole(name: str, unit: str, null: str = "never") -> Column:
    return Column(name=name, dtype=INTEGER, unit=unit, null=null)


def _flag(name: str, unit: str = "0 or 1", null: str = "never") -> Column:
    return Column(name=name, dtype=FLAG, unit=unit, null=null)


_CONTACT = _text("contact_id", "random id, new in each snapshot")
_NO_ANSWER = "this respondent gave no answer that counts at T1"
_NOT_RECORDED = "nothing recorded so far"

LINKED: Final = Table(
    name="linked",
    row="one contact",
    key=("contact_id",),
    columns=(
        _CONTACT,
        _text("child_id", "random id; contacts of one child share it"),
        _text("case_id", "random id; siblings and co-interventions of one case share it"),
        _text("force", "data.police.uk slug"),
        _text("team", "random id within the force", "not stated"),
        _day("contact_day"),
        _day("window_end_day"),
        _text("child_role", "victim, witness, suspect, missing, at_scene"),
        _text("contact_type", "code"),
        _text("age_band", "0-5, 6-7, 8-11, 12-15, 16-17"),
        _text("gender", "code", "not stated"),
        _text("ethnic_group", "code", "not stated"),
        _whole("severity", "1 to 5, scored at first contact", "not scored"),
        _whole("deprivation_decile", "1 most deprived to 10", "not known"),
        _whole("prior_contacts", "earlier contacts of the child known here"),
        Column(
            name="hours_to_first_contact",
            dtype=pl.Float64,
            unit="hours from report to the first time an officer met the child",
            null="not recorded",
        ),
        _text("intervention", "arm: a code, usual, or several", "start window not over"),
        _text("wave", "T1", _NO_ANSWER),
        _flag("responded", "1 answered", "no instrument for this age"),
        _text("respondent", "child", _NO_ANSWER),
        _text("completion_mode", "alone, helped_by_carer, …; never proxy", _NO_ANSWER),
        _flag("carer_responded", "1 answered", "no carer's instrument"),
        _text("carer_completion_mode", "as completion_mode", _NO_ANSWER),
    ),
    families=(
        Family(pattern="offered_*", dtype=FLAG, unit="1 offered in the start window", null="never"),
        Family(pattern="got_*", dtype=FLAG, unit="1 begun in the start window", null="never"),
        Family(pattern="flag_*", dtype=FLAG, unit="1 flagged", null="never"),
        Family(pattern="item_*", dtype=SCORE, unit="score of the option", null=_NO_ANSWER),
        Family(pattern="carer_item_*", dtype=SCORE, unit="score", null=_NO_ANSWER),
        Family(pattern="carer_*", dtype=SCORE, unit="construct, 0 to 100", null=_NO_ANSWER),
        Family(pattern="*_recorded_day", dtype=INTEGER, unit="day", null=_NOT_RECORDED),
        Family(pattern="*_day", dtype=INTEGER, unit="day", null=_NOT_RECORDED),
        Family(
            pattern="*",
            dtype=SCORE,
            unit="construct 0 to 100, or outcome",
            null=f"{_NO_ANSWER}; {_NOT_RECORDED}",
        ),
    ),
)

ANSWERS: Final = Table(
    name="answers",
    row="one item of one response",
    key=("contact_id", "respondent", "respondent_no", "wave", "item"),
    columns=(
        _CONTACT,
        _text("respondent", "child or carer"),
        _whole("respondent_no", "1, 2, …"),
        _text("wave", "T1, T2, T3"),
        _text("instrument", "id"),
        _text("version"),
        _text("completion_mode", "alone, helped_by_carer, helped_by_professional, …"),
        _day("answered_day"),
        _text("item", "key"),
        _text("value", "option, not_sure or skipped; never free text", "withheld: free text"),
        Column(name="score", dtype=SCORE, unit="score of the option", null="not sure, skipped"),
    ),
)

INTERVENTIONS: Final = Table(
    name="interventions",
    row="one intervention of one contact",
    key=(),
    columns=(
        _CONTACT,
        _text("intervention", "code"),
        _text("status", "offered, accepted, declined, delivered"),
        _day("offered_day", "not recorded"),
        _day("started_day", "not begun"),
        _day("ended_day", "not ended"),
        _text("provider", null="not recorded"),
        Column(name="dose", dtype=pl.Float64, unit="sessions", null="not recorded"),
    ),
)

EVENTS: Final = Table(
    name="events",
    row="one event of one contact",
    key=(),
    columns=(
        _CONTACT,
        _text("event", "code"),
        _day("happened_day"),
    ),
)

OUTCOMES: Final = Table(
    name="outcomes",
    row="one outcome of one contact",
    key=(),
    columns=(
        _CONTACT,
        _text("outcome_set"),
        _text("outcome", "code"),
        _day("decided_day"),
        _day("recorded_day", "not recorded"),
        _day("told_child_day", "not told, or not recorded"),
        _flag("final", "1 no trial or appeal pending", "not recorded"),
        Column(name="value", dtype=pl.Float64, unit="unit of the code", null="not measured"),
    ),
)

ASKS: Final = Table(
    name="asks",
    row="one respondent of one contact at one wave, asked or not",
    key=("contact_id", "respondent", "respondent_no", "wave"),
    columns=(
        _CONTACT,
        _text("respondent", "child or carer"),
        _whole("respondent_no", "1, 2, …"),
        _text("wave", "T1, T2, T3"),
        _flag("asked"),
        _text("channel", "sms, email, card, none, paper", "not asked"),
        _text("state", "as an invitation's, or not_asked"),
        _text("reason", "why not asked or held: gate_closed, unsafe, …", "asked"),
        _day("asked_day", "not asked"),
        _day("opened_day", "not opened"),
        _day("answered_day", "not answered"),
    ),
)

TABLES: Final = {
    table.name: table for table in (LINKED, ANSWERS, INTERVENTIONS, EVENTS, OUTCOMES, ASKS)
}


def day_number(day: date) -> int:
    """Whole days since 2000-01-01."""
    return (day - EPOCH).days


def schema() -> dict[str, Any]:
    """The description of every table that `schema.json` carries."""
    return {name: _describe(table) for name, table in TABLES.items()}


def _describe(table: Table) -> dict[str, Any]:
    fixed = [{"name": column.name, **_meaning(column)} for column in table.columns]
    families = [{"pattern": family.pattern, **_meaning(family)} for family in table.families]
    described: dict[str, Any] = {"row": table.row, "key": list(table.key), "columns": fixed}
    return described | ({"families": families} if families else {})


def _meaning(column: Column | Family) -> dict[str, str]:
    return {"type": str(column.dtype), "unit": column.unit, "null": column.null}


def check(frame: pl.LazyFrame | pl.DataFrame, table: str) -> None:
    """Nothing where the frame keeps the contract of the table.

    Raises BadTableError with one sentence that names table and column: a missing column, a
    wrong type, a null where none may be, or two rows with one key.
    """
    contract = TABLES[table]
    columns = frame.lazy().collect_schema()
    for column in contract.columns:
        if column.name not in columns:
            raise BadTableError(f"Table {table} has no column {column.name}; add it.")
        _check_type(table, column.name, columns[column.name], column.dtype)
    fixed = {column.name for column in contract.columns}
    for name, dtype in columns.items():
        if name not in fixed:
            _check_type(table, name, dtype, _family_type(contract, name))
    _check_rows(frame.lazy(), contract)


def _check_type(table: str, column: str, found: pl.DataType, wanted: Any) -> None:
    if found != wanted:
        raise BadTableError(f"Column {column} of table {table} is {found}, not {wanted}.")


def _family_type(contract: Table, name: str) -> Any:
    for family in contract.families:
        start, _, end = family.pattern.partition("*")
        if name.startswith(start) and name.endswith(end) and len(name) > len(start + end):
            return family.dtype
    raise BadTableError(f"Table {contract.name} has a column {name} that its contract lacks.")


def _check_rows(frame: pl.LazyFrame, contract: Table) -> None:
    never = [column.name for column in contract.columns if column.null == "never"]
    twice = pl.struct(contract.key).is_duplicated().any() if contract.key else pl.lit(False)
    facts = frame.select(
        *(pl.col(name).null_count().alias(name) for name in never),
        twice.alias("*"),
    ).collect()
    for name in never:
        if facts[name][0]:
            raise BadTableError(
                f"Column {name} of table {contract.name} is empty in some rows; fill them."
            )
    if facts["*"][0]:
        keys = ", ".join(contract.key)
        raise BadTableError(f"Table {contract.name} has two rows with the same {keys}; keep one.")

"""Answers become scores: items as their file says, constructs from 0 to 100, 100 best.

"not_sure", "skipped", unanswered and text are never numbers: they are None. A child's and a
carer's scores, and scores of different bands, are not one scale (shares of the top answer may be
compared, means may not).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from surveys.answers import Value
from surveys.instrument import Choice, EitherOr, Instrument, Item, Scale, ScoredItem
from surveys.journey import walk

# A construct is scored when at least this share of its items has a number; the mean of those
# stands for the rest (prorating, the usual rule of manuals of child questionnaires, as in CORC's).
LEAST_SHARE_ANSWERED = Fraction(2, 3)


class ScoreRow(NamedTuple):
    """The scores of one option: join on item_key and option_value."""

    item_key: str
    construct: str
    option_value: str
    item_score: float
    construct_score: float


def item_score(item: Item, value: Value) -> float | None:
    """The score the file gives the option chosen.

    Range: from the lowest to the highest option of the item; more is better for the child or
    carer. None for not sure, skipped, text, and questions without scores.
    Source: the instrument file.
    """
    if not isinstance(item, EitherOr | Scale | Choice):
        return None
    return next((each.score for each in item.options if each.value == value), None)


def score(instrument: Instrument, answers: Mapping[str, Value]) -> dict[str, float | None]:
    """Each construct from 0 (every item at its worst option) to 100 (every item at its best).

    Mean, over the items answered, of 100 · (score − lowest) / (highest − lowest). None when fewer
    than two thirds of the items asked for the construct have a number. Answers on abandoned
    branches do not count. Source: percentage of maximum possible score (Cohen and others, 1999),
    prorated.
    """
    asked = set(walk(instrument, answers).asked)
    scored = [
        (item.construct, _construct_score(item, answers))
        for item in instrument.items
        if isinstance(item, EitherOr | Scale | Choice) and item.key in asked
    ]
    return {
        construct: _prorated([number for measured, number in scored if measured == construct])
        for construct in instrument.constructs
    }


def score_table(instrument: Instrument) -> tuple[ScoreRow, ...]:
    """One row for each scored option: (item_key, construct, option_value, item_score,
    construct_score).

    Key: item_key and option_value. `item_score` as in the file, `construct_score` from 0 to 100,
    100 best: what the option is worth to its construct. A left join gives null for not sure,
    skipped and text; the mean over the items of a construct is its score, as `score` computes.
    """
    return tuple(
        ScoreRow(
            item.key, item.construct, option.value, option.score, _rescaled(item, option.score)
        )
        for item in instrument.items
        if isinstance(item, EitherOr | Scale | Choice)
        for option in item.options
        if option.score is not None
    )


def _construct_score(item: ScoredItem, answers: Mapping[str, Value]) -> float | None:
    value = answers.get(item.key)
    number = None if value is None else item_score(item, value)
    return None if number is None else _rescaled(item, number)


def _rescaled(item: ScoredItem, number: float) -> float:
    """The share of the range of the item that lies below this score, 0 to 100."""
    scores = [option.score for option in item.options if option.score is not None]
    lowest, highest = min(scores), max(scores)
    return 100 * (number - lowest) / (highest - lowest)


def _prorated(numbers: list[float | None]) -> float | None:
    answered = [number for number in numbers if number is not None]
    if not answered or len(answered) < LEAST_SHARE_ANSWERED * len(numbers):
        return None
    return sum(answered) / len(answered)

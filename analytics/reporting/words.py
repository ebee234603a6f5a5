"""Differences and verdicts in plain sentences, by rule."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from analytics.reporting.facts import OutcomeFacts

CANNOT_TELL: Final = "cannot tell"
NOT_SHOWN: Final = "not shown: fewer than {min_cell} children in a group"

_SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "did better": "did better than similar children{mark}; we cannot be sure this is why.",
        "did worse": "did worse than similar children{mark}; we cannot be sure this is why.",
        "recorded more": "had this recorded more often than similar children{mark}; "
        "more may have been seen rather than more have happened.",
        "recorded less": "had this recorded less often than similar children{mark}; "
        "less may have been seen rather than less have happened.",
        "about the same": "did about the same as similar children{mark}: any difference is too "
        "small to matter.",
    }
)
# What the estimator may give as its reason -> what a reader without statistics needs to know.
# The reason itself stays inside: it may hold an exact number, or say that nobody had an outcome.
_REASONS: Final = (
    (
        ("already differed", "placebo"),
        "The groups already differed in something from before the contact, so the comparison is "
        "not fair.",
    ),
    (
        ("overlap", "after weighting", "nothing to compare"),
        "The children who were offered it and those who were not are too unlike each other to "
        "compare.",
    ),
    (
        ("too few forces", "clusters", "uncertainty"),
        "Too few police forces used it to know whether the figure is luck.",
    ),
    (("replied", "silent"), "Too few children answered the survey."),
    (
        ("old enough", "too recent", "too soon"),
        "It is too soon: for most children the outcome cannot be known yet.",
    ),
    (
        ("too few", "nobody", "seen on", "one value"),
        "Too few children were offered it, or too few like them were not, or for too few is the "
        "outcome known.",
    ),
    (("other way",), "Two fair ways of comparing point in different directions."),
    (("smaller than",), "There may be a difference, but a smaller one than matters."),
)
_OPEN: Final = (
    "The figures are too uncertain: a difference that matters and none at all are both possible."
)


def reason_in_words(reason: str | None) -> str:
    """Why no verdict could be given, as one sentence without any number.

    Several reasons come joined by semicolons, the weightiest first; that one is told.
    """
    first = (reason or "").lower().partition("; ")[0]
    return next((words for keys, words in _REASONS if any(key in first for key in keys)), _OPEN)


def axis_words(outcome: OutcomeFacts) -> str:
    """The axis of a chart of differences in this outcome."""
    if outcome.is_share:
        return "fewer in every 100  ←    →  more in every 100"
    return f"lower  ←    →  higher ({unit_words(outcome)})"


def unit_words(outcome: OutcomeFacts) -> str:
    """`children in every 100` or `points out of 24`."""
    if outcome.is_share:
        return "children in every 100"
    return f"points out of {outcome.top:g}" if outcome.top else "points"


def difference_words(value: float | None, outcome: OutcomeFacts) -> str:
    """`5 more` or `3.2 lower`, in the unit of `unit_words`; `not known` for None."""
    if value is None:
        return "not known"
    if value == 0:
        return "no difference"
    return f"{_amount(value)} {_side(value, outcome)}"


def interval_words(low: float | None, high: float | None, outcome: OutcomeFacts) -> str:
    """`2 to 8 more`, `4 fewer to 6 more`; empty without an interval."""
    if low is None or high is None:
        return ""
    if low >= 0:
        return f"{_amount(low)} to {_amount(high)} {_side(1, outcome)}"
    if high <= 0:
        return f"{_amount(high)} to {_amount(low)} {_side(-1, outcome)}"
    return f"{_amount(low)} {_side(-1, outcome)} to {_amount(high)} {_side(1, outcome)}"


def told_difference(value: float, outcome: OutcomeFacts) -> str:
    """`5 more children in every 100`, `3.2 points higher out of 100`."""
    if outcome.is_share:
        return f"{_amount(value)} {_side(value, outcome)} children in every 100"
    of = f" out of {outcome.top:g}" if outcome.top else ""
    points = "point" if _amount(value) == "1" else "points"
    return f"{_amount(value)} {points} {_side(value, outcome)}{of}"


def verdict_words(verdict: str | None, *, is_registered: bool) -> str:
    """The verdict as it stands in tables and charts, never without `exploratory` if it is."""
    said = (verdict or CANNOT_TELL).capitalize()
    return said if is_registered else f"{said} (exploratory)"


def finding(verdict: str, *, is_registered: bool) -> str:
    """What was found about one kind of help, as one sentence."""
    mark = "" if is_registered else " (exploratory)"
    return f"Children offered it {_SENTENCES[verdict].format(mark=mark)}"


def _amount(value: float) -> str:
    return f"{abs(round(value, 2)):g}"


def _side(value: float, outcome: OutcomeFacts) -> str:
    if outcome.is_share:
        return "fewer" if value < 0 else "more"
    return "lower" if value < 0 else "higher"

"""Where a respondent is: which page is next, which may be visited. Derived, never stored.

Pure and cheap: one pass over the items, whose conditions name earlier items only.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from surveys.answers import Value, is_asked
from surveys.instrument import Instrument, Item


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """Where these answers lead.

    - `done`: every item asked has an answer ("not_sure" and "skipped" are answers).
    - `next`: the first item asked that has none; None when done.
    - `may_visit`: keys of the items answered up to `next`, and of `next`, in order.
    - `asked`: keys of every item asked after these answers, in order.
    """

    done: bool
    next: Item | None
    may_visit: tuple[str, ...]
    asked: tuple[str, ...]

    @property
    def total(self) -> int:
        """The number of items asked, as far as the answers tell; it may grow at a branch."""
        return len(self.asked)

    def position(self, key: str) -> int:
        """The number of an item among those asked, from 1. LookupError when it is not asked."""
        if key not in self.asked:
            raise LookupError("This item is not asked after these answers: go to the next one.")
        return self.asked.index(key) + 1


def walk(instrument: Instrument, answers: Mapping[str, Value]) -> Journey:
    """Where a respondent with these answers stands. Answers on abandoned branches count nothing."""
    asked = _asked_items(instrument, answers)
    unanswered = [place for place, item in enumerate(asked) if item.key not in answers]
    keys = tuple(item.key for item in asked)
    if not unanswered:
        return Journey(done=True, next=None, may_visit=keys, asked=keys)
    first = unanswered[0]
    return Journey(done=False, next=asked[first], may_visit=keys[: first + 1], asked=keys)


def prune(instrument: Instrument, answers: Mapping[str, Value]) -> dict[str, Value]:
    """The answers without those on abandoned branches or to unknown items, in survey order."""
    asked = _asked_items(instrument, answers)
    return {item.key: answers[item.key] for item in asked if item.key in answers}


def previous(instrument: Instrument, answers: Mapping[str, Value], key: str) -> str | None:
    """The key of the page before this one; None before the first and for items not asked."""
    keys = [item.key for item in _asked_items(instrument, answers)]
    place = keys.index(key) if key in keys else 0
    return keys[place - 1] if place else None


def _asked_items(instrument: Instrument, answers: Mapping[str, Value]) -> list[Item]:
    """The items whose conditions hold, looking only at answers that were themselves asked for."""
    asked: list[Item] = []
    counted: dict[str, Value] = {}
    for item in instrument.items:
        if is_asked(item, counted):
            asked.append(item)
            if item.key in answers:
                counted[item.key] = answers[item.key]
    return asked

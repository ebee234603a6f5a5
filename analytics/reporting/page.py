"""One struct for each part of the report's page; the template reads nothing else."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of the answer, and the figures it rests on.

    `look` is the shape and colour of its verdict.
    """

    look: str
    intervention: str
    sentence: str
    figures: tuple[str, ...]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no verdict, and for what."""

    words: str
    comparisons: tuple[str, ...]


class EffectRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a table of differences, every figure in words."""

    label: str
    look: str
    verdict: str
    difference: str
    interval: str
    before: str
    children: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A chart: the drawing for the page and the one that stands alone as a file."""

    key: str
    inline: str
    file: str


class EffectTable(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of one table with its caption and the unit of its differences."""

    caption: str
    first: str
    unit: str
    rows: tuple[EffectRow, ...]


class OutcomePart(msgspec.Struct, frozen=True, kw_only=True):
    """All on one outcome: a sentence on how to read it, the chart, its table, its subgroups."""

    key: str
    label: str
    reading: str
    picture: Picture | None
    whole: EffectTable
    groups: tuple[EffectTable, ...]


class PlainTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table of ready words; the first cell of each row names it."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """A chart with its table: who answered, or what they said."""

    heading: str
    words: str
    picture: Picture | None
    table: PlainTable


class ReportPage(msgspec.Struct, frozen=True, kw_only=True):
    """The whole page."""

    study: str
    simulated: bool
    is_registered: bool
    made: str
    generated_by: str
    spec_hash: str
    min_cell: int
    summary: str
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    outcomes: tuple[OutcomePart, ...]
    time_zero: str
    asked: tuple[Voice, ...]
    not_asked: PlainTable | None
    who_answered: tuple[PlainTable, ...]
    said: tuple[Voice, ...]
    methods: tuple[str, ...]
    quality: tuple[str, ...]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every chart of the page in order."""
        voices = (*self.asked, *self.said)
        found = [part.picture for part in self.outcomes] + [voice.picture for voice in voices]
        return tuple(picture for picture in found if picture is not None)

"""Who was asked, who answered and what they said, as words, charts and tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from analytics.charts import Bar, bars, inline, standing
from analytics.measures import BEST
from analytics.reporting.facts import ReportFacts
from analytics.reporting.labels import (
    REASONS_NOT_ASKED,
    STAGES,
    age_label,
    construct_label,
    respondent_label,
)
from analytics.reporting.page import Picture, PlainTable, Voice
from analytics.responses import ANSWERED
from surveys.vocabulary import AGE_BANDS, CONSTRUCTS, SEVERITIES

HIDDEN: Final = "hidden"
_PEOPLE: Final = ("child", "carer")
Figures = dict[tuple[str, ...], float | None]


def asked_voices(asked: pl.DataFrame, facts: ReportFacts) -> tuple[Voice, ...]:
    """For children and for carers: how far the asks came, drawn, and by the child’s age."""
    figures = _figures(asked, "respondent", "age_band")
    return tuple(_asked_voice(who, figures, facts) for who in _PEOPLE)


def _asked_voice(who: str, figures: Figures, facts: ReportFacts) -> Voice:
    people = respondent_label(who)
    shares = {stage: figures.get((who, "", f"pct:{stage}")) for stage in STAGES}
    stages = [stage for stage in STAGES if (who, "", f"n:{stage}") in figures]
    drawn = [Bar(label=STAGES[stage], percent=shares[stage]) for stage in stages]
    table = PlainTable(
        caption=f"{people}: asks by the child’s age, and how far they came",
        headers=("Age", "Asked", *(STAGES[stage] for stage in stages), "Answered, of 100"),
        rows=tuple(_asked_rows(who, stages, figures)),
    )
    answered, asked = shares[ANSWERED], figures.get((who, "", "n"))
    words = (
        f"Of 100 {people.lower()} asked, {answered:.0f} answered to the end." if answered else ""
    )
    size = f" {_count(asked)} were asked." if asked else ""
    told = (words + size).strip() or f"Too few {people.lower()} were asked to show figures."
    return Voice(
        heading=people,
        words=told,
        picture=_picture(
            f"asked-{who}", f"{people}: of 100 asked, how many came how far", drawn, facts
        )
        if any(share is not None for share in shares.values())
        else None,
        table=table,
    )


def _asked_rows(who: str, stages: list[str], figures: Figures) -> Iterable[tuple[str, ...]]:
    for band in (*AGE_BANDS, ""):
        if (who, band, "n") not in figures:
            continue
        cells = [figures.get((who, band, f"n:{stage}")) for stage in stages]
        whole = figures.get((who, band, "n"))
        rate = figures.get((who, band, f"pct:{ANSWERED}"))
        yield (age_label(band), _count(whole), *map(_count, cells), _share(rate))


def not_asked_part(table: pl.DataFrame) -> PlainTable:
    """Reasons for not asking, children and carers apart."""
    figures = _figures(table, "respondent", "reason")
    rows = [
        (words, *(_count(figures.get((who, reason, "n"))) for who in _PEOPLE))
        for reason, words in REASONS_NOT_ASKED.items()
        if any((who, reason, "n") in figures for who in _PEOPLE)
    ]
    total = ("All who were not asked", *(_count(figures.get((who, "", "n"))) for who in _PEOPLE))
    return PlainTable(
        caption="Not asked, and why",
        headers=("Why", *(respondent_label(who) for who in _PEOPLE)),
        rows=(*rows, total),
    )


def who_answered_parts(table: pl.DataFrame) -> tuple[PlainTable, ...]:
    """Of 100 children in each group, how many answered: whose voices carry more."""
    figures = _figures(table, "fact", "level")
    groups = {
        "age_band": ("By age", {band: age_label(band) for band in AGE_BANDS}),
        "severity": (
            "By how serious it was",
            {code: SEVERITIES[code].name for code in SEVERITIES},
        ),
    }
    return tuple(
        PlainTable(
            caption=f"{caption}: of 100 children, how many answered",
            headers=("Children", "In the group", "Answered, of 100"),
            rows=tuple(
                (words, _count(figures.get((fact, level, "n"))), _share(rate))
                for level, words in levels.items()
                if (fact, level, "n") in figures
                for rate in [figures.get((fact, level, f"pct:{ANSWERED}"))]
            ),
        )
        for fact, (caption, levels) in groups.items()
    )


def said_voices(table: pl.DataFrame, facts: ReportFacts) -> tuple[Voice, ...]:
    """For children and for carers: of 100 who answered, how many gave the best answer."""
    figures = _figures(table, "respondent", "construct", "age_band")
    return tuple(voice for who in _PEOPLE if (voice := _said_voice(who, figures, facts)))


def _said_voice(who: str, figures: Figures, facts: ReportFacts) -> Voice | None:
    share = f"pct:{BEST}"
    drawn = [
        Bar(label=construct_label(code), percent=figures[who, code, "", share])
        for code in CONSTRUCTS
        if (who, code, "", share) in figures
    ]
    if all(bar.percent is None for bar in drawn):
        return None
    bands = [b for b in AGE_BANDS if any(figures.get((who, c, b, share)) for c in CONSTRUCTS)]
    people = respondent_label(who)
    rows = [
        (
            construct_label(code),
            *(_share(figures.get((who, code, band, share))) for band in (*bands, "")),
            _count(figures.get((who, code, "", "n"))),
        )
        for code in CONSTRUCTS
        if (who, code, "", share) in figures
    ]
    ages = [age_label(band) for band in (*bands, "")]
    return Voice(
        heading=people,
        words=f"Of 100 {people.lower()} who answered a question, how many chose the best answer.",
        picture=_picture(f"said-{who}", f"{people}: the best answer, of 100", drawn, facts),
        table=PlainTable(
            caption=f"{people}: of 100 who answered, how many chose the best answer",
            headers=("Question about", *ages, "Answers"),
            rows=tuple(rows),
        ),
    )


def _picture(key: str, name: str, drawn: list[Bar], facts: ReportFacts) -> Picture:
    told = "; ".join(f"{bar.label}: {_share(bar.percent)}" for bar in drawn)
    mark = "SIMULATED data. " if facts.simulated else ""
    drawing = bars(drawn, simulated=facts.simulated)
    return Picture(
        key=key,
        inline=inline(drawing, key=key, name=name, description=f"{mark}{told}."),
        file=standing(drawing, title=name),
    )


def _figures(table: pl.DataFrame, *dimensions: str) -> Figures:
    rows = table.select(*dimensions, "measure", "value").iter_rows()
    return {tuple(key): value for *key, value in rows}


def _count(value: float | None) -> str:
    return HIDDEN if value is None else f"{value:,.0f}"


def _share(value: float | None) -> str:
    return HIDDEN if value is None else f"{value:.0f}"

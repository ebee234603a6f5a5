"""The pages a child or carer sees: one struct a page, and the function that fills its template.

The pages before a visit are the same for everybody, in every language at once: nothing about them
may depend on the link that led there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import msgspec

from service.pages import render
from service.store.visits import Visit
from surveys.instrument import NOT_SURE, SKIPPED, Instrument, Item, Text
from surveys.journey import Journey, walk
from surveys.vocabulary import LANGUAGES
from surveys.words import words, words_status

Words = Mapping[str, str]


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """The one style sheet, put into every page so that the first page is the only request."""
    return files("service").joinpath("static", "respondent.css").read_text("utf-8")


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one language and how it is marked up."""

    code: str
    direction: str
    words: Words


def _every_language() -> tuple[Spoken, ...]:
    return tuple(
        Spoken(code=each.code, direction=each.direction, words=words(each.code))
        for each in LANGUAGES.values()
    )


@lru_cache(maxsize=2)
def code_page(simulated: bool) -> str:
    """Where the code of a card is typed."""
    return _page_for_all("respond/code.html", simulated)


@lru_cache(maxsize=2)
def landing_page(simulated: bool) -> str:
    """What any link opens: harmless, and the same for every token."""
    return _page_for_all("respond/landing.html", simulated)


@lru_cache(maxsize=2)
def calm_page(simulated: bool) -> str:
    """What any link, code or visit that cannot be used leads to."""
    return _page_for_all("respond/calm.html", simulated)


def _page_for_all(template: str, simulated: bool) -> str:
    every = _every_language()
    return render(
        template,
        style=stylesheet(),
        title=every[0].words["title"],
        code=every[0].code,
        direction=every[0].direction,
        every=every,
        simulated=simulated,
    )


class IntroPage(msgspec.Struct, frozen=True, kw_only=True):
    """The first page of a visit: what is asked, and what is promised."""

    topics: tuple[str, ...]
    promise: tuple[str, str, str]
    total: int
    draft: bool


class ShownOption(msgspec.Struct, frozen=True, kw_only=True):
    """One answer on a question page."""

    value: str
    text: str
    chosen: bool


class QuestionPage(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `problem` is the sentence of what is wrong; None when nothing is."""

    key: str
    number: int
    total: int
    text: str
    options: tuple[ShownOption, ...]
    given: str | None
    problem: str | None


def visit_page(visit: Visit, instrument: Instrument, simulated: bool) -> str:
    """The page on the screen of a visit, in its language."""
    if visit.closing is not None:
        return _page_in("respond/closing.html", visit, simulated, closing=visit.closing)
    journey = walk(instrument, dict(visit.answers))
    item = _item_on_screen(visit, instrument, journey)
    if item is None:
        intro = IntroPage(
            topics=instrument.topics[visit.language],
            promise=instrument.promise[visit.language],
            total=journey.total,
            draft="draft" in (instrument.languages[visit.language], words_status(visit.language)),
        )
        return _page_in("respond/intro.html", visit, simulated, page=intro)
    page = _question(visit, item, journey)
    said = words(visit.language, visit.respondent)
    title = said["title_question"].format(number=page.number)
    if page.problem is not None:
        title = said["title_error"]
    return _page_in("respond/question.html", visit, simulated, title=title, page=page)


def _item_on_screen(visit: Visit, instrument: Instrument, journey: Journey) -> Item | None:
    if visit.item is None:
        return None
    if visit.item in journey.may_visit:
        return instrument.find_item(visit.item)
    return journey.next


def _question(visit: Visit, item: Item, journey: Journey) -> QuestionPage:
    said = words(visit.language, visit.respondent)
    # Only what was given in this very visit is shown again.
    given = visit.answers.get(item.key) if item.key in visit.answered else None
    options = () if isinstance(item, Text) else item.options
    here = visit.problem is not None and item.key == visit.item
    return QuestionPage(
        key=item.key,
        number=journey.position(item.key),
        total=journey.total,
        text=item.texts[visit.language],
        options=tuple(
            ShownOption(
                value=each.value, text=each.texts[visit.language], chosen=each.value == given
            )
            for each in options
        ),
        given=given if given in (NOT_SURE, SKIPPED) else None,
        problem=said[f"problem_{visit.problem}"] if here else None,
    )


def _page_in(template: str, visit: Visit, simulated: bool, **values: object) -> str:
    language = LANGUAGES[visit.language]
    said = words(visit.language, visit.respondent)
    return render(
        template,
        **{
            "style": stylesheet(),
            "title": said["title"],
            "code": language.code,
            "direction": language.direction,
            "words": said,
            "simulated": simulated,
            **values,
        },
    )

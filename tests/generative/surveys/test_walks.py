"""Random surveys and walks: a visit ends, stays in turn and keeps no abandoned answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.answers import Problem, TextAnswer, Value, canonical, read_answers, read_form
from surveys.instrument import Choice, Instrument, Item, Option, Text, values_of
from surveys.journey import previous, prune, walk
from surveys.scoring import score, score_table

VALUES = ("a", "b", "c")
# A small alphabet with what is awkward: accents, line ends, NUL, a combining mark.
LETTERS = "aé e\u0301\r\n\x00"
# No deadline: other work on the machine must not fail a test of meaning.
at_leisure = settings(deadline=None)
GO = ("next", "skip", "not_sure", "elsewhere")


def _choice(key: str, show_if: dict[str, tuple[str, ...]], count: int) -> Choice:
    options = tuple(
        Option(value=value, texts={"en": value}, score=float(place))
        for place, value in enumerate(VALUES[:count])
    )
    return Choice(key=key, texts={"en": key}, construct="safe", show_if=show_if, options=options)


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    """A survey of up to seven items, each hanging on up to two earlier ones."""
    items: list[Item] = []
    for place in range(draw(st.integers(1, 7))):
        hangs_on = draw(st.lists(st.sampled_from(items), max_size=2)) if items else []
        show_if = {
            item.key: tuple(
                draw(
                    st.lists(
                        st.sampled_from((*values_of(item), "not_sure", "skipped")),
                        min_size=1,
                        unique=True,
                    )
                )
            )
            for item in hangs_on
        }
        if draw(st.integers(0, 4)) == 0:
            text = Text(key=f"i{place}", texts={"en": "?"}, show_if=show_if, max_characters=8)
            items.append(text)
        else:
            items.append(_choice(f"i{place}", show_if, draw(st.integers(2, 3))))
    return Instrument(
        id="random",
        version=1,
        audience="carer",
        age_band=None,
        languages={"en": "draft"},
        tested_with="Nobody.",
        waves=("T1",),
        constructs=("safe",),
        topics={"en": ("It",)},
        promise={"en": ("One.", "Two.", "Three.")},
        items=tuple(items),
    )


fields = st.fixed_dictionaries(
    {},
    optional={
        "answer": st.sampled_from((*VALUES, "", "not_sure", "skipped", "d"))
        | st.text(LETTERS, max_size=10),
        "go": st.sampled_from(GO),
    },
)


def _visit(data: st.DataObject, instrument: Instrument, steps: int) -> dict[str, Value]:
    """The answers after some pages, gone back and forth between those that may be visited."""
    answers: dict[str, Value] = {}
    for _ in range(steps):
        here = data.draw(st.sampled_from(walk(instrument, answers).may_visit))
        item = instrument.find_item(here)
        assert item is not None
        value = read_form(item, data.draw(fields))
        if not isinstance(value, Problem):
            answers = prune(instrument, {**answers, here: value})
    return answers


@at_leisure
@given(data=st.data(), instrument=instruments(), steps=st.integers(0, 12))
def test_a_visit_never_keeps_an_abandoned_answer(
    data: st.DataObject, instrument: Instrument, steps: int
) -> None:
    answers = _visit(data, instrument, steps)
    assert set(answers) <= set(walk(instrument, answers).asked)
    assert prune(instrument, answers) == answers


@at_leisure
@given(data=st.data(), instrument=instruments(), steps=st.integers(0, 12))
def test_a_visit_never_shows_a_page_out_of_turn(
    data: st.DataObject, instrument: Instrument, steps: int
) -> None:
    answers = _visit(data, instrument, steps)
    journey = walk(instrument, answers)
    order = [item.key for item in instrument.items]
    assert list(journey.may_visit) == sorted(journey.may_visit, key=order.index)
    assert journey.may_visit == journey.asked[: len(journey.may_visit)]
    assert all(key in answers for key in journey.may_visit[:-1])
    for number, key in enumerate(journey.may_visit, start=1):
        assert journey.position(key) == number <= journey.total
        before = previous(instrument, answers, key)
        assert before == (None if number == 1 else journey.may_visit[number - 2])


@at_leisure
@given(data=st.data(), instrument=instruments(), steps=st.integers(0, 12))
def test_a_visit_ends_after_at_most_one_answer_an_item(
    data: st.DataObject, instrument: Instrument, steps: int
) -> None:
    answers = _visit(data, instrument, steps)
    for _ in instrument.items:
        journey = walk(instrument, answers)
        if journey.next is None:
            break
        wanted = (*values_of(journey.next), "skipped")
        value = data.draw(st.sampled_from(wanted))
        answers = prune(instrument, {**answers, journey.next.key: value})
    assert walk(instrument, answers).done


@at_leisure
@given(data=st.data(), instrument=instruments(), steps=st.integers(0, 12))
def test_what_the_form_took_the_server_takes_too(
    data: st.DataObject, instrument: Instrument, steps: int
) -> None:
    answers = _visit(data, instrument, steps)
    sent: dict[str, object] = {
        key: {"text": value.text} if isinstance(value, TextAnswer) else value
        for key, value in answers.items()
    }
    taken, problems = read_answers(instrument, sent)
    assert problems == ()
    assert taken == answers
    assert canonical(taken, "alone") == canonical(answers, "alone")


raw_values = (
    st.sampled_from((*VALUES, "d", "", "not_sure", "skipped"))
    | st.none()
    | st.integers()
    | st.fixed_dictionaries({"text": st.text(LETTERS, max_size=10)})
    | st.lists(st.text(LETTERS, max_size=2), max_size=2)
)


def _on_the_form(item: Item, raw: object) -> Value | Problem | None:
    """What the form makes of the same answer; None when a form cannot send it at all."""
    if raw in ("skipped", "not_sure"):
        return read_form(item, {"go": "skip" if raw == "skipped" else "not_sure"})
    if isinstance(item, Text):
        typed = isinstance(raw, dict)
        return read_form(item, {"answer": raw["text"]}) if typed else None  # type: ignore[index]
    return read_form(item, {"answer": raw}) if isinstance(raw, str) else None


@at_leisure
@given(
    instrument=instruments(),
    sent=st.dictionaries(st.sampled_from([f"i{n}" for n in range(8)]), raw_values),
)
def test_the_server_refuses_what_the_form_would_refuse(
    instrument: Instrument, sent: dict[str, object]
) -> None:
    taken, problems = read_answers(instrument, sent)
    expected: dict[str, Value] = {}
    for item in instrument.items:
        if item.key in sent and item.key in walk(instrument, expected).asked:
            value = _on_the_form(item, sent[item.key])
            if value is not None and not isinstance(value, Problem):
                expected[item.key] = value
    assert taken == expected
    assert {each.item for each in problems} == set(sent) - set(expected)


@at_leisure
@given(data=st.data(), instrument=instruments(), steps=st.integers(0, 12))
def test_the_score_table_agrees_with_scoring_one_by_one(
    data: st.DataObject, instrument: Instrument, steps: int
) -> None:
    answers = _visit(data, instrument, steps)
    found = score(instrument, answers)["safe"]
    worth = {
        (row.item_key, row.option_value): row.construct_score for row in score_table(instrument)
    }
    numbers = [worth[key, value] for key, value in answers.items() if (key, value) in worth]  # type: ignore[index]
    if found is not None:
        assert found == pytest.approx(sum(numbers) / len(numbers))
        assert 0 <= found <= 100

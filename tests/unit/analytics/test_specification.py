"""A specification is read strictly: every mistake is one sentence with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.specification import (
    EventWithin,
    Score,
    SpecificationError,
    better_of,
    parse_specification,
    read_specification,
)

EXAMPLE = Path("analytics/examples/what-worked.toml")
STUDY = """[study]
name = "s"
treatment = "intervention"
adjust_for = ["severity"]
responded = "responded"
"""
MEAN = """[[outcome]]
name = "attendance"
kind = "mean"
column = "attendance"
"""


def message(text: str) -> str:
    with pytest.raises(SpecificationError) as raised:
        parse_specification(text, "spec.toml")
    return str(raised.value)


def test_the_shipped_example_is_read() -> None:
    specification = read_specification(EXAMPLE)
    kinds = {outcome.name: type(outcome) for outcome in specification.outcome}
    assert kinds["treated_well"] is Score
    assert kinds["rereferral"] is EventWithin
    assert specification.study.min_cell == 10


def test_the_example_of_the_contract_is_read() -> None:
    specification = parse_specification(
        STUDY
        + """extract_day = 1125
min_cell = 12
worth_having = {felt_safe = 0.5}
[[outcome]]
name = "felt_safe"
kind = "score"
items = ["item1", "item2"]
reverse = ["item2"]
range = [0, 4]
min_items = 1
survey = true
""",
        "spec.toml",
    )
    assert specification.study.extract_day == 1125
    assert specification.study.worth_having == {"felt_safe": 0.5}


def test_events_are_unclear_unless_declared() -> None:
    event = """[[outcome]]
name = "again"
kind = "event_within"
start = "contact_day"
event = "rereferral_day"
days = 365
"""
    (outcome,) = parse_specification(STUDY + event, "spec.toml").outcome
    assert better_of(outcome) == "unclear"
    (declared,) = parse_specification(STUDY + event + 'better = "lower"\n', "spec.toml").outcome
    assert better_of(declared) == "lower"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (STUDY + "colour = 1\n" + MEAN, "spec.toml, line 6: study.colour: this key is not known"),
        (STUDY + MEAN.replace("mean", "median"), "spec.toml, line 8: outcome[0].kind: invalid"),
        (STUDY + "min_cell = 5\n" + MEAN, "line 6: study.min_cell: expected `int` >= 10"),
        (STUDY + 'min_cell = "x"\n' + MEAN, "study.min_cell: expected `int`, got `str`"),
        (MEAN, "the key study is missing"),
        (STUDY, "the key outcome is missing"),
        (STUDY + MEAN + MEAN, "line 11: outcome[1].name: two outcomes are called attendance"),
        (STUDY + MEAN.replace('column = "attendance"\n', ""), "the key column is missing"),
        (STUDY.replace('treatment = "intervention"\n', "") + MEAN, "either treatment or"),
        (STUDY + 'treatments = ["a"]\n' + MEAN, "give either treatment or treatments"),
        (STUDY + "worth_having = {none = 1.0}\n" + MEAN, "there is no outcome none"),
        (STUDY + 'roles = ["victim", "suspect"]\n' + MEAN, "never counted together"),
        (STUDY + MEAN + "due_days = 10\n", "outcome[0].due_days: due_days needs a start"),
        (STUDY.replace('responded = "responded"\n', "") + MEAN + "survey = true\n", "responded"),
        ("[study\n", "spec.toml is not TOML"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(text: str, said: str) -> None:
    assert said in message(text)
    assert "\n" not in message(text)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('items = ["a"]\nrange = [4, 0]', "outcome[0].range: the first number must be"),
        ('items = ["a"]\nrange = [0, 4]\nmin_items = 2', "min_items: more than there are items"),
        ('items = ["a"]\nrange = [0, 4]\nreverse = ["b"]', "reverse: it names an item"),
        ('items = ["a", "a"]\nrange = [0, 4]', "items: an item is named twice"),
        ("items = []\nrange = [0, 4]", "outcome[0].items"),
    ],
)
def test_a_score_that_cannot_be(keys: str, said: str) -> None:
    outcome = f'[[outcome]]\nname = "s"\nkind = "score"\n{keys}\n'
    assert said in message(STUDY + outcome)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(SpecificationError, match=r"none\.toml cannot be read"):
        read_specification(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(SpecificationError, match="not UTF-8"):
        read_specification(tmp_path / "latin.toml")

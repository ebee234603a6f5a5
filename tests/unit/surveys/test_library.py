from __future__ import annotations

from pathlib import Path

import pytest

from surveys.library import (
    BrokenInstrumentError,
    UnknownInstrumentError,
    check_directory,
    load_library,
    read_instrument,
)
from surveys.strict import BrokenFileError

MINIMAL = """
id: small
version: {version}
audience: carer
age_band: {age_band}
languages: {{en: draft}}
tested_with: Nobody yet.
waves: [T1]
constructs: [safe]
topics: {{en: [How it was]}}
promise: {{en: [One., Two., Three.]}}
items:
  - kind: completion_mode
    key: who
    texts: {{en: Who is with you?}}
    options:
      - {{value: alone, mode: alone, texts: {{en: Nobody}}}}
      - {{value: other, mode: proxy, texts: {{en: Someone answers for me}}}}
  - kind: choice
    key: safe
    construct: safe
    texts: {{en: Did you feel safe?}}
    options:
      - {{value: "yes", score: 1, texts: {{en: "Yes"}}}}
      - {{value: "no", score: 0, texts: {{en: "No"}}}}
"""


def minimal(version: int = 1, age_band: str = "null") -> str:
    return MINIMAL.format(version=version, age_band=age_band)


def test_the_shipped_surveys_are_found_by_id() -> None:
    library = load_library()
    assert [each.id for each in library.all()] == ["carer", "child-8-11"]
    assert library.get("child-8-11").version == 1
    assert library.get("carer", 1).audience == "carer"


def test_the_shipped_surveys_are_read_once() -> None:
    assert load_library() is load_library()


def test_a_survey_that_is_not_there_says_how_to_see_the_others() -> None:
    with pytest.raises(UnknownInstrumentError, match="heard instruments list"):
        load_library().get("child-8-11", version=99)
    with pytest.raises(LookupError):
        load_library().get("nothing")


@pytest.mark.parametrize(
    ("audience", "age_band", "wave", "language", "picked"),
    [
        ("child", "8-11", "T1", "en", "child-8-11"),
        ("child", "8-11", "T2", "cy", "child-8-11"),
        ("child", "12-15", "T1", "en", None),
        ("carer", "8-11", "T1", "en", "carer"),
        ("carer", "0-5", "T3", "cy", "carer"),
        ("child", "8-11", "T1", "fr", None),
        ("child", "8-11", "T9", "en", None),
    ],
)
def test_a_respondent_gets_the_survey_made_for_them_or_none(
    audience: str, age_band: str, wave: str, language: str, picked: str | None
) -> None:
    found = load_library().pick(audience, age_band, wave, language)
    assert (found.id if found else None) == picked


def test_the_newest_version_is_picked_and_older_ones_stay(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(minimal(version=9))
    (tmp_path / "two.yaml").write_text(minimal(version=10))
    library = load_library(tmp_path)
    picked = library.pick("carer", "0-5", "T1", "en")
    assert picked is not None
    assert picked.version == library.get("small").version == 10
    assert library.get("small", 9).version == 9


def test_a_survey_for_one_band_goes_before_one_for_all(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(minimal(version=5))
    (tmp_path / "young.yaml").write_text(minimal(age_band="0-5").replace("small", "young"))
    library = load_library(tmp_path)
    young, older = (library.pick("carer", band, "T1", "en") for band in ("0-5", "6-7"))
    assert young is not None
    assert older is not None
    assert (young.id, older.id) == ("young", "small")


def test_one_version_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(minimal())
    (tmp_path / "two.yaml").write_text(minimal())
    assert [(each.file, each.rule) for each in check_directory(tmp_path)] == [
        ("two.yaml", "same-version")
    ]
    with pytest.raises(BrokenInstrumentError, match=r"two\.yaml"):
        load_library(tmp_path)


def test_a_directory_without_surveys_is_not_a_success(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="holds no survey"):
        check_directory(tmp_path)
    with pytest.raises(LookupError, match="no directory"):
        load_library(tmp_path / "missing")


def test_checking_names_every_broken_file_and_still_reads_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("id: [")
    (tmp_path / "b.yaml").write_text(minimal().replace("key: safe", "key: who"))
    (tmp_path / "c.yaml").write_text(minimal(version=2))
    found = [(each.file, each.item, each.rule) for each in check_directory(tmp_path)]
    assert found == [("a.yaml", "", "unreadable"), ("b.yaml", "who", "duplicate-key")]


@pytest.mark.parametrize(
    ("before", "after", "path", "sentence"),
    [
        ("version: 1", "version: one", "$.version", "a whole number, not text"),
        ("version: 1", "version: 0", "$.version", ">= 1"),
        ("version: 1", "version: 1\nvresion: 2", "$", "`vresion` is not known here"),
        ("tested_with: Nobody yet.", "", "$", "`tested_with` is missing"),
        ('value: "yes"', "value: yes", "$.items[1].options[0].value", "put quotes round yes"),
        ("kind: choice", "kind: slider", "$.items[1].kind", "slider"),
        ("kind: choice", "kind: choice\n    reverse: true", "$.items[1]", "`reverse`"),
        ("mode: proxy", "mode: sibling", "$.items[0].options[1].mode", "sibling"),
        ("waves: [T1]", "waves: []", "$.waves", "length >= 1"),
        ("waves: [T1]", "waves: [T4]", "$.waves[0]", "T4"),
        ("[One., Two., Three.]", "[One., Two.]", "$.promise", "length 3"),
        ("score: 1", "score: best", "$.items[1].options[0].score", "a number or nothing"),
    ],
)
def test_a_file_is_refused_with_file_path_and_a_sentence(
    before: str, after: str, path: str, sentence: str
) -> None:
    assert before in minimal()
    with pytest.raises(BrokenFileError) as refused:
        read_instrument(minimal().replace(before, after, 1).encode(), "small.yaml")
    assert refused.value.file == "small.yaml"
    assert refused.value.path.startswith(path)
    assert sentence in refused.value.sentence
    assert refused.value.sentence.endswith(".")
    assert str(refused.value).startswith(f"small.yaml: at {refused.value.path}: ")


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"\xff\xfe\x00", b"a: \x00", b"a: &a [*a]", b"!!python/name:os.system", b"- " * 9],
)
def test_what_is_no_survey_at_all_is_refused_the_same_way(raw: bytes) -> None:
    with pytest.raises(BrokenFileError, match=r"^odd\.yaml: at "):
        read_instrument(raw, "odd.yaml")


def test_a_file_far_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(BrokenFileError, match="larger than"):
        read_instrument(b"#" * 500_001, "huge.yaml")

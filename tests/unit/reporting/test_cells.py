"""Cells that a spreadsheet must not run."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.cells import defuse, defuse_frame, undefuse


@pytest.mark.parametrize(
    "text", ["=1+1", "+44", "-2", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0"]
)
def test_text_that_would_run_gets_an_apostrophe(text: str) -> None:
    assert defuse(text) == "'" + text


@pytest.mark.parametrize("text", ["", "8-11", "did better", "'quoted'", "a=b", " =1"])
def test_other_text_is_left_alone(text: str) -> None:
    assert defuse(text) == text


@given(st.text(alphabet="'=+-@\t\rab "))
def test_taking_the_guard_off_gives_back_what_went_in(text: str) -> None:
    assert undefuse(defuse(text)) == text
    assert not defuse(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_headers_and_text_are_defused_and_numbers_are_not() -> None:
    frame = pl.DataFrame({"=h": ["@a", "b", "'=c", None], "n": [-1, 2, 3, 4]})
    assert defuse_frame(frame).to_dict(as_series=False) == {
        "'=h": ["'@a", "b", "''=c", None],
        "n": [-1, 2, 3, 4],
    }

"""How what children said is counted."""

from __future__ import annotations

import polars as pl

from analytics.measures import arms_table, experience_tables

LINKED = pl.LazyFrame(
    {
        "age_band": ["8-11", "8-11", "12-15", "8-11"],
        "safe": [100.0, 50.0, 75.0, None],
        "carer_safe": [None, 100.0, None, None],
        "intervention": ["usual", "isva", None, "several"],
    }
)


def test_the_best_answer_is_counted_and_no_answer_is_left_out() -> None:
    child, carer = experience_tables(LINKED)
    assert sorted(child.counts.rows()) == [
        ("12-15", "other_answer", 1, 75.0),
        ("8-11", "best_answer", 1, 100.0),
        ("8-11", "other_answer", 1, 50.0),
    ]
    assert (carer.name, carer.counts.rows()) == ("carer_safe", [("8-11", "best_answer", 1, 100.0)])


def test_contacts_are_counted_by_arm() -> None:
    counts = arms_table(LINKED).counts
    assert sorted(counts.rows()) == [("isva", 1), ("several", 1), ("usual", 1)]

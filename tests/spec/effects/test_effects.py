"""What the estimator owes its readers, on SIMULATED countries whose truth is known."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from analytics.effects import EFFECTS, estimate_effects, run
from analytics.linked_table import Linked, UnreadableDataError, open_linked
from analytics.simulate import run as simulate_to
from analytics.specification import SpecificationError, parse_specification
from analytics.tables import EPOCH
from tests.spec.effects.conftest import (
    EXAMPLE,
    covered,
    effects_and_truth,
    example,
    linked_of,
)

COLUMNS = (
    "intervention,outcome,subgroup,estimand,n_treated,n_comparison,naive_difference,estimate,"
    "ci_low,ci_high,std_error,df,p_value,p_adjusted,e_value,max_smd_before,max_smd_after,"
    "effective_n,design_grade,plan,verdict,reason"
)


def test_the_truth_lies_inside_nine_intervals_in_ten() -> None:
    effects = pl.concat([effects_and_truth(8000, seed) for seed in range(1, 7)])
    found = covered(effects)
    assert found.height > 100
    assert found["truth"].null_count() == 0
    assert found["inside"].mean() >= 0.9  # type: ignore[operator]


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["default", "none"])
def test_the_truth_lies_inside_nine_intervals_in_ten_over_forty_seeds(scenario: str) -> None:
    effects = pl.concat([effects_and_truth(20_000, seed, scenario) for seed in range(40)])
    found = covered(effects)
    assert found.height > 1000
    assert found["inside"].mean() >= 0.9  # type: ignore[operator]
    for (outcome,), part in found.group_by(["outcome"]):
        assert part["inside"].mean() >= 0.88, outcome  # type: ignore[operator]


@pytest.mark.slow
def test_false_claims_are_rare_where_nothing_works_over_forty_seeds() -> None:
    effects = pl.concat([effects_and_truth(20_000, seed, "none") for seed in range(40)])
    claims = effects.filter(~pl.col("verdict").is_in(["cannot tell", "about the same"]))
    assert claims["seed"].n_unique() <= 6
    assert claims.height / effects.height < 0.02


def test_false_claims_are_rare_where_nothing_works() -> None:
    effects = pl.concat([effects_and_truth(6000, seed, "none") for seed in range(1, 5)])
    claims = effects.filter(~pl.col("verdict").is_in(["cannot tell", "about the same"]))
    assert claims.height <= 2


def test_the_naive_comparison_has_the_wrong_sign_and_the_adjusted_one_has_not() -> None:
    effects = effects_and_truth(20_000, 7).filter(
        (pl.col("intervention") == "chisva") & pl.col("outcome").is_in(["attendance", "safe_180"])
    )
    assert (effects["truth"] > 0).all()
    assert (effects["naive_difference"] < 0).all()
    assert (effects["ci_low"] > 0).all()
    assert effects["verdict"].to_list() == ["did better", "did better"]


def test_ignoring_response_or_confounders_would_be_noticed() -> None:
    """The estimator without its covariates misses the truth that it covers with them."""
    linked, truth = linked_of(20_000, 7)
    bare = msgspec.structs.replace(example().study, adjust_for=("force",), negative_controls=())
    effects = estimate_effects(msgspec.structs.replace(example(), study=bare), linked)
    row = effects.filter(intervention="chisva", outcome="attendance").row(0, named=True)
    true = truth.filter(intervention="chisva", outcome="attendance", subgroup="all")["truth"][0]
    assert row["ci_high"] < true


def test_a_hidden_cause_shows_in_the_negative_control_and_silences_every_verdict() -> None:
    linked, _ = linked_of(20_000, 7)
    study = msgspec.structs.replace(example().study, adjust_for=("age_band", "force"))
    effects = estimate_effects(msgspec.structs.replace(example(), study=study), linked)
    chisva = effects.filter(intervention="chisva")
    assert set(chisva["verdict"]) == {"cannot tell"}
    assert all("already differed before the contact" in reason for reason in chisva["reason"])


def test_a_negative_control_that_cannot_be_estimated_silences_every_verdict() -> None:
    linked, _ = linked_of(20_000, 7)
    empty = pl.lit(None, pl.Float64).alias("placebo_prior_attendance")
    effects = estimate_effects(
        example(), linked._replace(frame=linked.frame.with_columns(empty))
    ).filter(pl.col("estimate").is_not_null())
    assert effects.height > 20
    assert set(effects["verdict"]) == {"cannot tell"}
    said = "the check against an outcome from before the contact could not be made"
    assert all(said in reason for reason in effects["reason"])


def test_the_file_has_the_columns_of_the_contract_and_says_exploratory(tmp_path: Path) -> None:
    simulate_to(1500, 3, tmp_path / "data", "snapshot")
    run(EXAMPLE, tmp_path / "data", tmp_path / "effects.csv")
    lines = (tmp_path / "effects.csv").read_text().splitlines()
    assert lines[0] == COLUMNS
    assert list(EFFECTS) == COLUMNS.split(",")
    effects = pl.read_csv(tmp_path / "effects.csv")
    assert set(effects["plan"]) == {"exploratory"}
    assert "age_band=8-11" in set(effects["subgroup"])
    assert effects.filter(pl.col("estimate").is_null())["reason"].null_count() == 0


def test_no_exact_count_stands_in_a_reason() -> None:
    effects = estimate_effects(example(subgroups=True), linked_of(6000, 2)[0])
    counts = (
        effects["n_treated"]
        .drop_nulls()
        .unique()
        .filter(effects["n_treated"].drop_nulls().unique() > 100)
    )
    for reason in effects["reason"]:
        assert not any(f" {count} " in f" {reason} " for count in counts)


SPEC = """[study]
name = "s"
treatment = "arm"
adjust_for = ["severity", "force"]
responded = "responded"
{study}
[[outcome]]
name = "y"
kind = "mean"
column = "y"
"""


def table(rows: int = 600, **changes: Any) -> Linked:
    """A small table of twelve forces; `changes` replace whole columns."""
    rng = random.Random(rows)
    columns: dict[str, Any] = {
        "force": [f"f{row % 12:02}" for row in range(rows)],
        "severity": [rng.randint(1, 5) for _ in range(rows)],
        "arm": ["helped" if row // 12 % 3 == 0 else "usual" for row in range(rows)],
        "y": [rng.gauss(50, 20) for _ in range(rows)],
        "responded": [1] * rows,
    }
    columns |= {name: [value] * rows if not isinstance(value, list) else value
                for name, value in changes.items()}  # fmt: skip
    return Linked(pl.DataFrame(columns).lazy(), True, 9000, 7)


def answer(linked: Linked, study: str = "", **edits: str) -> dict[str, Any]:
    """The one row of the small specification."""
    text = SPEC.format(study=study)
    for old, new in edits.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    frame = estimate_effects(parse_specification(text, "spec.toml"), linked)
    return frame.row(0, named=True)


def test_the_small_table_has_an_answer() -> None:
    row = answer(table())
    assert row["estimate"] is not None
    assert row["df"] <= 11


@pytest.mark.parametrize(
    ("linked", "said"),
    [
        (table(y=5.0), "the outcome has one value"),
        (table(y=[None] * 599 + [1.0]), "seen on one side only, or nowhere"),
        (table(force="durham"), "too few forces or teams to judge by"),
        (table(40), "nothing to compare"),
    ],
    ids=["one value", "all missing", "one force", "forty rows"],
)
def test_what_cannot_be_estimated_is_empty_with_its_reason(linked: Linked, said: str) -> None:
    row = answer(linked)
    assert said in row["reason"]
    assert row["verdict"] == "cannot tell"
    for column in ("estimate", "ci_low", "ci_high", "p_value", "std_error"):
        assert row[column] is None


def test_forces_without_an_arm_are_left_out_and_named() -> None:
    linked = table(
        arm=["usual" if row % 12 == 3 else "helped" if row // 12 % 3 == 0 else "usual"
             for row in range(600)]
    )  # fmt: skip
    row = answer(linked)
    assert row["estimate"] is not None
    assert "force f03" in row["reason"]


def test_one_force_alone_is_judged_by_its_teams() -> None:
    teams = [f"t{row % 12:02}" for row in range(600)]
    row = answer(table(force="durham", team=teams), 'team = "team"')
    assert row["estimate"] is not None
    assert "in this force" in row["reason"]


def test_several_treatments_on_one_contact_are_each_adjusted_for_the_others() -> None:
    linked = table(
        got_a=[int(row // 12 % 3 == 0) for row in range(600)],
        got_b=[int(row // 36 % 2 == 0) for row in range(600)],
    )
    text = SPEC.format(study="").replace('treatment = "arm"', 'treatments = ["got_a", "got_b"]')
    effects = estimate_effects(parse_specification(text, "spec.toml"), linked)
    assert effects["intervention"].to_list() == ["got_a", "got_b"]
    assert effects["estimate"].null_count() == 0


def test_a_group_of_yes_and_no_holds_the_children_of_each() -> None:
    linked = table(rural=[row % 5 == 0 for row in range(600)])
    text = SPEC.format(study='subgroups = ["rural"]')
    effects = estimate_effects(parse_specification(text, "spec.toml"), linked)
    sizes = effects.with_columns(rows=pl.col("n_treated") + pl.col("n_comparison"))
    assert dict(sizes.select("subgroup", "rows").rows()) == {
        "all": 600,
        "rural=false": 480,
        "rural=true": 120,
    }


def test_suspects_are_never_counted_with_others() -> None:
    roles = ["suspect" if row % 5 == 0 else "victim" for row in range(600)]
    all_rows, without = answer(table()), answer(table(child_role=roles))
    assert without["n_comparison"] + without["n_treated"] == 480
    assert all_rows["n_comparison"] + all_rows["n_treated"] == 600


@pytest.mark.parametrize(
    ("linked", "edits", "said"),
    [
        (table(), {"severity": "none"}, "study.adjust_for[0] names the column none"),
        (table(), {"y": "z"}, "outcome z: column names the column z"),
        (table(y="text"), {}, "outcome y: column: column y holds String, not numbers"),
        (table(arm="helped"), {}, "study.comparator is usual, which arm never holds"),
        (table(arm="usual"), {}, "study.treatment: arm holds no intervention"),
        (
            table(arm=["usual", *(f"arm{row}" for row in range(599))]),
            {},
            "arm holds 599 interventions; at most 200",
        ),
        (
            table(severity=[f"2025-01-{row:03}" for row in range(600)]),
            {},
            "study.adjust_for: severity holds 600 different values that are not numbers",
        ),
    ],
    ids=["column", "outcome", "text", "no comparator", "no arm", "many arms", "dates in text"],
)
def test_a_table_that_does_not_fit_is_one_sentence_with_its_key(
    linked: Linked, edits: dict[str, str], said: str
) -> None:
    with pytest.raises(SpecificationError) as raised:
        answer(linked, **edits)
    assert said in str(raised.value)


def test_a_table_made_with_another_start_window_is_refused() -> None:
    with pytest.raises(SpecificationError, match="start_window_days is 28, but the table was"):
        answer(table(), "start_window_days = 28")


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(SpecificationError, match="holds no row"):
        answer(table(0))


def test_without_an_extract_day_the_latest_day_of_the_table_stands_for_it() -> None:
    text = SPEC.format(study="").replace(
        'kind = "mean"\ncolumn = "y"\n',
        'kind = "event_within"\nstart = "day"\nevent = "again"\ndays = 100\n',
    )
    again = [50 if row % 3 else None for row in range(600)]
    linked = table(day=[row % 2 * 60 for row in range(600)], again=again)
    linked = linked._replace(
        frame=linked.frame.with_columns(pl.col("again") + pl.col("day")), extract_day=None
    )
    row = estimate_effects(parse_specification(text, "spec.toml"), linked).row(0, named=True)
    assert row["n_treated"] + row["n_comparison"] == 300


def test_infinite_numbers_count_as_missing() -> None:
    values = [float("inf") if row % 10 == 0 else float(row % 17) for row in range(600)]
    row = answer(table(y=values, severity=values))
    assert row["n_treated"] + row["n_comparison"] == 540
    assert row["estimate"] is not None


@pytest.mark.parametrize(
    "kind",
    [
        'kind = "at_least"\ncolumn = "y"\nat_least = 50',
        'kind = "score"\nitems = ["y", "z"]\nrange = [0, 100]\nmin_items = 2',
        'kind = "event_within"\nstart = "day"\nevent = "y"\ndays = 60',
    ],
    ids=["at least", "score", "days"],
)
def test_a_number_that_is_not_one_counts_as_missing(kind: str) -> None:
    values = [None if row % 7 == 0 else float(row * 31 % 100) for row in range(600)]
    text = SPEC.format(study="").replace('kind = "mean"\ncolumn = "y"', kind)
    answers = []
    for y in (values, [float("nan") if value is None else value for value in values]):
        linked = table(y=y, z=50.0, day=0)
        answers.append(estimate_effects(parse_specification(text, "spec.toml"), linked))
    assert answers[0]["estimate"].null_count() == 0
    assert answers[1].equals(answers[0])


def test_data_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDataError, match=r"linked\.parquet cannot be read"):
        open_linked(tmp_path)
    (tmp_path / "x.parquet").write_bytes(b"nothing")
    with pytest.raises(UnreadableDataError, match=r"x\.parquet cannot be read"):
        open_linked(tmp_path / "x.parquet")


def test_a_csv_of_anybody_with_dates_is_analysed_alike(tmp_path: Path) -> None:
    simulate_to(6000, 5, tmp_path / "data", "snapshot")
    linked = open_linked(tmp_path / "data")
    days = [name for name in linked.frame.collect_schema().names() if name.endswith("_day")]
    frame = linked.frame.with_columns(
        (pl.lit(EPOCH) + pl.duration(days=pl.col(name))).alias(name) for name in days
    ).collect()
    frame.write_csv(tmp_path / "table.csv")
    study = msgspec.structs.replace(example().study, extract_day=linked.extract_day)
    specification = msgspec.structs.replace(example(), study=study)
    by_file = estimate_effects(specification, open_linked(tmp_path / "table.csv"))
    ours = estimate_effects(specification, linked)
    assert by_file["verdict"].to_list() == ours["verdict"].to_list()
    assert by_file["estimate"].drop_nulls().to_list() == pytest.approx(
        ours["estimate"].drop_nulls().to_list()
    )

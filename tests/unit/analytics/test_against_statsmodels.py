"""Our estimate equals AIPW done by hand with statsmodels, force dummies and all."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from analytics.estimation.absorbed import least_squares, logistic
from analytics.estimation.contrast import compare
from analytics.estimation.design import build_design
from analytics.estimation.effect import Effect, estimate

ROWS, FORCES = 3000, 22


def small_table(seed: int, missing: float = 0.0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    force = rng.integers(0, FORCES, ROWS)
    severity, age = rng.integers(1, 6, ROWS), rng.normal(10, 4, ROWS)
    odds = -1 + 0.5 * (severity - 3) + 0.03 * age + rng.normal(0, 0.4, FORCES)[force]
    arm = rng.random(ROWS) < 1 / (1 + np.exp(-odds))
    outcome = 5 - severity + 0.1 * age + 0.7 * arm + rng.normal(0, 1, ROWS) + 0.05 * force
    seen = rng.random(ROWS) >= missing * (severity > 2)
    return pl.DataFrame(
        {
            "force": [f"f{code:02}" for code in force],
            "severity": severity,
            "age": age,
            "arm": arm,
            "outcome": np.where(seen, outcome, np.nan),
        }
    )


def dummies(table: pl.DataFrame) -> np.ndarray:
    """The full design: severity as categories, age, and one column a force."""
    severity = [(table["severity"] == level).to_numpy() for level in (1, 2, 4, 5)]
    forces = [(table["force"] == name).to_numpy() for name in table["force"].unique().sort()]
    age = table["age"].to_numpy()
    return np.column_stack([*severity, (age - age.mean()) / age.std(), *forces]).astype(float)


def by_hand(table: pl.DataFrame) -> tuple[float, np.ndarray]:
    """The estimate, and its influence function by row."""
    design, arm = dummies(table), table["arm"].to_numpy().astype(float)
    y = table["outcome"].to_numpy()
    seen = ~np.isnan(y)
    chance = sm.GLM(arm, design, family=sm.families.Binomial()).fit(tol=1e-12).fittedvalues
    weight = np.ones(len(y))
    if not seen.all():
        both = np.column_stack([design, arm])
        model = sm.GLM(seen.astype(float), both, family=sm.families.Binomial())
        weight = 1 / model.fit(tol=1e-12).fittedvalues
        weight = np.where(seen, np.minimum(weight, 5 * np.median(weight[seen])), 0.0)
    expected = []
    for side in (arm == 1, arm == 0):
        used = side & seen
        fit = sm.WLS(y[used], design[used], weights=weight[used]).fit()
        expected.append(design @ fit.params)
    residual = np.where(seen, np.nan_to_num(y) - np.where(arm == 1, *expected), 0) * weight
    psi = expected[0] - expected[1] + residual * np.where(arm == 1, 1 / chance, -1 / (1 - chance))
    return float(psi.mean()), psi - psi.mean()


@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_the_estimate_and_its_clustered_error_equal_those_by_hand(missing: float) -> None:
    table = small_table(1, missing)
    design = build_design(table, ["severity", "age"], "force", "force")
    arm = table["arm"].to_numpy()[design.order]
    outcome = table["outcome"].to_numpy()[design.order]
    found = estimate(design, outcome, arm, np.ones(ROWS, dtype=bool), min_cell=10)
    assert isinstance(found, Effect)
    wanted, influence = by_hand(table)
    assert found.headline.estimate == pytest.approx(wanted, abs=1e-8)
    sums = np.bincount(table["force"].rank("dense").to_numpy() - 1, weights=influence) / ROWS
    error = np.sqrt(FORCES / (FORCES - 1) * np.square(sums).sum())
    assert found.spread.std_error == pytest.approx(error, rel=1e-6)
    assert found.spread.df == FORCES - 1


def test_absorbed_force_effects_give_the_slopes_of_the_full_design() -> None:
    table = small_table(2)
    design = build_design(table, ["severity", "age"], "force", "force")
    arm = table["arm"].to_numpy()[design.order].astype(float)
    outcome = table["outcome"].to_numpy()[design.order]
    full = np.column_stack([design.columns, np.eye(FORCES)[design.force]])
    glm = sm.GLM(arm, full, family=sm.families.Binomial()).fit(tol=1e-12)
    fit = logistic(design.columns, design.force, FORCES, arm)
    assert np.concatenate([fit.slopes, fit.effects]) == pytest.approx(glm.params, abs=1e-8)
    wls = sm.WLS(outcome, full, weights=1 + arm).fit()
    linear = least_squares(design.columns, design.force, FORCES, outcome, 1 + arm)
    assert np.concatenate([linear.slopes, linear.effects]) == pytest.approx(wls.params, abs=1e-8)


def test_the_overlap_weights_balance_every_column_exactly() -> None:
    table = small_table(3)
    design = build_design(table, ["severity", "age"], "force", "force")
    arm = table["arm"].to_numpy()[design.order]
    outcome = table["outcome"].to_numpy()[design.order]
    contrast = compare(design, outcome, arm, np.ones(ROWS, dtype=bool))
    assert contrast.ato.max_smd_after < 1e-9
    assert contrast.ate.max_smd_after < contrast.max_smd_before


def test_a_column_given_twice_changes_nothing() -> None:
    table = small_table(4).with_columns((pl.col("age") * 2 + 7).alias("again"))
    once = build_design(table, ["severity", "age"], "force", "force")
    twice = build_design(table, ["severity", "age", "again"], "force", "force")
    everybody = np.ones(ROWS, dtype=bool)
    arm = table["arm"].to_numpy()[once.order]
    outcome = table["outcome"].to_numpy()[once.order]
    assert compare(twice, outcome, arm, everybody).ate.estimate == pytest.approx(
        compare(once, outcome, arm, everybody).ate.estimate, abs=1e-8
    )

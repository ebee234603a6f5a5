"""Small formulas against published or hand-made figures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analytics.estimation.balance import kish, max_difference, pooled_spread
from analytics.estimation.clusters import effective_clusters, jackknife, sandwich
from analytics.estimation.lag import lag_distribution, mature_lag_days
from analytics.estimation.multiplicity import benjamini_hochberg
from analytics.estimation.sensitivity import e_value, ratio_of_means, ratio_of_risks
from analytics.estimation.support import Grouping, find_support


def test_e_value_of_the_published_example() -> None:
    # VanderWeele and Ding (2017): RR 3.9, E-value 7.26; its lower limit 1.8, E-value 3.0.
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value(1.8) == pytest.approx(3.0, abs=0.005)
    assert e_value(1 / 3.9) == pytest.approx(e_value(3.9))
    assert e_value(1.0) == 1.0
    assert e_value(math.nan) is None


def test_ratios_behind_an_e_value() -> None:
    assert ratio_of_risks(0.2, 0.1) == pytest.approx(1.5)
    assert math.isnan(ratio_of_risks(0.0, 0.1))
    assert ratio_of_means(-2.0, 4.0) == pytest.approx(math.exp(0.455))


def test_benjamini_hochberg_as_in_r() -> None:
    # R: p.adjust(c(.01, .04, .03, .005), "BH")
    adjusted = benjamini_hochberg([0.01, 0.04, None, 0.03, 0.005])
    assert adjusted[2] is None
    assert [value for value in adjusted if value is not None] == pytest.approx(
        [0.02, 0.04, 0.04, 0.02]
    )
    assert benjamini_hochberg([]) == []


def test_kish_counts_rows_of_equal_weight_and_fewer_of_unequal() -> None:
    assert kish(np.full(50, 3.0)) == pytest.approx(50)
    assert kish(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)
    assert kish(np.zeros(3)) == 0


def test_standardised_difference_by_hand() -> None:
    columns = np.array([[1.0], [3.0], [4.0], [6.0]])
    treated = np.array([True, True, False, False])
    spread = pooled_spread(columns, treated)
    assert spread[0] == pytest.approx(1.0)
    assert max_difference(columns, treated, None, spread) == pytest.approx(3.0)
    weight = np.array([0.0, 1.0, 1.0, 0.0])
    assert max_difference(columns, treated, weight, spread) == pytest.approx(1.0)


def test_sandwich_and_jackknife_of_a_mean_agree_for_clusters_of_one_size() -> None:
    values = np.array([1.0, 2.0, 4.0, 4.0, 7.0, 6.0, 3.0, 5.0])
    cluster = np.repeat(np.arange(4), 2)
    mean = float(values.mean())
    sums = np.bincount(cluster, weights=values - mean) / len(values)
    spread = sandwich(sums, cluster)
    left = jackknife(mean, lambda code: float(values[cluster != code].mean()), cluster)
    assert left is not None
    assert left.std_error == pytest.approx(spread.std_error)
    assert (spread.df, spread.clusters, spread.effective_clusters) == (3.0, 4, 4.0)


def test_effective_clusters_of_unequal_sizes() -> None:
    assert effective_clusters(np.array([0] * 8 + [1, 2])) == pytest.approx(100 / 66)


def test_the_lag_of_recording_is_found_although_late_records_are_still_missing() -> None:
    rng = np.random.default_rng(3)
    happened = rng.integers(0, 400, 60_000)
    lag = rng.geometric(0.05, 60_000) - 1
    seen = happened + lag <= 400
    share = lag_distribution(happened[seen], (happened + lag)[seen], 400)
    for days in (5, 20, 60):
        assert share[days] == pytest.approx(1 - 0.95 ** (days + 1), abs=0.01)
    assert abs(mature_lag_days(happened[seen], (happened + lag)[seen], 400) - 76) <= 4


def test_no_record_means_no_lag() -> None:
    empty = np.array([], dtype=np.int64)
    assert mature_lag_days(empty, empty, 100) == 0


def test_levels_without_both_sides_are_left_out_and_named() -> None:
    force = Grouping("force", np.repeat([0, 1, 2], 10), ("a", "b", "c"))
    treated = np.tile([True, False], 15)
    treated[10:20] = False
    seen = np.ones(30, dtype=bool)
    seen[22:] = False
    found = find_support(np.ones(30, dtype=bool), treated, seen, (force,))
    assert found.left_out == {"force": ("b", "c")}
    assert found.rows.sum() == 10

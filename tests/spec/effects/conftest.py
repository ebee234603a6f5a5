"""Countries with known effects, each analysed once for all tests."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from analytics.effects import estimate_effects
from analytics.linked_table import Linked
from analytics.simulation.world import simulate
from analytics.snapshot import snapshot_frames
from analytics.specification import Specification, read_specification
from analytics.tables import day_number

EXAMPLE = Path("analytics/examples/what-worked.toml")


def example(*, subgroups: bool = False) -> Specification:
    """The shipped specification, with or without its subgroups."""
    specification = read_specification(EXAMPLE)
    if subgroups:
        return specification
    study = msgspec.structs.replace(specification.study, subgroups=())
    return msgspec.structs.replace(specification, study=study)


@lru_cache(maxsize=4)
def linked_of(contacts: int, seed: int, scenario: str = "default") -> tuple[Linked, pl.DataFrame]:
    """A snapshot's linked table in memory, and the truth as a frame."""
    world = simulate(contacts, seed, scenario)
    frame = snapshot_frames(world.register, np.random.default_rng(seed))["linked"]
    extract_day = day_number(world.register.extract) - 6
    return Linked(frame.lazy(), True, extract_day, 7), pl.DataFrame(world.effects)


@lru_cache(maxsize=160)
def effects_and_truth(contacts: int, seed: int, scenario: str = "default") -> pl.DataFrame:
    """The effects on everybody with `truth` beside them."""
    linked, truth = linked_of(contacts, seed, scenario)
    keys = ["intervention", "outcome", "subgroup"]
    effects = estimate_effects(example(), linked)
    return effects.join(truth.select(*keys, "truth"), on=keys, how="left").with_columns(
        pl.lit(seed).alias("seed")
    )


def covered(effects: pl.DataFrame) -> pl.DataFrame:
    """The rows with an estimate, `inside` saying whether the truth lies in the interval."""
    return effects.filter(pl.col("estimate").is_not_null()).with_columns(
        pl.col("truth").is_between("ci_low", "ci_high").alias("inside")
    )

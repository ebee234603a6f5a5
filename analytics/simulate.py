"""`heard simulate`: a SIMULATED country on disk, as files of a force or as a snapshot."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final, Literal

import numpy as np

from analytics.simulation.files import write_files, write_truth
from analytics.simulation.world import DEFAULT_EXTRACT, World, simulate
from analytics.snapshot import write_snapshot

Form = Literal["files", "snapshot"]
# Draws the ids of a simulated snapshot apart from the country's own stream.
IDS_STREAM: Final = 19


def run(
    contacts: int,
    seed: int,
    out: Path,
    form: Form = "files",
    scenario: str = "default",
    extract: date = DEFAULT_EXTRACT,
) -> World:
    """Writes the country into the folder `out` and gives it back; truth.json is always there.

    Raises TooFewContactsError and UnknownScenarioError.
    """
    world = simulate(contacts, seed, scenario, extract)
    if form == "files":
        write_files(world, out)
    else:
        write_snapshot(world.register, out, np.random.default_rng([IDS_STREAM, abs(seed)]))
        write_truth(world, out)
    return world

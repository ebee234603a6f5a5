"""`heard snapshot`."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from analytics.register import Register
from analytics.snapshot import write_snapshot
from service.analysis_tables import current_register
from service.commands.running import CommandError, with_parts, working
from service.commands.tokens import force_slug
from service.parts import Parts
from service.settings import Settings
from surveys.vocabulary import FORCES


def add(parser: argparse.ArgumentParser) -> None:
    """heard snapshot"""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--force", type=force_slug, metavar="SLUG", help="one force alone")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """0 once the tables lie in the folder."""
    forces = [options.force] if options.force else list(FORCES)

    async def read(parts: Parts) -> Register:
        return await current_register(parts, forces)

    with working("Reading the register"):
        register = with_parts(settings, read)
    if register.contacts.is_empty():
        raise CommandError("There are no contacts to write; import some first.")
    try:
        # Drawn by the operating system: whoever knows the program cannot know the ids.
        with working("Writing the snapshot"):
            written = write_snapshot(register, options.out, np.random.default_rng())
    except OSError:
        raise CommandError(f"{options.out} cannot be written; choose another folder.") from None
    word = " SIMULATED" if written["simulated"] else ""
    print(f"{options.out}: {written['rows']['linked']}{word} contacts")
    return 0

"""`heard effects`."""

from __future__ import annotations

import argparse
from pathlib import Path

from analytics.linked_table import UnreadableDataError
from analytics.specification import SpecificationError
from service.commands.running import CommandError, working
from service.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """heard effects"""
    parser.add_argument("specification", type=Path, metavar="SPEC.toml")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="FILE_OR_DIR", help="a table or a snapshot"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.csv")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, _: Settings) -> int:
    """0 once the estimates are written; they are exact, and restricted."""
    # Only here: statistics and charts take seconds to load, and no other command needs them.
    from analytics import effects

    try:
        with working("Estimating"):
            found = effects.run(options.specification, options.data, options.out)
    except (SpecificationError, UnreadableDataError) as error:
        raise CommandError(str(error)) from None
    except OSError:
        raise CommandError(f"{options.out} cannot be written; choose another place.") from None
    print(f"{options.out}: {found.height} estimates; exact numbers, not for release")
    return 0

"""`heard report`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from analytics.linked_table import UnreadableDataError
from analytics.specification import SpecificationError
from service.commands.running import CommandError, working
from service.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """heard report"""
    parser.add_argument("specification", type=Path, metavar="SPEC.toml")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a snapshot")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, _: Settings) -> int:
    """0 once the report lies in the folder."""
    # Only here: statistics and charts take seconds to load, and no other command needs them.
    from analytics import report

    try:
        with working("Making the report"):
            report.make_report(options.specification, options.data, options.out, datetime.now(UTC))
    except (SpecificationError, UnreadableDataError) as error:
        raise CommandError(str(error)) from None
    except OSError:
        raise CommandError(f"{options.out} cannot be written; choose another folder.") from None
    print(f"{options.out / 'report.html'}")
    return 0

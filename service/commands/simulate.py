"""`heard simulate`."""

from __future__ import annotations

import argparse
from pathlib import Path

from analytics import simulate
from analytics.simulation.scenario import UnknownScenarioError
from analytics.simulation.world import TooFewContactsError
from service.commands.running import CommandError, working
from service.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """heard simulate"""
    parser.add_argument("--contacts", type=int, required=True, metavar="N")
    parser.add_argument("--seed", type=int, required=True, metavar="S")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--form",
        choices=("files", "snapshot"),
        default="files",
        help="the files a force sends (default), or the tables of `heard snapshot`",
    )
    parser.add_argument("--scenario", default="default", metavar="NAME")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, _: Settings) -> int:
    """0 once the country lies in the folder, its true effects in truth.json."""
    try:
        with working("Simulating"):
            simulate.run(
                options.contacts, options.seed, options.out, options.form, options.scenario
            )
    except (TooFewContactsError, UnknownScenarioError) as error:
        raise CommandError(str(error)) from None
    except OSError:
        raise CommandError(f"{options.out} cannot be written; choose another folder.") from None
    print(f"{options.out}: {options.contacts} SIMULATED contacts; the truth is in truth.json")
    return 0

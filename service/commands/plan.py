"""`heard plan register`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from analytics import plan
from analytics.specification import SpecificationError
from service.commands.running import CommandError
from service.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """heard plan register"""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    register = actions.add_parser("register", help="write SPEC.plan.json beside the specification")
    register.add_argument("specification", type=Path, metavar="SPEC.toml")
    register.set_defaults(run=run_register)


def run_register(options: argparse.Namespace, _: Settings) -> int:
    """0 once the plan lies beside its specification."""
    try:
        path = plan.register(options.specification, datetime.now(UTC))
    except SpecificationError as error:
        raise CommandError(str(error)) from None
    except OSError:
        raise CommandError("The plan cannot be written beside its specification.") from None
    print(f"registered: {path}")
    return 0

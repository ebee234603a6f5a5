"""`heard migrate`."""

from __future__ import annotations

import argparse

from service.commands.running import owner_address, run_on_database
from service.migrate import migrate
from service.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """heard migrate"""
    parser.set_defaults(run=run)


def run(_: argparse.Namespace, settings: Settings) -> int:
    """0 once the database is at the newest migration; prints what was applied."""
    with owner_address(settings) as url:
        applied = run_on_database(migrate(url, settings))
    for name in applied:
        print(f"applied {name}")
    if not applied:
        print("nothing to apply: the database is at the newest migration")
    return 0

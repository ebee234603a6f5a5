"""`heard keys new|rotate`."""

from __future__ import annotations

import argparse

from service.privacy.keys import RINGS, new_ring, read_ring, rotated, write_ring
from service.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """heard keys new, heard keys rotate"""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = actions.add_parser("new", help="make the key files; refuses where one exists")
    new.set_defaults(run=run_new)
    rotate = actions.add_parser(
        "rotate", help="add a key to each ring; what the old keys made stays readable"
    )
    rotate.set_defaults(run=run_rotate)


def run_new(_: argparse.Namespace, settings: Settings) -> int:
    """0 once every key file is made."""
    for name in RINGS:
        print(f"made {write_ring(settings.keys_dir, name, new_ring())}")
    print("Keep a copy of these files apart from the database: without them nothing opens.")
    return 0


def run_rotate(_: argparse.Namespace, settings: Settings) -> int:
    """0 once every ring has a new current key."""
    for name in RINGS:
        ring = rotated(read_ring(settings.keys_dir, name))
        path = write_ring(settings.keys_dir, name, ring, replace=True)
        print(f"{path}: key {ring.current} is now the current one")
    print("Restart every process of Heard so that it reads the new keys.")
    return 0

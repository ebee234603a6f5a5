"""`heard instruments list|check`."""

from __future__ import annotations

import argparse
from pathlib import Path

from service.commands.running import CommandError
from service.settings import Settings
from surveys.library import check_directory, load_library


def add(parser: argparse.ArgumentParser) -> None:
    """heard instruments list, heard instruments check"""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the surveys there are")
    listing.set_defaults(run=run_list)
    check = actions.add_parser("check", help="what an author got wrong, a line each")
    check.add_argument(
        "directory",
        type=Path,
        nargs="?",
        default=None,
        help="a folder of YAML files; ours if left out",
    )
    check.set_defaults(run=run_check)


def run_list(_: argparse.Namespace, _settings: Settings) -> int:
    """0; prints a line a survey."""
    for each in load_library().all():
        band = each.age_band or "any age"
        languages = ", ".join(each.languages)
        print(f"{each.id} version {each.version}: {each.audience}, {band}; {languages}")
    return 0


def run_check(options: argparse.Namespace, _settings: Settings) -> int:
    """0 where nothing is wrong; 1 with file, item and rule of each finding."""
    if options.directory is not None and not options.directory.is_dir():
        raise CommandError(f"{options.directory} is not a folder.")
    findings = check_directory(options.directory)
    for each in findings:
        print(f"{each.file}: {each.item or 'whole survey'}: {each.rule}: {each.sentence}")
    return 1 if findings else 0

"""`heard import contacts|interventions|events|outcomes|responses FILE`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from service.commands.running import CommandError, with_parts, working
from service.commands.tokens import force_slug
from service.intake.columns import KINDS
from service.intake.files import read_file
from service.intake.rejects import rejected_path, rejected_rows, write_rejected
from service.intake.sheet import Sheet
from service.intake.taking import Sender, Taken, take
from service.settings import Settings

MOST_SHOWN = 20


def add(parser: argparse.ArgumentParser) -> None:
    """heard import"""
    parser.description = (
        "Takes in a CSV or Parquet file. Good rows go in; bad rows come back in "
        "FILE.rejected.csv, each with what is wrong. The same file again changes nothing."
    )
    parser.add_argument("kind", choices=tuple(KINDS), metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--force", type=force_slug, metavar="SLUG", help="refuse the file if it holds another force"
    )
    parser.add_argument("--dry-run", action="store_true", help="check everything, keep nothing")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """0 when every row was taken. Raises CommandError where some were not."""
    with working("reading") as show:
        sheet = read_file(options.file)
        sender = Sender(role="worker", actor="heard import", force=options.force)
        taken = with_parts(
            settings,
            lambda parts: take(
                parts,
                KINDS[options.kind],
                sheet,
                sender,
                dry_run=options.dry_run,
                progress=show,
            ),
        )
    _say(options, taken)
    if options.dry_run:
        return _dry_end(taken)
    return _end(options.file, sheet, taken)


def _say(options: argparse.Namespace, taken: Taken) -> None:
    for name in taken.ignored:
        shown = name if name.isascii() and len(name) <= 64 else "with a strange name"
        print(f"heard: The column {shown} is not known and was left out.", file=sys.stderr)
    if not taken.rows:
        print("heard: The file holds a header and no rows.", file=sys.stderr)
    would = "would be " if options.dry_run else ""
    print(
        f"{options.kind}: {taken.new} {would}new, {taken.known} known already, "
        f"{taken.rejected} not taken"
    )


def _dry_end(taken: Taken) -> int:
    first = taken.problems.unique("row", keep="first", maintain_order=True)
    for row, column, problem in first.head(MOST_SHOWN).iter_rows():
        print(f"row {row}, {column}: {problem}")
    if taken.rejected > MOST_SHOWN:
        print(f"and {taken.rejected - MOST_SHOWN} rows more")
    if taken.rejected:
        raise CommandError(
            f"{taken.rejected} of {taken.rows} rows would not be taken; nothing was changed."
        )
    return 0


def _end(file: Path, sheet: Sheet, taken: Taken) -> int:
    path = rejected_path(file)
    try:
        write_rejected(path, rejected_rows(sheet, taken.problems))
    except OSError:
        raise CommandError(
            f"{taken.rejected} of {taken.rows} rows were not taken, and {path} cannot be written; "
            "make its folder writable and import the file again."
        ) from None
    if taken.rejected:
        raise CommandError(
            f"{taken.rejected} of {taken.rows} rows were not taken; they are in {path}."
        )
    return 0

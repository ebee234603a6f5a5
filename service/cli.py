"""The `heard` command: parses, runs one command, and says what went wrong in one sentence."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from service.commands import (
    demo,
    effects,
    importing,
    instruments,
    keys,
    migrate,
    plan,
    report,
    serve,
    simulate,
    snapshot,
    tokens,
)
from service.commands.running import CommandError, unexpected
from service.embedded import EmbeddedError
from service.errors import HeardError
from service.migrate import MigrationError
from service.privacy.keys import KeysError
from service.settings import SettingsError, read_settings, unknown_variables

MODULES = (
    demo,
    serve,
    migrate,
    importing,
    simulate,
    snapshot,
    plan,
    effects,
    report,
    tokens,
    instruments,
    keys,
)
FAILED = 1
INTERRUPTED = 130
OURS = (EmbeddedError, HeardError, MigrationError, KeysError, SettingsError, CommandError)


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command; each module of service/commands adds its own."""
    parser = argparse.ArgumentParser(
        prog="heard", description="Tells police forces what actually helps the children they meet."
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in MODULES:
        module.add(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 failed (one sentence on stderr), 2 wrong usage."""
    options = build_parser().parse_args(arguments)
    # A polite stop is a stop by hand: what was started is stopped again on the way out.
    signal.signal(signal.SIGTERM, _interrupt)
    for name in unknown_variables():
        print(f"heard: {name} is not a setting of Heard and is ignored.", file=sys.stderr)
    try:
        code: int = options.run(options, read_settings())
    except OURS as error:
        print(f"heard: {_sentence(error)}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return FAILED
    except Exception as error:  # noqa: BLE001 - nobody sees a trace
        print(f"heard: {unexpected(error)}", file=sys.stderr)
        return FAILED
    return code


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split())


if __name__ == "__main__":
    sys.exit(main())

"""The `heard` command: parses, runs one command, and says what went wrong in one sentence."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib import import_module

from service.commands.running import CommandError, unexpected
from service.embedded import EmbeddedError
from service.errors import HeardError
from service.migrate import MigrationError
from service.privacy.keys import KeysError
from service.settings import SettingsError, read_settings, unknown_variables

# Command -> its module in service/commands, and what it does. A module is loaded when it is called.
COMMANDS = {
    "demo": ("demo", "show everything, with simulated children"),
    "serve": ("serve", "serve the pages and the API"),
    "migrate": ("migrate", "bring the database to the newest migration"),
    "import": ("importing", "take in a file of a force"),
    "simulate": ("simulate", "make a synthetic country with known effects"),
    "snapshot": ("snapshot", "write the pseudonymised analysis tables as Parquet"),
    "plan": ("plan", "register what will be analysed, before it is"),
    "effects": ("effects", "estimate what each intervention changed"),
    "report": ("report", "make the report, through the disclosure door"),
    "instruments": ("instruments", "list or check the surveys"),
    "tokens": ("tokens", "make or revoke tokens of the API"),
    "keys": ("keys", "make or rotate the keys"),
}
FAILED = 1
INTERRUPTED = 130
OURS = (EmbeddedError, HeardError, MigrationError, KeysError, SettingsError, CommandError)


def build_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of every command, whole for the one that is called."""
    parser = argparse.ArgumentParser(
        prog="heard", description="Tells police forces what actually helps the children they meet."
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, what_it_does) in COMMANDS.items():
        one = subparsers.add_parser(name, help=what_it_does)
        if arguments and arguments[0] == name:
            import_module(f"service.commands.{module}").add(one)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 failed (one sentence on stderr), 2 wrong usage."""
    given = sys.argv[1:] if arguments is None else arguments
    options = build_parser(given).parse_args(given)
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

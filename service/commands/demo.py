"""`heard demo`: everything, with simulated children, on one machine."""

from __future__ import annotations

import argparse
import hashlib
import sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import msgspec
import uvicorn

from analytics import simulate
from analytics.plan import register
from analytics.simulation.world import TooFewContactsError
from service import demo
from service.app import create_app
from service.commands.running import (
    CommandError,
    check_can_listen,
    opened_parts,
    owner_address,
    port_number,
    run_on_database,
)
from service.db import Database
from service.intake.columns import KINDS
from service.intake.files import read_file
from service.intake.taking import Sender, take
from service.migrate import migrate
from service.parts import DemoParts, Parts
from service.privacy.keys import open_keys
from service.report_shelf import ReportShelf
from service.settings import Settings
from service.staff import DemoSignIn

HOST = "127.0.0.1"


def add(parser: argparse.ArgumentParser) -> None:
    """heard demo"""
    parser.add_argument("--port", type=port_number, default=8000)
    parser.add_argument("--contacts", type=int, default=12_000, help="how many; 12000 by default")
    parser.add_argument("--json", action="store_true", help="print one line of JSON, then serve")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """0 when stopped; serves until then."""
    if settings.production:
        raise CommandError("The demonstration does not run with HEARD_PRODUCTION set.")
    check_can_listen(HOST, options.port)
    base_url = f"http://{HOST}:{options.port}"
    settings = msgspec.structs.replace(settings, public_url=base_url)
    folder = settings.data_dir / "demo"
    world = _simulated(folder, options.contacts)
    specification = _registered_plan(folder)
    with owner_address(settings) as url:
        run_on_database(migrate(url, settings))
        run_on_database(_load(settings, url, world))
        force = demo.largest_force(world)
        parts = _parts(settings, url, specification, force)
        opened = run_on_database(_open(parts, settings, url, world, base_url, force))
        sys.stdout.write(_printed(opened, as_json=options.json) + "\n")
        sys.stdout.flush()
        _serve(parts, options.port)
    return 0


def _simulated(folder: Path, contacts: int) -> Path:
    """The folder of the simulated files, made where it is not there yet."""
    world = folder / f"country-{demo.SEED}-{contacts}"
    if not (world / "truth.json").exists():
        _say(f"Simulating a country with {contacts} contacts")
        try:
            simulate.run(contacts, demo.SEED, world, "files", demo.SCENARIO)
        except TooFewContactsError as error:
            raise CommandError(str(error)) from None
    return world


async def _load(settings: Settings, url: str, world: Path) -> None:
    """Imports the simulated files; those of an earlier run change nothing."""
    sender = Sender(role="worker", actor="heard demo", force=None)
    async with opened_parts(settings, url) as parts:
        for kind in demo.FILES:
            _say(f"Loading simulated {kind}")
            taken = await take(parts, KINDS[kind], read_file(world / f"{kind}.csv"), sender)
            if taken.rejected:
                raise CommandError(f"{taken.rejected} simulated {kind} were not taken.")


def _registered_plan(folder: Path) -> Path:
    """The specification, registered before a single outcome is loaded, as a force would do it."""
    shipped = files("analytics").joinpath("examples/what-worked.toml").read_bytes()
    specification = folder / f"what-worked-{hashlib.sha256(shipped).hexdigest()[:8]}.toml"
    specification.write_bytes(shipped)
    register(specification, datetime.now(UTC))
    return specification


def _parts(settings: Settings, url: str, specification: Path, force: str) -> Parts:
    environment = {"HEARD_DATABASE_URL": url, "HEARD_DATA_DIR": str(settings.data_dir)}
    return Parts(
        settings=settings,
        database=Database(settings, url),
        keys=open_keys(settings),
        demo=DemoParts(
            api_token=demo.new_api_token(),
            sign_in=DemoSignIn(force),
            reports=ReportShelf(specification.parent / "reports", specification, environment),
        ),
    )


async def _open(
    parts: Parts, settings: Settings, url: str, world: Path, base_url: str, force: str
) -> demo.Opened:
    assert parts.demo is not None  # noqa: S101 - made so just above
    _say("Making the report")
    await parts.demo.reports.make(datetime.now(UTC))
    async with opened_parts(settings, url) as short_lived:
        links = await demo.demo_links(short_lived, world, force)
    return demo.Opened(
        base_url=base_url,
        console_url=f"{base_url}/console/",
        metrics_url=f"{base_url}/metrics",
        api_token=parts.demo.api_token,
        force=force,
        links=links,
        accounts=tuple(parts.demo.sign_in.addresses(base_url)),
    )


def _printed(opened: demo.Opened, *, as_json: bool) -> str:
    return msgspec.json.encode(opened).decode() if as_json else demo.in_words(opened)


def _serve(parts: Parts, port: int) -> None:
    uvicorn.run(
        create_app(parts),
        host=HOST,
        port=port,
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
        proxy_headers=False,
    )


def _say(sentence: str) -> None:
    """Progress goes to stderr, so that stdout is the one line a script reads."""
    sys.stderr.write(f"{sentence} …\n")
    sys.stderr.flush()

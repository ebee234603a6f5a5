"""`heard serve`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping

import msgspec
import uvicorn

from service.commands.running import (
    CommandError,
    check_can_listen,
    owner_address,
    port_number,
    run_on_database,
)
from service.db import Role, role_url
from service.migrate import migrate
from service.privacy.keys import open_keys
from service.settings import Settings

MOST_WORKERS = 64
# The logins each part needs; a JSON survey is answered with the respondent's own rights.
ROLES_OF: Mapping[str, tuple[Role, ...]] = {
    "respondent": ("respondent",),
    "console": ("respondent", "console"),
    "api": ("respondent", "console"),
}


def add(parser: argparse.ArgumentParser) -> None:
    """heard serve"""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port_number, default=8000)
    parser.add_argument("--workers", type=_workers, default=1, help="processes; 1 by default")
    parser.add_argument("--only", choices=("respondent", "console", "api"), default=None)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """0 when stopped; serves until then."""
    if options.only:
        os.environ["HEARD_ONLY"] = options.only
        settings = msgspec.structs.replace(settings, only=options.only)
    check_can_listen(options.host, options.port)
    open_keys(settings)  # a missing key stops here, with a sentence
    if settings.production:
        return _serve_in_production(options, settings)
    with owner_address(settings) as url:
        run_on_database(migrate(url, settings))
        # Server processes read the environment, so that one or many start alike.
        os.environ["HEARD_DATABASE_URL"] = url
        os.environ["HEARD_DATA_DIR"] = str(settings.data_dir)
        _serve(options)
    return 0


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"give a number of processes from 1 to {MOST_WORKERS}")
    return int(text)


def _serve_in_production(options: argparse.Namespace, settings: Settings) -> int:
    if settings.only is None:
        raise CommandError(
            "In production say which part this is: --only respondent, console or api."
        )
    for role in ROLES_OF[settings.only]:
        role_url(settings, None, role)
    _serve(options)
    return 0


def _serve(options: argparse.Namespace) -> None:
    print(f"Heard serves on http://{options.host}:{options.port}/", flush=True)
    serve(options.host, options.port, options.workers)


def serve(host: str, port: int, workers: int = 1) -> None:
    """Serves until stopped. No access log: it would hold addresses of people."""
    uvicorn.run(
        "service.serving:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=5,
        proxy_headers=False,
    )

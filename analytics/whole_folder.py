"""Files that appear in a folder all together, readable by their owner alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

OWNER_READS: Final = 0o600
OWNER_ENTERS: Final = 0o700


def write_whole(out: Path, files: Mapping[str, Callable[[Path], object]]) -> None:
    """Writes the named files, each by its writer, and moves them into `out` when all are there.

    The last one is the sign that the rest is whole: an older one goes before the first new file
    comes. A folder that has to be made is its owner's alone.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    out.mkdir(mode=OWNER_ENTERS, exist_ok=True)
    # Inside `out`, which may be a disk of its own: only within one disk is a move all or nothing.
    with tempfile.TemporaryDirectory(dir=out, prefix=".unfinished-") as folder:
        for name, write in files.items():
            path = Path(folder) / name
            path.touch(mode=OWNER_READS)
            write(path)
        (out / list(files)[-1]).unlink(missing_ok=True)
        for name in files:
            (Path(folder) / name).replace(out / name)

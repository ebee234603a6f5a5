"""Runs pytest once more on the system's own PostgreSQL (Debian's 15), beside the embedded 18.

Where the machine has none, it says so and passes, except in CI, where that is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def system_programs() -> Path | None:
    """The oldest PostgreSQL of this machine that Heard supports (15 or newer), or None."""
    folders = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    found = sorted(
        (int(path.parts[-3]), path.parent) for path in folders if path.parts[-3].isdigit()
    )
    supported = [folder for version, folder in found if version >= 15]
    return supported[0] if supported else None


def main() -> int:
    """The exit code of pytest."""
    programs = system_programs()
    if programs is None:
        print("No PostgreSQL 15 or newer on this machine: its tests ran on the embedded 18 only.")
        return 1 if os.environ.get("CI") else 0
    print(f"The database tests once more, on {programs}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadscope", *sys.argv[1:]]
    environment = {**os.environ, "HEARD_TEST_POSTGRES_BIN": str(programs)}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

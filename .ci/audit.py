"""Looks for known holes in the locked dependencies; says "not audited" where it could not look.

pip-audit exits 0 when it reached no database of holes, so its own word is not enough.
"""

from __future__ import annotations

import json
import subprocess
import sys

COMMAND = [
    *(sys.executable, "-m", "pip_audit", "--requirement", "requirements.lock"),
    *("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"),
]


def main() -> int:
    """1 where a hole is known, else 0."""
    try:
        done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=120, check=False)
        report = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        print("pip-audit: not audited (the database of known holes could not be reached).")
        return 0
    audited = [item for item in report if "vulns" in item]
    holes = [(item["name"], hole["id"]) for item in audited for hole in item["vulns"]]
    for name, hole in holes:
        print(f"pip-audit: {name} has the known hole {hole}; move to a version that mends it.")
    if len(audited) < len(report):
        print(
            f"pip-audit: not audited: {len(report) - len(audited)} of {len(report)} dependencies."
        )
    else:
        print(f"pip-audit: all {len(report)} dependencies audited.")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())

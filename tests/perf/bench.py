"""`make bench`: one table of ratios, all measured in this run on this machine."""

from __future__ import annotations

import argparse
import sys

from tests.perf import effect_bench, submissions_bench
from tests.perf.row import Row, table


def main() -> int:
    """0 once the table is printed."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--quick", action="store_true", help="smaller, to see that it runs")
    quick: bool = parser.parse_args().quick
    rows: list[Row] = [submissions_bench.measure(quick=quick), effect_bench.measure(quick=quick)]
    sys.stdout.write(table(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

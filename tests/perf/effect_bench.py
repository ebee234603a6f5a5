"""One effect at 1,000,000 contacts beside the same AIPW by statsmodels: seconds, memory, ratio.

    python -m tests.perf.effect_bench [--rows N]

Each runs in a process of its own, from the start of Python to the answer, on one Parquet file.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.perf.row import Row, table

ROOT = Path(__file__).resolve().parents[2]
FORCES = 43
SPEC = """[study]
name = "bench"
treatment = "intervention"
adjust_for = [
    "severity", "age_band", "prior_contacts", "deprivation_decile", "contact_day", "force",
]
linear = ["prior_contacts"]
[[outcome]]
name = "attendance"
kind = "mean"
column = "attendance"
"""


def write_table(path: Path, rows: int) -> None:
    """A table of one intervention against usual help, hard cases helped more often."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(1)
    share = rng.dirichlet(np.full(FORCES, 4.0))
    force = rng.choice(FORCES, size=rows, p=share)
    severity, band = rng.integers(1, 6, rows), rng.integers(0, 5, rows)
    prior, decile = rng.poisson(0.6, rows), rng.integers(1, 11, rows)
    level = rng.normal(0, 0.4, FORCES)[force]
    odds = -1.2 + 0.6 * (severity - 3) + 0.1 * band + 0.1 * prior + level
    arm = rng.random(rows) < 1 / (1 + np.exp(-odds))
    outcome = 82 - 3 * severity - band + 0.3 * decile + 1.5 * arm + rng.normal(0, 8, rows) + level
    pl.DataFrame(
        {
            "force": pl.Series([f"force-{i:02}" for i in range(FORCES)]).gather(force),
            "severity": severity.astype(np.int32),
            "age_band": pl.Series(["0-5", "6-7", "8-11", "12-15", "16-17"]).gather(band),
            "prior_contacts": prior.astype(np.int32),
            "deprivation_decile": decile.astype(np.int32),
            "contact_day": rng.integers(8700, 9700, rows).astype(np.int32),
            "intervention": pl.Series(["usual", "chisva"]).gather(arm.astype(np.int64)),
            "attendance": outcome,
        }
    ).write_parquet(path)


def ours(path: Path) -> tuple[float, float]:
    """Estimate and standard error by Heard."""
    from analytics.effects import estimate_effects
    from analytics.linked_table import open_linked
    from analytics.specification import parse_specification

    effects = estimate_effects(parse_specification(SPEC, "bench.toml"), open_linked(path))
    row = effects.row(0, named=True)
    return row["estimate"], row["std_error"]


def by_statsmodels(path: Path) -> tuple[float, float]:
    """The same estimator by statsmodels: one logit, two regressions, dummies for forces."""
    import numpy as np
    import polars as pl
    import statsmodels.api as sm

    rows = pl.read_parquet(path)
    blocks = []
    for name in ("severity", "age_band", "force"):
        levels = rows[name].unique().sort()
        first = 0 if name == "force" else 1
        blocks += [(rows[name] == level).to_numpy().astype(float) for level in levels[first:]]
    for name in ("prior_contacts", "deprivation_decile", "contact_day"):
        values = rows[name].to_numpy().astype(float)
        blocks.append((values - values.mean()) / values.std())
    design = np.column_stack(blocks)
    arm = (rows["intervention"] == "chisva").to_numpy().astype(float)
    y = rows["attendance"].to_numpy()
    chance = sm.GLM(arm, design, family=sm.families.Binomial()).fit(tol=1e-10).fittedvalues
    with_it = design @ sm.OLS(y[arm == 1], design[arm == 1]).fit().params
    without = design @ sm.OLS(y[arm == 0], design[arm == 0]).fit().params
    psi = with_it - without + arm * (y - with_it) / chance
    psi -= (1 - arm) * (y - without) / (1 - chance)
    codes = rows["force"].rank("dense").to_numpy() - 1
    sums = np.bincount(codes, weights=psi - psi.mean()) / len(y)
    return float(psi.mean()), float(np.sqrt(FORCES / (FORCES - 1) * np.square(sums).sum()))


def measured(who: str, path: Path) -> dict[str, float]:
    """Seconds, peak memory and answer of one of the two in a fresh process."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tests.perf.effect_bench", "--worker", who, "--table", str(path)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer | {"seconds": time.perf_counter() - started}


def bench(rows: int) -> dict[str, float]:
    """Both in one run, on one table; the answers must agree to 1e-6."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "linked.parquet"
        write_table(path, rows)
        ours_now, theirs = measured("ours", path), measured("statsmodels", path)
    for name in ("estimate", "std_error"):
        gap = abs(ours_now[name] - theirs[name])
        if gap > 1e-6:
            raise SystemExit(f"The two disagree on the {name} by {gap:.2g}.")
    return {
        "rows": rows,
        "heard_seconds": ours_now["seconds"],
        "statsmodels_seconds": theirs["seconds"],
        "ratio": theirs["seconds"] / ours_now["seconds"],
        "heard_gb": ours_now["peak_gb"],
        "statsmodels_gb": theirs["peak_gb"],
        "estimate": ours_now["estimate"],
        "std_error": ours_now["std_error"],
    }


def measure(*, quick: bool = False) -> Row:
    """The row of `make bench`; `quick` takes a tenth of the contacts."""
    return as_row(bench(100_000 if quick else 1_000_000))


def as_row(found: dict[str, float]) -> Row:
    """The measurement in words."""
    return Row(
        what=f"one effect, {found['rows']:,} contacts",
        ours=f"{found['heard_seconds']:.1f} s, {found['heard_gb']:.2f} GB",
        beside=(
            f"statsmodels {found['statsmodels_seconds']:.1f} s, {found['statsmodels_gb']:.2f} GB"
        ),
        ratio=f"{found['ratio']:.1f} times faster",
        notes=f"both say {found['estimate']:.6f} ({found['std_error']:.6f})",
    )


def main() -> None:
    """Prints one row of the table of `make bench`; `--rows` says how many contacts."""
    parser = argparse.ArgumentParser(prog="effect_bench")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--worker", choices=("ours", "statsmodels"), help=argparse.SUPPRESS)
    parser.add_argument("--table", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.worker:
        sys.stdout.write(table([as_row(bench(options.rows))]) + "\n")
        return
    work = ours if options.worker == "ours" else by_statsmodels
    estimate, error = work(options.table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    answer = {"estimate": estimate, "std_error": error, "peak_gb": peak}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()

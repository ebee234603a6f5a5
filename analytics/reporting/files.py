"""The files of a report: all made in memory, then written one by one, the register last."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from analytics.cells import defuse_frame
from analytics.disclosure import ROUNDING_BASE
from analytics.reporting.facts import ReportFacts
from analytics.reporting.page import ReportPage
from analytics.reporting.released import Released
from analytics.workbook import workbook

REGISTER: Final = "release.json"
PAGE: Final = "report.html"


def render(page: ReportPage) -> str:
    """The page as HTML that stands alone: styles and pictures inside, no script."""
    pages = Environment(
        loader=PackageLoader("analytics", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    loader = pages.loader
    css = loader.get_source(pages, "report.css")[0] if loader else ""
    return pages.get_template(PAGE).render(page=page, css=css)


def contents(released: Released, page: ReportPage, facts: ReportFacts) -> dict[str, bytes]:
    """Every file of the report by its path below the folder."""
    made = {PAGE: render(page).encode()}
    for picture in page.pictures:
        made[f"charts/{picture.key}.svg"] = picture.file.encode()
    for name, table in released.tables.items():
        made[f"tables/{name}.csv"] = defuse_frame(table).write_csv().encode()
    made["report.xlsx"] = workbook(
        released.tables, _about(facts), made_at=facts.made_at, simulated=facts.simulated
    )
    made[REGISTER] = _register(released, made, facts)
    return made


def write(made: Mapping[str, bytes], out_dir: Path) -> dict[str, Path]:
    """Puts every file in its place, each whole or not at all, and takes away stale ones.

    Stale are only files that the last `release.json` of this folder names.
    """
    stale = _named_by_last(out_dir) - set(made)
    for name, content in made.items():
        path = out_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        unfinished.write_bytes(content)
        unfinished.replace(path)
    for name in stale:
        (out_dir / name).unlink(missing_ok=True)
    return {name: out_dir / name for name in made}


def _named_by_last(out_dir: Path) -> set[str]:
    try:
        last = json.loads((out_dir / REGISTER).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    folder = out_dir.resolve()
    return {name for name in last if (folder / name).resolve().is_relative_to(folder)}


def _register(released: Released, made: Mapping[str, bytes], facts: ReportFacts) -> bytes:
    """What was released, from what plan, by which rule, with the hash of every file."""
    described: dict[str, Any] = {
        "release": facts.release,
        "study": facts.study,
        "simulated": facts.simulated,
        "plan": "registered" if facts.is_registered else "exploratory",
        "public": facts.is_public,
        "spec_sha256": facts.spec_hash,
        "made_at": facts.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "generated_by": facts.generated_by,
        "min_cell": facts.min_cell,
        "rounding_base": ROUNDING_BASE,
        "tables": {
            name: {"rows": table.height, "hidden": int((table["suppressed"] != "").sum())}
            for name, table in released.tables.items()
        },
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in made.items()},
    }
    return (json.dumps(described, indent=2, ensure_ascii=False) + "\n").encode()


def _about(facts: ReportFacts) -> dict[str, str]:
    exploratory = "Exploratory: not for public release"
    return {
        "Study": facts.study,
        "Release": facts.release,
        "Made": facts.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "Made by": facts.generated_by,
        "Plan": "Registered before the outcomes were read" if facts.is_registered else exploratory,
        "Fingerprint of the specification": facts.spec_hash,
        "Small numbers": f"An empty value marked under `suppressed` is under {facts.min_cell}, "
        "nought included, or would give such a number away.",
        "Counts": f"Rounded to the nearest {ROUNDING_BASE}; totals are sums of rounded parts.",
        "Differences": "Percentage points for shares, points of the scale otherwise, children "
        "offered it less similar children who were not.",
    }

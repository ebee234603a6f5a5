"""The code lists as a page: `make docs` keeps docs/codes.md, a test holds it to the lists."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from surveys import vocabulary as v

LISTS: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = (
    ("contact_type", "Contact types", "contact_types", v.CONTACT_TYPES),
    ("child_role", "Roles of the child", "roles", v.ROLES),
    ("severity", "Severity, scored at first contact and never revised", "severities", v.SEVERITIES),
    ("gender", "Genders", "genders", v.GENDERS),
    ("ethnic_group", "Ethnic groups", "ethnic_groups", v.ETHNIC_GROUPS),
    ("flags", "Flags", "flags", v.FLAGS),
    ("intervention", "Interventions", "interventions", v.INTERVENTIONS),
    ("status", "Statuses of an intervention", "statuses", v.STATUSES),
    ("event", "Events", "events", v.EVENTS),
)


def page() -> str:
    """docs/codes.md."""
    parts = [
        "# Code lists\n\nGenerated from `surveys/vocabulary/` by `make docs`; not to be edited. An "
        "unknown code is a bad row, never a guess."
    ]
    parts += [
        _section(column, title, file, _rows(entries)) for column, title, file, entries in LISTS
    ]
    parts += [
        _section(
            f"outcome_set = {name}",
            f"Outcomes: {group.name}",
            "outcome_sets",
            [(code, each.name, _of_outcome(each)) for code, each in group.outcomes.items()],
        )
        for name, group in v.OUTCOME_SETS.items()
    ]
    forces = [(f.slug, f.name, f.pfa or "") for f in v.FORCES.values()]
    parts.append(_section("force", "Forces (slug, name, ONS code)", "forces", forces))
    return "\n\n".join(parts) + "\n"


def _rows(entries: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(code, each.name, each.meaning) for code, each in entries.items()]


def _of_outcome(outcome: v.Outcome) -> str:
    said = []
    if outcome.measure:
        low, high = outcome.measure.minimum, outcome.measure.maximum
        said.append(f"`value` {low:g} to {high:g}, {outcome.measure.unit}")
    if outcome.must_precede_contact:
        said.append("lies before the contact")
    return "; ".join(said)


def _section(column: str, title: str, file: str, rows: Iterable[tuple[str, str, str]]) -> str:
    source = v.SOURCES[file]
    verified = "" if source.verified else " **Not verified.**"
    table = "\n".join(f"| `{code}` | {name} | {meaning} |" for code, name, meaning in rows)
    return (
        f"## {title}\n\nColumn `{column}`. {source.source}{verified}\n\n"
        f"| code | name | meaning |\n|---|---|---|\n{table}"
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page())

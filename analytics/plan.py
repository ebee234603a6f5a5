"""Plans registered before outcomes are read: the canonical specification, its hash, the time."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from analytics.specification import Specification, SpecificationError, read_specification

PlanStatus = Literal["registered", "exploratory"]


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `SPEC.plan.json` holds; `sha256` is that of the canonical plan."""

    study: str
    sha256: str
    registered_at: datetime
    plan: msgspec.Raw


def canonical(specification: Specification) -> bytes:
    """The specification as JSON with sorted keys and every default written out.

    Comments, order and spacing of the file do not matter; the extract does not either, since a
    plan is registered before it is known.
    """
    builtins = msgspec.to_builtins(specification)
    builtins["study"].pop("extract_day")
    return json.dumps(builtins, sort_keys=True, separators=(",", ":")).encode()


def plan_hash(specification: Specification) -> str:
    """SHA-256 of the canonical plan, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(specification)).hexdigest()


def plan_path(spec_path: Path) -> Path:
    """`SPEC.plan.json` beside `SPEC.toml`."""
    return spec_path.with_suffix(".plan.json")


def register(spec_path: Path, now: datetime) -> Path:
    """Writes the plan beside the specification and gives back its path.

    The same specification again leaves the first registration and its time as they are; a
    changed one is refused, because a plan changed afterwards is no plan.
    Raises SpecificationError.
    """
    specification = read_specification(spec_path)
    path, sha256 = plan_path(spec_path), plan_hash(specification)
    if path.exists():
        if read_plan(path).sha256 == sha256:
            return path
        raise SpecificationError(
            f"{path.name} registers another plan; save the changed specification under a new name."
        )
    plan = Plan(
        study=specification.study.name,
        sha256=sha256,
        registered_at=now.astimezone(UTC).replace(microsecond=0),
        plan=msgspec.Raw(canonical(specification)),
    )
    path.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n")
    return path


def read_plan(path: Path) -> Plan:
    """The plan in a file. Raises SpecificationError when it is damaged or was edited."""
    try:
        plan = msgspec.json.decode(path.read_bytes(), type=Plan)
    except (OSError, msgspec.MsgspecError):
        raise SpecificationError(f"{path.name} is not a plan; register the plan again.") from None
    text = json.dumps(json.loads(bytes(plan.plan)), sort_keys=True, separators=(",", ":"))
    if hashlib.sha256(text.encode()).hexdigest() != plan.sha256:
        raise SpecificationError(f"{path.name} was changed after it was registered; restore it.")
    return plan


def plan_status(specification: Specification, path: Path, now: datetime) -> PlanStatus:
    """`registered` when the file holds this very plan, registered before now; else exploratory."""
    if not path.exists():
        return "exploratory"
    plan = read_plan(path)
    same = plan.sha256 == plan_hash(specification)
    return "registered" if same and plan.registered_at <= now.astimezone(UTC) else "exploratory"

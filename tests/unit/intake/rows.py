"""Rows of each file that are right, for tests that spoil one cell."""

from __future__ import annotations

from typing import Any

from service.intake.calls import Row, rows_as_sheet
from service.intake.columns import KINDS
from service.intake.sheet import Sheet

RIGHT: dict[str, dict[str, Any]] = {
    "contacts": {
        "force": "kent",
        "contact_ref": "C1",
        "case_ref": "K1",
        "child_ref": "P1",
        "contact_at": "2026-03-01T10:00:00Z",
        "contact_type": "DA_ATTEND",
        "child_role": "victim",
        "age_years": 9,
        "severity": 3,
        "gender": "female",
        "ethnic_group": "W1",
        "flags": "DA;CSE",
        "team": "North",
        "owner": "PC 1",
        "deprivation_decile": 2,
        "reported_at": "2026-03-01T09:00:00Z",
        "first_contact_at": "2026-03-01T10:00:00Z",
        "evidence_gate": "open",
        "gate_agreed_by": "DS 2",
        "gate_review_on": "2027-01-01",
    },
    "interventions": {
        "force": "kent",
        "contact_ref": "C1",
        "intervention": "CHISVA",
        "status": "delivered",
        "offered_on": "2026-03-02",
        "started_on": "2026-03-03",
        "ended_on": "2026-05-01",
        "provider": "Barnado",
        "dose": 6,
    },
    "events": {
        "force": "kent",
        "contact_ref": "C1",
        "event": "ppn_sent",
        "happened_at": "2026-03-01T12:00:00Z",
    },
    "outcomes": {
        "force": "kent",
        "contact_ref": "C1",
        "outcome_set": "justice",
        "outcome": "16",
        "decided_on": "2026-04-01",
        "recorded_on": "2026-04-02",
        "told_child_on": "2026-04-03",
        "final": True,
    },
    "responses": {
        "force": "kent",
        "contact_ref": "C1",
        "respondent": "child",
        "instrument": "child-8-11",
        "version": 1,
        "completion_mode": "alone",
        "answered_on": "2026-03-20",
        "safe": "felt_safe",
        "listened": "not_sure",
    },
}


def row(kind: str, **changes: Any) -> Row:
    """A right row with some cells changed."""
    return RIGHT[kind] | changes


def sheet(kind: str, *rows: Row) -> Sheet:
    """Rows as a sheet."""
    return rows_as_sheet(rows, KINDS[kind].required)

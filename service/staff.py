"""Who is signed in to the console, and what they may do.

Sign-in here is the demonstration's own: it exists only in a demonstration, only on loopback.
"""

from __future__ import annotations

import secrets
from typing import Literal

import msgspec

from service.errors import NotAllowedError, NotSignedInError

StaffRole = Literal["caseworker", "analyst"]
ROLE_NAMES: dict[StaffRole, str] = {"caseworker": "Caseworker", "analyst": "Analyst"}
COOKIE = "staff"


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """One signed-in person: a role in one force."""

    role: StaffRole
    force: str

    @property
    def actor(self) -> str:
        """How the audit trail names this person."""
        return f"demo-{self.role}"


class DemoSignIn:
    """The sessions of one demonstration, kept in memory and gone with it."""

    def __init__(self, force: str) -> None:
        self._force = force
        self._key = secrets.token_urlsafe(16)
        self._sessions: dict[str, Staff] = {}

    def addresses(self, base_url: str) -> list[dict[str, str]]:
        """One sign-in address a role."""
        return [
            {"role": role, "sign_in_url": f"{base_url}/console/sign-in/{role}?key={self._key}"}
            for role in ROLE_NAMES
        ]

    def sign_in(self, role: StaffRole, key: str) -> str:
        """The cookie value of a new session. Raises NotAllowedError for a wrong key."""
        if not secrets.compare_digest(key.encode(), self._key.encode()):
            raise NotAllowedError("This sign-in address is not of this demonstration.")
        return self.open_session(role)

    def open_session(self, role: StaffRole) -> str:
        """The cookie value of a new session."""
        value = secrets.token_urlsafe(24)
        self._sessions[value] = Staff(role=role, force=self._force)
        return value

    def sign_out(self, value: str) -> None:
        """Ends a session; an unknown one is already ended."""
        self._sessions.pop(value, None)

    def find(self, value: str) -> Staff | None:
        """Who holds this cookie, or None."""
        return self._sessions.get(value)


def check_can_see_console(staff: Staff | None) -> Staff:
    """The person signed in. Raises NotSignedInError where there is none."""
    if staff is None:
        raise NotSignedInError("Sign in to see this page.")
    return staff


def check_can_see_report(staff: Staff | None) -> Staff:
    """Any member of staff may read a report: it holds nothing that could not be released."""
    return check_can_see_console(staff)


def check_can_make_report(staff: Staff | None) -> Staff:
    """Any member of staff of the demonstration may have it made again."""
    return check_can_see_console(staff)

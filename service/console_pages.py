"""One struct a console page, and the function that fills its template."""

from __future__ import annotations

import msgspec

from service.pages import render
from service.staff import ROLE_NAMES, Staff
from service.store.totals import Totals
from surveys.vocabulary import FORCES

# In the order of a link's life, with the words staff read.
STATE_WORDS = {
    "held": "Held",
    "queued": "Queued",
    "sent": "Sent or handed over",
    "delivered": "Delivered",
    "failed": "Failed",
    "unknown": "Not known whether it arrived",
    "opened": "Opened",
    "part_answered": "Part answered",
    "answered": "Answered",
    "expired": "Expired",
    "revoked": "Stopped",
}


class HomePage(msgspec.Struct, frozen=True, kw_only=True):
    """The first page of the console. report_made_at is null while none was made."""

    staff: Staff
    totals: Totals
    report_made_at: str | None
    report_busy: bool
    report_failed: bool


def home_page(page: HomePage) -> str:
    """The first page of the console."""
    return render(
        "console/home.html",
        page=page,
        role_name=ROLE_NAMES[page.staff.role],
        force_name=FORCES[page.staff.force].name,
        states=[
            (words, page.totals.invitations[state])
            for state, words in STATE_WORDS.items()
            if page.totals.invitations.get(state)
        ],
    )


def sign_in_page(*, is_demo: bool) -> str:
    """The sign-in page: a choice of roles in a demonstration, a plain sentence elsewhere."""
    return render("console/sign_in.html", is_demo=is_demo, roles=ROLE_NAMES)

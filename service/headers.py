"""What every respondent page says to the browser: keep nothing, tell nobody, load nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

# On every answer of the respondent routes, redirects and failures too.
CONSTANT_HEADERS = {
    "Cache-Control": "no-store, max-age=0",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), payment=(), usb=()"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
# For answers that bring no policy of their own: redirects, and the plain page of a failure.
PLAIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
POLICY = "content-security-policy"


@lru_cache(maxsize=8)
def page_policy(style: str, exit_url: str) -> str:
    """The content policy of a page with one inline style sheet and a way out to exit_url.

    Leaving posts to us and is sent on from there, which Chromium and WebKit allow only where
    form-action names the other origin.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    way_out = urlsplit(exit_url)
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        f"form-action 'self' {way_out.scheme}://{way_out.netloc}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


class RespondentHeaders(ASGIMiddleware):
    """Adds the constant headers to every answer of the routes it stands before."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Passes the request on and completes the head of its answer."""

        async def send_completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                missing = [pair for pair in _PLAIN if pair[0] not in there]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await next_app(scope, receive, send_completed)


_PLAIN = [
    (name.lower().encode(), value.encode())
    for name, value in sorted({**CONSTANT_HEADERS, POLICY: PLAIN_POLICY}.items())
]


def came_from_here(fetch_site: str | None) -> bool:
    """Whether a post was sent by our own page, or typed; True where the browser does not say.

    Where it does not say, the SameSite=Strict cookie is what keeps other sites out.
    """
    return fetch_site in (None, "same-origin", "none")

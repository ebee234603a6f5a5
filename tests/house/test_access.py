"""Every route says who may use it, and the listeners are apart."""

from __future__ import annotations

import pytest
from litestar.handlers import BaseRouteHandler

from service.app import create_app
from service.parts import Parts
from service.routes import ROUTES

RULES = {"open", "operator", "staff", "token", "link", "visit"}
HANDLERS = [
    (listener, handler)
    for listener, handlers in ROUTES.items()
    for handler in handlers
    if isinstance(handler, BaseRouteHandler)
]


@pytest.mark.parametrize(
    ("listener", "handler"), HANDLERS, ids=[str(sorted(h.paths)) for _, h in HANDLERS]
)
def test_every_route_names_its_access_rule(listener: str, handler: BaseRouteHandler) -> None:
    rule = handler.opt.get("access")
    assert rule in RULES
    if listener == "api":
        assert rule in {"token", "link"}


def paths(parts: Parts, only: str) -> set[str]:
    app = create_app(parts, only)  # type: ignore[arg-type]
    return {route.path for route in app.routes}


async def test_the_respondent_listener_has_no_console_and_no_figures(parts: Parts) -> None:
    found = paths(parts, "respondent")
    assert "/f" in found
    assert not [path for path in found if path.startswith(("/console", "/metrics"))]


async def test_the_console_listener_has_no_survey(parts: Parts) -> None:
    found = paths(parts, "console")
    assert "/console/" in found or "/console" in found
    assert not found & {"/f", "/x", "/i/{token:str}"}

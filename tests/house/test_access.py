"""Every route says who may use it, and the listeners are apart."""

from __future__ import annotations

from typing import get_args

import httpx
import pytest
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from service.app import Only, create_app
from service.db import Database, new_id
from service.parts import Parts
from service.privacy.keys import Keys, new_ring
from service.settings import read_settings

RULES = {"open", "operator", "staff", "token", "link", "visit"}


def handlers() -> list[tuple[Only, str, object, str]]:
    """(listener, address, rule, method) of every handler, those of nested routers included."""
    settings = read_settings({})
    unconnected = Database(settings, "postgresql://nobody@nowhere/nothing")
    parts = Parts(settings=settings, database=unconnected, keys=Keys(master=new_ring()))
    return [
        (listener, route.path, handler.opt.get("access"), method)
        for listener in get_args(Only)
        for route in create_app(parts, listener).routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if _is_ours(handler)
        for method in handler.http_methods
    ]


def _is_ours(handler: BaseRouteHandler) -> bool:
    # Litestar adds its own: the schema, and OPTIONS of every address.
    return handler.fn.__module__.startswith("service.")


WITH_METHODS = handlers()
HANDLERS = sorted({(listener, path, rule) for listener, path, rule, _ in WITH_METHODS}, key=str)


def test_the_check_below_sees_every_part() -> None:
    addresses = {address for _, address, _ in HANDLERS}
    assert {"/", "/f", "/x", "/i/{token:str}", "/api/v1/contacts", "/console/report"} <= addresses


@pytest.mark.parametrize(
    ("listener", "address", "rule"),
    HANDLERS,
    ids=[f"{a}-{n}" for n, (_, a, _) in enumerate(HANDLERS)],
)
def test_every_route_names_its_access_rule(listener: str, address: str, rule: object) -> None:
    assert rule in RULES, address
    if listener == "api" and not address.startswith("/health"):
        assert rule in {"token", "link"}


def paths(parts: Parts, only: Only) -> set[str]:
    app = create_app(parts, only)
    return {route.path for route in app.routes}


async def test_the_respondent_listener_has_no_console_and_no_figures(parts: Parts) -> None:
    found = paths(parts, "respondent")
    assert "/f" in found
    assert not [path for path in found if path.startswith(("/console", "/metrics"))]


async def test_the_console_listener_has_no_survey(parts: Parts) -> None:
    found = paths(parts, "console")
    assert "/console/" in found or "/console" in found
    assert not found & {"/f", "/x", "/i/{token:str}"}


async def test_a_route_for_tokens_does_nothing_for_those_without(parts: Parts) -> None:
    transport = httpx.ASGITransport(app=create_app(parts))  # type: ignore[arg-type]
    wanted = {(path, method) for _, path, rule, method in WITH_METHODS if rule == "token"}
    assert len(wanted) >= 8
    async with httpx.AsyncClient(transport=transport, base_url="http://heard.test") as http:
        for path, method in wanted:
            address = path.replace("{invitation:uuid}", str(new_id()))
            answer = await http.request(method, address, content=b"[]")
            assert answer.status_code == 401, (method, path, answer.text)

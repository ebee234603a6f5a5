"""Joins the parts into one web application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.logging import LoggingConfig
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from service.parts import Parts
from service.problems import exception_handlers
from service.routes import ROUTES, metrics

Only = Literal["respondent", "console", "api"]
MAX_BODY_BYTES = 12_000_000


def create_app(parts: Parts, only: Only | None = None, *, debug: bool = False) -> Litestar:
    """The application of one process; `only` leaves out the pages of the other listeners."""
    handlers: list[ControllerRouterHandler] = [
        route for listener, routes in ROUTES.items() for route in routes if only in (None, listener)
    ]
    handlers += ROUTES["every"] if only else []

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        yield
        await parts.database.close()

    provide: Callable[[], Parts] = lambda: parts  # noqa: E731
    return Litestar(
        route_handlers=[Router(path="/", route_handlers=handlers)],
        dependencies={"parts": Provide(provide, sync_to_thread=False)},
        lifespan=[lifespan],
        after_request=metrics.count,
        after_exception=[metrics.count_failure],
        exception_handlers=exception_handlers(),
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title="Heard",
            version="1",
            path="/schema",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        ),
        logging_config=LoggingConfig(log_exceptions="never", configure_root_logger=False),
        debug=debug,
    )

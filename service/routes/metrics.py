"""Figures for operators, in Prometheus' text form. They count requests, never people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from litestar import Response, get
from litestar.types import Scope
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest

REQUESTS = Counter("heard_requests", "Answers given, by kind of page and status", ["status"])


@get("/metrics", include_in_schema=False, opt={"access": "operator"}, sync_to_thread=False)
def metrics() -> Response[bytes]:
    """Every figure of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def count(response: Response[Any]) -> Response[Any]:
    """The response, counted by its status; nothing of the request is kept."""
    REQUESTS.labels(status=str(response.status_code or HTTPStatus.OK.value)).inc()
    return response


async def count_failure(error: Exception, _scope: Scope) -> None:
    """Counts a refusal or a failure by the status it is answered with."""
    status = getattr(error, "status", None) or getattr(error, "status_code", None)
    REQUESTS.labels(status=str(status or HTTPStatus.INTERNAL_SERVER_ERROR.value)).inc()

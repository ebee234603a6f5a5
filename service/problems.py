"""Turns whatever went wrong into one shape: problem+json for machines, a calm page for people."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from service.db import new_id
from service.errors import BadInputError, HeardError, NotFoundError, TooLargeError
from service.headers import CONSTANT_HEADERS, PLAIN_POLICY, POLICY
from service.pages import sorry_page, staff_problem_page

log = logging.getLogger("heard")
AnyRequest = Request[Any, Any, Any]
BAD_REQUEST = 400


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457: what was wrong, in words and under a type that stays the same."""

    type: str
    title: str
    status: int
    instance: str


def exception_handlers() -> ExceptionHandlersMap:
    """What Litestar calls for every exception: nobody ever sees a trace."""
    return {
        HeardError: handle,
        ValidationException: handle_invalid,
        msgspec.ValidationError: handle_invalid,
        msgspec.DecodeError: handle_invalid,
        UnicodeDecodeError: handle_invalid,  # a body that is not UTF-8
        RecursionError: handle_invalid,  # a body nested without end
        HTTPException: handle_http,
        Exception: handle_unexpected,
    }


def handle(request: AnyRequest, error: HeardError, status: int | None = None) -> Response[Any]:
    """The answer to an error of ours, in the form this reader understands."""
    path = request.url.path
    status = status or error.status
    if path.startswith(("/api/", "/schema", "/health", "/metrics")):
        return problem_response(request, error, status)
    if path.startswith("/console"):
        return Response(
            staff_problem_page(error.sentence, request_id(request)),
            status_code=status,
            media_type=MediaType.HTML,
        )
    if request.method == "POST":
        # A page that answers a form itself is kept, with what was sent, in files of the browser.
        return Response(b"", status_code=303, headers={"Location": "/f", **CONSTANT_HEADERS})
    # A child sees calm words and no number, whatever happened.
    headers = {**CONSTANT_HEADERS, POLICY: PLAIN_POLICY}
    return Response(sorry_page(), status_code=200, media_type=MediaType.HTML, headers=headers)


def problem_response(request: AnyRequest, error: HeardError, status: int) -> Response[Any]:
    """problem+json with a stable type and the request's id."""
    problem = Problem(
        type=f"/problems/{error.problem_type}",
        title=error.sentence,
        status=status,
        instance=f"urn:uuid:{request_id(request)}",
    )
    return Response(
        msgspec.json.encode(problem),
        status_code=status,
        media_type="application/problem+json",
    )


def handle_invalid(request: AnyRequest, error: Exception) -> Response[Any]:
    """422 with the place in the body that is wrong; the value itself is never repeated."""
    return handle(request, BadInputError(_place(error)))


def _place(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, msgspec.ValidationError) else error
    if isinstance(cause, msgspec.ValidationError):
        return f"The body is not of the form expected: {_without_value(str(cause))}."
    if isinstance(error, ValidationException) and error.extra:
        first = error.extra[0] if isinstance(error.extra, list) else {}
        key = first.get("key", "") if isinstance(first, dict) else ""
        message = first.get("message", "") if isinstance(first, dict) else ""
        return f"The request is not of the form expected: {_without_value(message)} at {key!r}."
    return "The body is not of the form expected; send JSON as the documentation describes."


def _without_value(message: str) -> str:
    # "Invalid enum value 'x' - at `$.y`" would repeat what was sent.
    head, sep, tail = message.partition("'")
    return head + tail.rpartition("'")[2].lstrip() if sep else message


def handle_http(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Litestar's own refusals (no such page, wrong method, too large) in our shape."""
    if error.status_code == 413:
        return handle(request, TooLargeError())
    if error.status_code == 404:
        return handle(request, NotFoundError())
    if error.status_code >= 500:
        return handle_unexpected(request, error)
    ours = BadInputError("The request could not be read; check its method, headers and body.")
    # A body that cannot be parsed is bad input like any other.
    return handle(request, ours, None if error.status_code == BAD_REQUEST else error.status_code)


def handle_unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
    """500 and a request id. The log names the place in the code, never what was sent."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    log.error("request %s failed: %s at %s", request_id(request), type(error).__name__, place)
    return handle(request, HeardError())


def request_id(request: AnyRequest) -> str:
    """The id of this request, the same in the answer and in the log."""
    if "request_id" not in request.scope["state"]:
        request.scope["state"]["request_id"] = str(new_id())
    return str(request.scope["state"]["request_id"])

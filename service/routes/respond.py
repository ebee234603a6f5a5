"""The pages a child or carer sees. Every address and every answer says as little as it can."""

from __future__ import annotations

import logging
from typing import Any

from litestar import MediaType, Request, Response, Router, post, route
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.params import FromPath

from service import answering, respondent_pages
from service.headers import POLICY, RespondentHeaders, came_from_here, page_policy
from service.parts import Parts
from service.privacy.tokens import typed_code

log = logging.getLogger("heard")
AnyRequest = Request[Any, Any, Any]
GivenParts = NamedDependency[Parts]
MAX_FORM_BYTES = 16_384
OPEN, LINK, VISIT = {"access": "open"}, {"access": "link"}, {"access": "visit"}
READ = (HttpMethod.GET, HttpMethod.HEAD)


def _cookie_name(parts: Parts) -> str:
    return "__Host-v" if _is_https(parts) else "v"


def _is_https(parts: Parts) -> bool:
    return parts.settings.public_url.startswith("https://")


def _is_simulated(parts: Parts) -> bool:
    return parts.demo_token is not None


def _page(parts: Parts, body: str) -> Response[str]:
    policy = page_policy(respondent_pages.stylesheet(), parts.settings.exit_url)
    return Response(body, media_type=MediaType.HTML, headers={POLICY: policy})


def _onward() -> Response[bytes]:
    """Every post of the form is answered like this, whatever came of it."""
    return Response(b"", status_code=303, headers={"Location": "/f"}, media_type=MediaType.HTML)


def _onward_with(parts: Parts, cookie: str | None) -> Response[bytes]:
    """Onward with a new visit, or, where there is none, with any old one forgotten."""
    response = _onward()
    response.set_cookie(
        Cookie(
            key=_cookie_name(parts),
            value=cookie or "",
            max_age=None if cookie else 0,
            path="/",
            secure=_is_https(parts),
            httponly=True,
            samesite="strict",
        )
    )
    return response


def _visit(parts: Parts, request: AnyRequest) -> str | None:
    return request.cookies.get(_cookie_name(parts))


async def _fields(request: AnyRequest) -> dict[str, str]:
    form = await request.form()
    return {key: value for key, value in form.items() if isinstance(value, str)}


def _is_ours(request: AnyRequest) -> bool:
    return came_from_here(request.headers.get("sec-fetch-site"))


@route("/", http_method=READ, include_in_schema=False, opt=OPEN, sync_to_thread=False)
def type_code(parts: GivenParts) -> Response[str]:
    """Where the code of a card is typed."""
    return _page(parts, respondent_pages.code_page(_is_simulated(parts)))


@post("/", include_in_schema=False, opt=LINK)
async def take_code(parts: GivenParts, request: AnyRequest) -> Response[bytes]:
    """Starts a visit with a code; a wrong one leads to the calm page."""
    if not _is_ours(request):
        return _onward()
    code = typed_code((await _fields(request)).get("code", ""))
    return _onward_with(parts, await answering.start(parts, code, "card"))


@route("/i/{token:str}", http_method=READ, include_in_schema=False, opt=OPEN, sync_to_thread=False)
def land(parts: GivenParts, token: FromPath[str]) -> Response[str]:  # noqa: ARG001 - never looked at
    """The same harmless page for any token; nothing is looked up and nothing is spent."""
    return _page(parts, respondent_pages.landing_page(_is_simulated(parts)))


@post("/i/{token:str}", include_in_schema=False, opt=LINK)
async def open_link(
    parts: GivenParts, request: AnyRequest, token: FromPath[str]
) -> Response[bytes]:
    """Starts a visit with a link; one that cannot be used leads to the calm page."""
    if not _is_ours(request):
        return _onward()
    return _onward_with(parts, await answering.start(parts, token, "link"))


@route("/f", http_method=READ, include_in_schema=False, opt=VISIT)
async def show_page(parts: GivenParts, request: AnyRequest) -> Response[str]:
    """The page a visit stands at; without a visit, the calm page."""
    visit = await answering.see(parts, _visit(parts, request))
    simulated = _is_simulated(parts)
    if visit is None:
        return _page(parts, respondent_pages.calm_page(simulated))
    instrument = answering.survey_of(visit)
    return _page(parts, respondent_pages.visit_page(visit, instrument, simulated))


@post("/f", include_in_schema=False, opt=VISIT)
async def take_page(parts: GivenParts, request: AnyRequest) -> Response[bytes]:
    """Takes one page of the form; what cannot be taken changes nothing."""
    if _is_ours(request):
        await answering.step(parts, _visit(parts, request), await _fields(request))
    return _onward()


@post("/x", include_in_schema=False, opt=VISIT)
async def leave(parts: GivenParts, request: AnyRequest) -> Response[bytes]:
    """Ends the visit and goes somewhere neutral, even where everything else fails.

    No cookie is set here: Chromium would keep it in spite of Clear-Site-Data.
    """
    try:
        if _is_ours(request):
            await answering.leave(parts, _visit(parts, request))
    except Exception as error:  # noqa: BLE001 - whatever fails, she gets away
        log.error("leaving failed on the server: %s", type(error).__name__)
    return Response(
        b"",
        status_code=303,
        headers={
            "Location": parts.settings.exit_url,
            "Clear-Site-Data": '"cache", "cookies", "storage"',
        },
        media_type=MediaType.HTML,
    )


RESPONDENT_ROUTES = Router(
    path="/",
    route_handlers=[type_code, take_code, land, open_link, show_page, take_page, leave],
    middleware=[RespondentHeaders()],
    request_max_body_size=MAX_FORM_BYTES,
)

"""Staff pages: who was asked, how many answered, and the report."""

from __future__ import annotations

from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from service.console_pages import HomePage, home_page, sign_in_page
from service.errors import NotAllowedError, NotFoundError
from service.parts import Parts
from service.report_shelf import Made
from service.staff import (
    COOKIE,
    Staff,
    StaffRole,
    check_can_make_report,
    check_can_see_console,
    check_can_see_report,
)
from service.store.totals import read_totals

AnyRequest = Request[Any, Any, Any]
GivenParts = NamedDependency[Parts]
LONDON = ZoneInfo("Europe/London")
PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CONSOLE_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; img-src 'self' data:"
)
# The report stands alone: its style and drawings are inside it, and nothing in it can run.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'; sandbox allow-popups"
)


def _staff(request: AnyRequest, parts: Parts) -> Staff | None:
    return parts.demo.sign_in.find(request.cookies.get(COOKIE, "")) if parts.demo else None


def _page(body: str, policy: str = CONSOLE_POLICY) -> Response[str]:
    headers = {**PAGE_HEADERS, "Content-Security-Policy": policy}
    return Response(body, media_type=MediaType.HTML, headers=headers)


def _check_same_origin(request: AnyRequest) -> None:
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise NotAllowedError("This form was sent from another site.")


@get("/console/", include_in_schema=False, opt={"access": "staff"})
async def home(request: AnyRequest, parts: GivenParts) -> Response[str]:
    """The figures of this person's force, and the report; the sign-in page for nobody."""
    staff = _staff(request, parts)
    if staff is None:
        return _page(sign_in_page(is_demo=parts.demo is not None))
    check_can_see_console(staff)
    async with parts.database.transaction("console", staff.force) as connection:
        totals = await read_totals(connection)
    shelf = parts.demo.reports if parts.demo else None
    made = shelf.latest() if shelf else None
    page = HomePage(
        staff=staff,
        totals=totals,
        report_made_at=_london(made) if made else None,
        report_busy=shelf.busy if shelf else False,
        report_failed=shelf.failed if shelf else False,
    )
    return _page(home_page(page))


def _london(made: Made) -> str:
    return made.made_at.astimezone(LONDON).strftime("%-d %B %Y at %H:%M:%S")


@get("/console/sign-in/{role:str}", include_in_schema=False, opt={"access": "open"})
async def sign_in(
    parts: GivenParts, role: FromPath[StaffRole], key: FromQuery[str] = ""
) -> Response[None]:
    """Opens a session from the address the demonstration printed."""
    if parts.demo is None:
        raise NotFoundError
    return _signed_in(parts.demo.sign_in.sign_in(role, key))


def _signed_in(value: str) -> Response[None]:
    cookie = Cookie(key=COOKIE, value=value, path="/console", httponly=True, samesite="lax")
    return Redirect("/console/", status_code=303, cookies=[cookie])


@post("/console/sign-in", include_in_schema=False, opt={"access": "open"})
async def sign_in_here(request: AnyRequest, parts: GivenParts) -> Response[None]:
    """Opens a session from the demonstration's sign-in page."""
    _check_same_origin(request)
    if parts.demo is None:
        raise NotFoundError
    form = await request.form()
    role: StaffRole = "analyst" if form.get("role") == "analyst" else "caseworker"
    return _signed_in(parts.demo.sign_in.open_session(role))


@post("/console/sign-out", include_in_schema=False, opt={"access": "staff"})
async def sign_out(request: AnyRequest, parts: GivenParts) -> Redirect:
    """Ends the session on the server."""
    _check_same_origin(request)
    if parts.demo:
        parts.demo.sign_in.sign_out(request.cookies.get(COOKIE, ""))
    return Redirect("/console/", status_code=303)


@post("/console/report", include_in_schema=False, opt={"access": "staff"})
async def make_report(request: AnyRequest, parts: GivenParts) -> Redirect:
    """Starts a new report."""
    _check_same_origin(request)
    check_can_make_report(_staff(request, parts))
    if parts.demo is None:
        raise NotFoundError
    parts.demo.reports.make_again(parts.now())
    return Redirect("/console/", status_code=303)


@get("/console/report", include_in_schema=False, opt={"access": "staff"})
async def show_report(request: AnyRequest, parts: GivenParts) -> Response[str]:
    """The newest report."""
    check_can_see_report(_staff(request, parts))
    made = parts.demo.reports.latest() if parts.demo else None
    if made is None:
        raise NotFoundError("No report has been made yet.")
    return _page(made.page.read_text(), REPORT_POLICY)


@get("/console/report/report.xlsx", include_in_schema=False, opt={"access": "staff"})
async def report_workbook(request: AnyRequest, parts: GivenParts) -> Response[bytes]:
    """The newest report as a workbook."""
    check_can_see_report(_staff(request, parts))
    made = parts.demo.reports.latest() if parts.demo else None
    if made is None:
        raise NotFoundError("No report has been made yet.")
    return Response(
        (made.folder / "report" / "report.xlsx").read_bytes(),
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={**PAGE_HEADERS, "Content-Disposition": 'attachment; filename="report.xlsx"'},
    )


@get("/console/console.css", include_in_schema=False, opt={"access": "open"}, sync_to_thread=False)
def stylesheet() -> Response[str]:
    """The console's one stylesheet."""
    css = files("service").joinpath("static/console.css").read_text()
    return Response(css, media_type="text/css", headers={"Cache-Control": "max-age=300"})

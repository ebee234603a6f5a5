"""A survey as JSON, for those who show it themselves; the link's token is the credential."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Response, Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from service import submitting
from service.headers import RespondentHeaders
from service.parts import Parts
from service.submitting import Submission

GivenParts = NamedDependency[Parts]
MAX_ANSWER_BYTES = 262_144


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """The answer is on disk. The same whether this call brought it or an equal one before."""

    state: Literal["complete"]


@get("/{token:str}", summary="The survey behind a link, in its language")
async def show_survey(parts: GivenParts, token: FromPath[str]) -> dict[str, Any]:
    """`{"id", "version", "language", "items": [{"key", "kind", "text", "options"}]}`.

    404 `link-not-usable` for every token that cannot be used, whatever the reason.
    """
    return await submitting.show_survey(parts, token)


@put("/{token:str}/response", summary="Answer a survey whole")
async def answer_survey(
    parts: GivenParts, token: FromPath[str], data: JSONBody[Submission]
) -> Response[Taken]:
    """201 the first time, 200 for the same body again, 409 `different-answer` for another.

    404 `link-not-usable` for every token that cannot be used; 422 names items, never answers.
    """
    outcome = await submitting.submit(parts, token, data)
    return Response(Taken(state="complete"), status_code=201 if outcome == "new" else 200)


SURVEY_ROUTES = Router(
    path="/api/v1/surveys",
    route_handlers=[show_survey, answer_survey],
    middleware=[RespondentHeaders()],
    request_max_body_size=MAX_ANSWER_BYTES,
    opt={"access": "link"},
    tags=["surveys"],
)

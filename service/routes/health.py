"""For operators: is the process up, can it work, what has it counted."""

from __future__ import annotations

from litestar import MediaType, Response, get
from litestar.di import NamedDependency

from service.parts import Parts


@get(
    "/health/live",
    media_type=MediaType.TEXT,
    include_in_schema=False,
    opt={"access": "operator"},
    sync_to_thread=False,
)
def live() -> str:
    """The process answers."""
    return "ok\n"


@get(
    "/health/ready", media_type=MediaType.TEXT, include_in_schema=False, opt={"access": "operator"}
)
async def ready(parts: NamedDependency[Parts]) -> Response[str]:
    """The database answers and is migrated; 503 with one word of why where not."""
    try:
        async with parts.database.transaction("respondent", None) as connection:
            await connection.fetchval("SELECT 1 FROM feedback.link LIMIT 1")
    except Exception:  # noqa: BLE001 - whatever it is, the answer is the same
        return Response("database\n", status_code=503, media_type=MediaType.TEXT)
    return Response("ok\n", media_type=MediaType.TEXT)

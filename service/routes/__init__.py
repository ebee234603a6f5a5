"""Every route, by the listener it belongs to; `every` answers on all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from litestar.types import ControllerRouterHandler

from service.routes import health

ROUTES: Mapping[str, Sequence[ControllerRouterHandler]] = {
    "respondent": [],
    "api": [],
    "console": [],
    "every": [health.live, health.ready],
}

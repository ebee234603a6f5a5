"""Every route, by the listener it belongs to; `every` answers on all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from litestar.types import ControllerRouterHandler

from service.routes import console, health, metrics
from service.routes.invitations import INVITATION_ROUTES
from service.routes.records import RECORD_ROUTES
from service.routes.respond import RESPONDENT_ROUTES
from service.routes.surveys import SURVEY_ROUTES

ROUTES: Mapping[str, Sequence[ControllerRouterHandler]] = {
    "respondent": [RESPONDENT_ROUTES],
    "api": [
        INVITATION_ROUTES,
        RECORD_ROUTES,
        SURVEY_ROUTES,
    ],
    "console": [
        console.home,
        console.sign_in,
        console.sign_in_here,
        console.sign_out,
        console.make_report,
        console.show_report,
        console.report_workbook,
        console.stylesheet,
        metrics.metrics,
    ],
    "every": [health.live, health.ready],
}

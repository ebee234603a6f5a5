"""Pages that every part of Heard may have to show; each part has its own beside its routes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The templates: escaped always, and a name that is missing is an error, not a blank."""
    return Environment(
        loader=PackageLoader("service"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: Any) -> str:
    """A template filled in."""
    return templates().get_template(template).render(**values)


@lru_cache(maxsize=1)
def sorry_page() -> str:
    """What a child or carer sees when we fail: calm, with nothing to fear and no code."""
    return render("sorry.html")


def staff_problem_page(sentence: str, request_id: str) -> str:
    """What staff see: what is wrong, what to do, and an id to quote."""
    return render("staff_problem.html", sentence=sentence, request_id=request_id)

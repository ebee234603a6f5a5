"""Which further numbers must be hidden so that nothing hidden can be subtracted out."""

from __future__ import annotations

from typing import Final, Literal

from analytics.disclosure.attack import Attack
from analytics.disclosure.grid import Grid, Key

Mark = Literal["primary", "secondary", ""]
PRIMARY: Final = "primary"
SECONDARY: Final = "secondary"


def marks(grid: Grid) -> dict[Key, Mark]:
    """Every cell and total with its mark: hidden for its size, to protect another, or shown ("").

    A hidden total is marked for its size exactly when all its cells are, so that its mark tells
    nothing that the marks of its cells do not.
    """
    small = grid.too_small()
    hidden = _protect_lines(grid, set(small))
    hidden = _withstand_attack(grid, hidden, small)
    return {key: _mark(grid, key, hidden, small) for key in grid.members}


def _mark(grid: Grid, key: Key, hidden: set[Key], small: set[Key]) -> Mark:
    if key not in hidden:
        return ""
    if all(grid.cells[n] in small for n in grid.members[key]):
        return PRIMARY
    return SECONDARY


def _protect_lines(grid: Grid, hidden: set[Key]) -> set[Key]:
    """Rows and columns in turn, until no shown total has exactly one hidden part."""
    while lonely := _lonely_line(grid, hidden):
        total, parts = lonely
        hidden.add(_cheapest(grid, [p for p in parts if p not in hidden], hidden) or total)
    return hidden


def _lonely_line(grid: Grid, hidden: set[Key]) -> tuple[Key, list[Key]] | None:
    for total in grid.members:
        if total in hidden or not grid.is_total(total):
            continue
        for parts in grid.parts_of(total):
            if sum(part in hidden for part in parts) == 1:
                return total, parts
    return None


def _cheapest(grid: Grid, shown: list[Key], hidden: set[Key]) -> Key | None:
    """The part to hide: best in company, then the smallest that leaves room to hide behind.

    A part under twice the minimum leaves no room: its own least is the minimum, and what is left
    of the difference would pin the small one.
    """
    roomy = [part for part in shown if grid.shown_value(part) >= 2 * grid.min_cell]
    candidates = roomy or shown
    if not candidates:
        return None
    return min(
        candidates, key=lambda part: (-_company(grid, part, hidden), grid.shown_value(part), part)
    )


def _company(grid: Grid, part: Key, hidden: set[Key]) -> int:
    """How many of the part's neighbours are hidden already, crosswise and within."""
    crosswise = sum(
        any(other in hidden for other in parts if other != part) or total in hidden
        for total, parts in grid.lines_through(part)
    )
    within = sum(all(p in hidden for p in parts) for parts in grid.parts_of(part))
    return crosswise + 2 * within


def _withstand_attack(grid: Grid, hidden: set[Key], small: set[Key]) -> set[Key]:
    """`hidden` and what else must go until an attack narrows no small count.

    Ends always: each turn hides one more, and with every total hidden nothing is tied down.
    """
    while exposed := Attack(grid, hidden, small).exposed(small):
        hidden.add(_next_to_hide(grid, exposed[0], hidden))
        hidden = _protect_lines(grid, hidden)
    return hidden


def _next_to_hide(grid: Grid, exposed: Key, hidden: set[Key]) -> Key:
    """Another roomy part beside the exposed one, else the nearest total, else any total."""
    lines = [(t, parts) for t, parts in grid.lines_through(exposed) if t not in hidden]
    for _, parts in lines:
        roomy = [
            part
            for part in parts
            if part not in hidden and grid.shown_value(part) >= 2 * grid.min_cell
        ]
        if roomy and not any(p in hidden and grid.shown_value(p) >= grid.min_cell for p in parts):
            return min(roomy, key=lambda part: (grid.shown_value(part), part))
    if lines:
        return lines[0][0]
    totals = [key for key in grid.members if grid.is_total(key) and key not in hidden]
    return min(totals, key=lambda key: (len(grid.members[key]), key))

"""The two numbers of the door, and rounding by them."""

from __future__ import annotations

from typing import Final

# "10-5": Office for National Statistics, "Statistical disclosure control" policy for tables of
# health and social data: counts under 10 are hidden, the others rounded to the nearest 5.
MIN_CELL: Final = 10
ROUNDING_BASE: Final = 5


class MinimumTooLowError(ValueError):
    """min_cell may be raised, never lowered: set it to 10 or more."""


def check_min_cell(min_cell: int) -> int:
    """`min_cell` itself; raises MinimumTooLowError when it is under MIN_CELL."""
    if min_cell < MIN_CELL:
        raise MinimumTooLowError(MinimumTooLowError.__doc__)
    return min_cell


def round_count(exact: float) -> int:
    """`exact` (a count, 0 or more) to the nearest multiple of ROUNDING_BASE, halves up."""
    return int((exact + ROUNDING_BASE / 2) // ROUNDING_BASE) * ROUNDING_BASE


def largest_hidden(min_cell: int) -> int:
    """The largest count that is hidden for its own size."""
    return min_cell - 1


def is_too_small(exact: float, shown: int, min_cell: int) -> bool:
    """Whether a count may not be shown: it, or what would be shown for it, is under `min_cell`."""
    return exact < min_cell or shown < min_cell

"""The one door: what may leave, and in which form.

Nothing under 10, zero included; counts rounded to 5; totals are sums of rounded parts; shares
and means from rounded parts; nothing hidden can be subtracted out. Every page, sheet, chart and
file of a report is made from what comes out of here, and from nothing else.
"""

from analytics.disclosure.door import CountTable, Mean, release_counts
from analytics.disclosure.effects import release_effects
from analytics.disclosure.rounding import MIN_CELL, ROUNDING_BASE, check_min_cell, round_count

__all__ = [
    "MIN_CELL",
    "ROUNDING_BASE",
    "CountTable",
    "Mean",
    "check_min_cell",
    "release_counts",
    "release_effects",
    "round_count",
]

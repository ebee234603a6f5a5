"""The words a figure has earned, by rule and never by hand (statistics of the project, part 5).

No word of cause: nothing here is randomised, so the best that is said is "did better than
similar children; we cannot be sure this is why".
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from analytics.specification import Better

Verdict = Literal[
    "did better", "did worse", "recorded more", "recorded less", "about the same", "cannot tell"
]
CANNOT_TELL: Final = "cannot tell"
SIGNIFICANT: Final = 0.05
LARGEST_SMD: Final = 0.1
FEWEST_FORCES: Final = 10.0
NOT_SURE_WHY: Final = "compared with similar children; we cannot be sure this is why"


class Figure(NamedTuple):
    """What the rules look at; probabilities None where they could not be had."""

    estimate: float
    ci_low: float
    ci_high: float
    p_adjusted: float | None
    worth_having: float | None
    max_smd_after: float
    effective_clusters: float
    overlap: bool
    other_estimates: tuple[float, ...]
    placebo: str | None
    interaction_p: float | None = None
    is_subgroup: bool = False


class Ruling(NamedTuple):
    """The verdict and its reason in words."""

    verdict: Verdict
    reason: str


def decide(figure: Figure, better: Better) -> Ruling:
    """The verdict of a figure.

    `about the same` needs the whole interval within the smallest change worth having; a claim
    needs everything else to hold. Everything that stands in the way is named.
    """
    doubts = _doubts(figure)
    worth = figure.worth_having
    if worth and -worth < figure.ci_low and figure.ci_high < worth and not doubts:
        return Ruling("about the same", "the whole interval lies within what is worth having")
    doubts += _against_a_claim(figure)
    if doubts:
        return Ruling(CANNOT_TELL, "; ".join(doubts))
    return Ruling(_word(figure.estimate, better), NOT_SURE_WHY)


def _doubts(figure: Figure) -> list[str]:
    """What stands in the way of saying anything at all."""
    found = []
    if figure.placebo:
        found.append(figure.placebo)
    if not figure.overlap:
        found.append("little overlap: some children could hardly have had either")
    if figure.max_smd_after > LARGEST_SMD:
        found.append("the groups still differ after weighting")
    if figure.effective_clusters < FEWEST_FORCES:
        found.append("too few forces to speak for others")
    return found


def _against_a_claim(figure: Figure) -> list[str]:
    """What stands in the way of saying that something differed."""
    found = []
    if figure.p_adjusted is None or figure.p_adjusted >= SIGNIFICANT:
        found.append("chance could explain it")
    elif figure.worth_having and abs(figure.estimate) < figure.worth_having:
        found.append("smaller than what is worth having")
    if any(other * figure.estimate < 0 for other in figure.other_estimates):
        found.append("another way of comparing points the other way")
    if figure.is_subgroup and (figure.interaction_p is None or figure.interaction_p >= SIGNIFICANT):
        found.append("no sign that this group differs from the others; read the figure for all")
    return found


def _word(estimate: float, better: Better) -> Verdict:
    if better == "unclear":
        return "recorded more" if estimate > 0 else "recorded less"
    return "did better" if (estimate > 0) == (better == "higher") else "did worse"

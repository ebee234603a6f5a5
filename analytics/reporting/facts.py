"""What a report must know besides the numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

SIMULATED = "SIMULATED"


class OutcomeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome as the words need it.

    `is_share`: differences are between shares, shown as children in every 100; otherwise in
    points, out of `top` where that is known. `worth_having` is the smallest change that matters,
    in the unit of the outcome (a share between 0 and 1); None where the study names none.
    """

    name: str
    is_share: bool
    better: Literal["higher", "lower", "unclear"]
    survey: bool = False
    top: float | None = None
    worth_having: float | None = None

    @property
    def shown_worth_having(self) -> float | None:
        """The smallest change that matters as it is shown: in every 100 for shares."""
        if self.worth_having is None:
            return None
        return self.worth_having * 100 if self.is_share else self.worth_having


class ReportFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One report: its study, its data and its making. `made_at` carries its zone."""

    study: str
    outcomes: tuple[OutcomeFacts, ...]
    adjusted_for: tuple[str, ...]
    comparator: str
    is_registered: bool
    spec_hash: str
    simulated: bool
    made_at: datetime
    generated_by: str
    min_cell: int
    start_window_days: int
    forces: int

    @property
    def release(self) -> str:
        """The name every table carries; simulated data say so in it."""
        return f"{self.study} {SIMULATED}" if self.simulated else self.study

    @property
    def shares(self) -> frozenset[str]:
        """The outcomes whose differences are between shares."""
        return frozenset(outcome.name for outcome in self.outcomes if outcome.is_share)

    @property
    def short_scales(self) -> frozenset[str]:
        """The outcomes in points of so short a scale that a tenth of a point is much."""
        return frozenset(
            outcome.name for outcome in self.outcomes if outcome.top and outcome.top <= 10
        )

    @property
    def is_public(self) -> bool:
        """Whether this report may be shown to the public: a registered plan and real data."""
        return self.is_registered and not self.simulated

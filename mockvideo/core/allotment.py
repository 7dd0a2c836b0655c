"""What an account's allowance means in each dialect: requests that are counted, and render slots."""

from __future__ import annotations

from mockvideo.core.limits import Limiter, Quota
from mockvideo.core.scenario import Allowance, Documented
from mockvideo.core.terms import Figures, Terms


class Allotment:
    """The limits of one account on a plan, by dialect. ``limited``: its requests are counted."""

    __slots__ = ("_allowance", "_limiters", "_plan", "limited")

    def __init__(self, allowance: Allowance, plan: str) -> None:
        self._allowance = allowance
        self._plan = plan
        self._limiters: dict[str, Limiter] = {}
        self.limited = allowance.requests_per_minute is not None or allowance.requests_per_day is not None

    def admit(self, terms: Terms, now: float) -> None:
        """Count a request; raises ApiError when there are too many."""
        limiter = self._limiters.get(terms.dialect)
        if limiter is None:
            figures = self.figures(terms)
            limiter = Limiter(figures.requests_per_minute, figures.requests_per_day)
            self._limiters[terms.dialect] = limiter
        limiter.take(now)

    def quota(self, terms: Terms, now: float) -> Quota | None:
        """Return what the tightest limit leaves; None if nothing was counted."""
        limiter = self._limiters.get(terms.dialect)
        return limiter.quota(now) if limiter is not None else None

    def slots(self, terms: Terms) -> int | None:
        """Return how many jobs render at once; None: as many as there are."""
        if self._allowance.slots is None:
            return None
        return _figure(self._allowance.slots, terms.figures_on(self._plan).slots)

    def figures(self, terms: Terms) -> Figures:
        """Return the limits that are in force."""
        allowance, documented = self._allowance, terms.figures_on(self._plan)
        return Figures(
            slots=self.slots(terms),
            requests_per_minute=_figure(allowance.requests_per_minute, documented.requests_per_minute),
            requests_per_day=_figure(allowance.requests_per_day, documented.requests_per_day),
        )


def _figure(asked: int | Documented | None, documented: int | None) -> int | None:
    return documented if asked == "documented" else asked

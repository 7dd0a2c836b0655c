"""What an account's allowance means in each dialect: credits, requests that are counted, and render slots."""

from __future__ import annotations

from decimal import Decimal

from mockvideo.core.ledger import Ledger
from mockvideo.core.limits import Limiter, Quota
from mockvideo.core.scenario import Allowance, Documented
from mockvideo.core.terms import Figures, Terms

USUAL_PLAN = "pro"


class Allotment:
    """The credits and limits of one account, by dialect; ``limited``: its requests are counted.

    What an account began with may be changed while scenarios are in force that say so.
    """

    __slots__ = ("_allowance", "_lent", "_limiters", "_opening", "ledgers", "limited", "plan")

    def __init__(self, allowance: Allowance) -> None:
        self._opening = allowance.credits
        self._lent: Decimal | None = None
        self.ledgers: dict[str, Ledger] = {}
        self._limit(allowance)

    def change(self, allowance: Allowance, lent: Decimal | None) -> None:
        """Let another allowance hold from now on; ``lent`` are the credits in the place of the account's own."""
        if allowance != self._allowance:
            self._limit(allowance)
        if lent != self._lent:
            self._lent = lent
            for ledger in self.ledgers.values():
                ledger.lend(lent)

    def reset(self) -> None:
        """Begin anew, with all credits and no request counted."""
        self.ledgers.clear()
        self._limiters.clear()

    def ledger(self, terms: Terms) -> Ledger:
        ledger = self.ledgers.get(terms.dialect)
        if ledger is None:
            ledger = self.ledgers[terms.dialect] = Ledger(terms.tariff, self._opening)
            ledger.lend(self._lent)
        return ledger

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
        return _figure(self._allowance.slots, terms.figures_on(self.plan).slots)

    def figures(self, terms: Terms) -> Figures:
        """Return the limits that are in force."""
        allowance, documented = self._allowance, terms.figures_on(self.plan)
        return Figures(
            slots=self.slots(terms),
            requests_per_minute=_figure(allowance.requests_per_minute, documented.requests_per_minute),
            requests_per_day=_figure(allowance.requests_per_day, documented.requests_per_day),
        )

    def _limit(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self.plan = allowance.plan or USUAL_PLAN
        self._limiters: dict[str, Limiter] = {}
        self.limited = allowance.requests_per_minute is not None or allowance.requests_per_day is not None


def _figure(asked: int | Documented | None, documented: int | None) -> int | None:
    return documented if asked == "documented" else asked

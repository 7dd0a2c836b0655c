"""Credits of one account in one dialect: held, charged and refunded, exact to the unit."""

from __future__ import annotations

from decimal import Decimal

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.jobs import Refund
from mockvideo.core.money import Tariff

NIL = Decimal(0)


class Ledger:
    """``opening + lent + refunded = balance + held + charged``, always."""

    __slots__ = ("balance", "charged", "held", "lent", "refunded", "tariff")

    def __init__(self, tariff: Tariff, opening: Decimal | None = None) -> None:
        self.tariff = tariff
        self.balance = tariff.opening if opening is None else opening
        self.held = NIL
        self.charged = NIL
        self.refunded = NIL
        self.lent = NIL

    @property
    def spent(self) -> Decimal:
        """What the account's jobs have cost in the end, so far."""
        return self.charged - self.refunded

    def lend(self, balance: Decimal | None) -> None:
        """Let the balance be that from now on, until it is lent anew; None gives back what was lent last."""
        self.balance -= self.lent
        self.lent = NIL if balance is None else balance - self.balance
        self.balance += self.lent

    def cover(self, price: Decimal) -> None:
        """Refuse what the balance does not cover."""
        if price > self.balance:
            raise ApiError(Kind.INSUFFICIENT_CREDITS, required=price, available=self.balance)

    def take(self, price: Decimal) -> None:
        """Hold or charge the price of a job, as the tariff says."""
        self.cover(price)
        self.balance -= price
        if self.tariff.held:
            self.held += price
        else:
            self.charged += price

    def succeed(self, price: Decimal) -> None:
        """Settle a job that succeeded."""
        if self.tariff.held:
            self.held -= price
            self.charged += price

    def fail(self, price: Decimal, refund: Refund = Refund.FULL) -> None:
        """Give back the price of a job that ended badly, or what a scenario makes of it."""
        if refund is Refund.NONE:
            self.succeed(price)
            return
        self.balance += price
        if self.tariff.held:
            self.held -= price
        else:
            self.refunded += price
        if refund is Refund.TWICE:
            self.balance += price
            self.refunded += price

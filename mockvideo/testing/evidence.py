"""What an account was asked, what it answered and what that came to, as the control API tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, TypedDict, Unpack

from mockvideo.core.audit import Traffic, Usage
from mockvideo.core.planning import SUBMISSIONS
from mockvideo.core.spending import Bill, Bills
from mockvideo.testing.control import Control
from mockvideo.testing.exchanges import Exchange, dialects, read
from mockvideo.wording import cited, count

__all__ = ["Credits", "Evidence", "Exchange", "Filters", "ForgottenError", "Ignored", "Named"]

MOST = 1_000  # exchanges that one answer of the control API holds


class Named(Protocol):
    """A job, by whatever knows its id."""

    @property
    def id(self) -> str: ...


class ForgottenError(Exception):
    """The answer would be wrong, because the journal has forgotten some of what it is about."""


class Filters(TypedDict, total=False):
    """Which exchanges; ``status`` is one like 429 or a class like ``"5xx"``, ``since`` leaves out numbers up to it."""

    dialect: str | None
    operation: str | None
    job: str | Named | None
    model: str | None
    status: int | str | None
    planned: bool | None
    since: int | None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Advice of a dialect that was ignored so many ``times``; ``source`` is where the provider gives it."""

    dialect: str
    id: str
    sentence: str
    source: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """What the ledger of a dialect says; ``lent`` is there only while a scenario says so."""

    currency: str
    balance: Decimal
    held: Decimal
    charged: Decimal
    refunded: Decimal
    lent: Decimal


class Evidence:
    """Everything that can be known of an account; each question asks the server anew.

    What was asked for is told by the journal; a question that it can no longer answer raises ForgottenError. Sums are
    complete for accounts that the control API has made.
    """

    def __init__(self, control: Control) -> None:
        self.control = control

    def requests(self, **filters: Unpack[Filters]) -> list[Exchange]:
        """Return the exchanges that match, the newest last. Raises ForgottenError."""
        exchanges, missing = self.kept(**filters)
        if missing:
            message = (
                f"The journal has forgotten {count(missing, 'exchange')} that this is about as well. Ask for less with "
                "since=, or reset the journal between the parts of the test."
            )
            raise ForgottenError(message)
        return exchanges

    def kept(self, **filters: Unpack[Filters]) -> tuple[list[Exchange], int]:
        """Return the exchanges that match and are kept, and how many others nobody can tell anything of."""
        job, since = filters.get("job"), filters.get("since") or 0
        query = {**filters, "job": job if job is None or isinstance(job, str) else job.id}
        told = self.control.get("/journal", limit=MOST, bodies=1, **query)
        return [read(entry) for entry in told["entries"]], self._missing(told, since)

    @property
    def submits(self) -> list[Exchange]:
        """Every request for a job, also those that were refused."""
        return [each for each in self.requests() if each.operation in SUBMISSIONS]

    @property
    def polls(self) -> list[Exchange]:
        return self.requests(operation="poll")

    @property
    def downloads(self) -> list[Exchange]:
        """Every request for a clip, at a documented path or at its own URL."""
        return self.requests(operation="content")

    @property
    def cost(self) -> dict[str, Decimal]:
        """What the jobs came to in the currency of each dialect, as answers have told them."""
        return dict.fromkeys(dialects(), Decimal(0)) | {
            name: usage.bills.submitted.amount for name, usage in self.audit.items()
        }

    @property
    def ledger(self) -> dict[str, Credits]:
        told = self.control.get("/ledger")["dialects"]
        return {name: Credits(**{**book, **_decimals(book)}) for name, book in told.items()}

    @property
    def advice(self) -> list[Ignored]:
        """What providers recommend and requests ignored, in the order of its coming."""
        return ignored(self.requests())

    @property
    def audit(self) -> dict[str, Usage]:
        """What the jobs of each dialect came to, what of it was wasted, and how clients behaved."""
        told = self.control.get("/audit")["dialects"]
        return {name: _usage(name, spending) for name, spending in told.items()}

    def _missing(self, told: Mapping[str, Any], since: int) -> int:
        """How many of the exchanges after ``since`` are unknown, but for those that a reset has taken away."""
        entries, known = told["entries"], int(told["forgotten"])
        if len(entries) == MOST < told["exchanges"] - known:
            known = int(entries[0]["number"]) - 1
        if known > since:
            since = max(since, int(self.control.get("/audit")["missed"]))
        return max(0, known - since)


def ignored(exchanges: list[Exchange]) -> list[Ignored]:
    """Count the advice that exchanges ignored."""
    counts = Counter((each.dialect, advice) for each in exchanges for advice in each.advice)
    return [_ignored(name, advice, times) for (name, advice), times in counts.items()]


def _ignored(name: str, id_: str, times: int) -> Ignored:
    dialect = dialects().get(name)
    advice = next((each for each in dialect.advice if each.id == id_), None) if dialect else None
    if advice is None:
        return Ignored(name, id_, "", "", times)
    return Ignored(name, id_, advice.sentence, cited(advice.source), times)


def _usage(name: str, told: Mapping[str, Any]) -> Usage:
    bills = {about: Bill(bill["jobs"], Decimal(bill["amount"])) for about, bill in told["bills"].items()}
    return Usage(
        dialect=name,
        currency=told["currency"],
        bills=Bills(**bills),
        traffic=Traffic(**told["traffic"]),
        median=told["median"],
        p95=told["p95"],
    )


def _decimals(book: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(amount) for name, amount in book.items() if name != "currency"}

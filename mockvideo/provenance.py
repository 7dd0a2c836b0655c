"""Where a fact about a provider comes from. It is data on every field, limit and word, so fidelity can be computed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """The kinds of source, the most trusted first."""

    SEED = "seed"
    SPEC = "spec"
    PAGE = "page"
    SDK = "sdk"
    CODE = "code"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Source:
    """An origin and, in words, the place in it (for a guess: its reason)."""

    origin: Origin
    where: str = ""


SEED = Source(Origin.SEED, "the provider's document this dialect was made from")


def spec(where: str) -> Source:
    """A specification that the provider's backend generates."""
    return Source(Origin.SPEC, where)


def page(where: str) -> Source:
    """A page of the provider's documentation."""
    return Source(Origin.PAGE, where)


def sdk(where: str) -> Source:
    """The provider's own SDK."""
    return Source(Origin.SDK, where)


def code(where: str) -> Source:
    """Third-party code that speaks to the provider, or the program that its service is built on."""
    return Source(Origin.CODE, where)


def guess(reason: str) -> Source:
    """Nothing public says; the reason for our choice."""
    return Source(Origin.GUESS, reason)


def parse(text: str) -> Source:
    """Read ``origin`` or ``origin: where``, as price lists write it."""
    origin, _, where = text.partition(":")
    try:
        return Source(Origin(origin.strip()), where.strip())
    except ValueError:
        known = ", ".join(Origin)
        message = f"unknown source {origin.strip()!r}; write one of {known}, then a colon and the place"
        raise ValueError(message) from None

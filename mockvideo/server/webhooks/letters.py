"""What is sent, and what came of it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent, and how many real seconds the whole attempt may take."""

    url: str
    headers: list[tuple[str, str]]
    body: bytes
    timeout: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of an attempt, after so many real ``seconds``.

    ``reason`` is empty if the letter was delivered. ``status`` is None if there was no answer; ``refused``: the policy
    does not let the letter go, so the receiver was not called. ``body`` is as it came, and may be cut.
    """

    status: int | None
    reason: str
    seconds: float
    headers: Headers = ()
    body: bytes = b""
    refused: bool = False

    @property
    def delivered(self) -> bool:
        return not self.reason

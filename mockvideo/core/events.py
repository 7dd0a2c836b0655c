"""What a client wants to be told of its job, and where."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

# How a digest becomes the key of signatures, where documents leave it open: its bytes, or its hexadecimal text.
Secret = Literal["raw", "hex"]


class Event(NamedTuple):
    """What a webhook is called for: an end in one of these ``states``, or a render and its progress at these ``steps``.

    Steps are per cent. ``waits`` are the seconds before each attempt: from the event, then from the one that failed.
    """

    name: str
    # Words of core.jobs.State, which builds on this module.
    states: Collection[str] = ()
    steps: tuple[int, ...] = ()
    waits: tuple[float, ...] = (0.0,)


class Webhook(NamedTuple):
    """Where a client wants to be called, and for what; ``base`` and ``prefix`` are how it reaches this server itself.

    ``base`` stands before the paths of clips, ``prefix`` before those that the dialect documents.
    """

    url: str
    events: tuple[Event, ...]
    base: str = ""
    prefix: str = ""

    @property
    def steps(self) -> tuple[int, ...]:
        """The per cent that it is called at, rising."""
        return tuple(sorted({step for event in self.events for step in event.steps}))

    def owes(self, state: str) -> bool:
        """Whether it is called for an end in this state."""
        return any(state in event.states for event in self.events)

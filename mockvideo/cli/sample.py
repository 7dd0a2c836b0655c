"""One event of a job that nobody has submitted, written as its webhook tells it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from mockvideo.cli.terminal import Unusable
from mockvideo.core.course import End, timeline
from mockvideo.core.deliveries import Delivery
from mockvideo.core.edges import Edge, edges
from mockvideo.core.errors import ApiError
from mockvideo.core.events import Event
from mockvideo.core.jobs import Job, Reason, State, Timeline, VideoRequest
from mockvideo.core.rng import Chance
from mockvideo.core.timing import Timing
from mockvideo.dialect import Dialect
from mockvideo.dialects import load
from mockvideo.operation import Links
from mockvideo.pointer import find, put
from mockvideo.schema import validate
from mockvideo.webhook import Signer, Webhooks, Written

# Seconds that the job has queued and rendered by now.
QUEUE, RENDER = 5.0, 30.0
ENDS = {State.SUCCEEDED: End(), State.FAILED: End("failed"), State.CANCELLED: End("cancelled")}
# A name that leads nowhere, for ever (RFC 2606): where no server is, no clip is.
CLIPS = "https://clips.example"


@dataclass(frozen=True, slots=True)
class Sample:
    """Which event is to be told, to which URL, of a job of which model (None: of the dialect's own example)."""

    dialect: Dialect
    event: str
    url: str
    model: str | None = None

    def letter(self, signer: Signer, now: float) -> Written:
        """Return what is sent at that moment; raises Unusable if there is no such event, or no such job."""
        webhooks = self.webhooks
        delivery = self._delivery(self._event(webhooks), webhooks, now)
        job = delivery.snapshot.job
        clips = range(1, job.request.clips + 1) if delivery.snapshot.state is State.SUCCEEDED else ()
        return webhooks.write(delivery, Links(videos=tuple(f"{CLIPS}/{job.id}/{each}.mp4" for each in clips)), signer)

    @property
    def webhooks(self) -> Webhooks:
        """Those of the dialect; raises Unusable if it has none."""
        if self.dialect.webhooks is None:
            calling = ", ".join(name for name, each in load().items() if each.webhooks is not None)
            raise Unusable(f"{self.dialect.name} has no webhooks; those that do are {calling}")
        return self.dialect.webhooks

    def _event(self, webhooks: Webhooks) -> Event:
        known = {call.event.name: call.event for call in webhooks.calls}
        if self.event not in known:
            raise Unusable(f"{self.dialect.name} has no event {self.event!r}; it has {', '.join(known)}")
        return known[self.event]

    def _delivery(self, event: Event, webhooks: Webhooks, now: float) -> Delivery:
        chance = Chance(secrets.token_bytes(64))
        end = next((state for state in ENDS if state in event.states), State.SUCCEEDED)
        course = timeline(Timing((QUEUE, QUEUE), (RENDER, RENDER)), chance, now - QUEUE - RENDER, ENDS[end])
        job = Job(
            id=self.dialect.terms.mint(chance),
            dialect=self.dialect.name,
            request=self._request(webhooks),
            timeline=course,
            submitted_at=course.start,
            reason=Reason.CONTENT_POLICY if end is State.FAILED else None,
        )
        moment = _edge(course, event).moment
        return Delivery(
            id="webhook-1",
            dialect=job.dialect,
            job_id=job.id,
            event=event.name,
            url=self.url,
            at=moment,
            snapshot=job.at(moment),
        )

    def _request(self, webhooks: Webhooks) -> VideoRequest:
        dialect, document = self.dialect, put(self._document(), webhooks.url, self.url)
        if webhooks.wanted is not None:
            document = put(document, webhooks.wanted, [self.event])
        try:
            row = dialect.catalog.row(document.get("model", dialect.model))
            parsed = validate(dialect.catalog.request(row), dialect.fold(document), strict=True)
            dialect.catalog.relate(row, parsed)
            return dialect.understand(parsed, row)
        except ApiError as error:
            raise Unusable(f"there is no such job: {error.refusal.message}") from None

    def _document(self) -> Mapping[str, Any]:
        """The dialect's own example, or of another model the least that can be asked for."""
        dialect, model = self.dialect, self.model
        if model is None:
            return dialect.example
        if model not in dialect.catalog.rows:
            near = get_close_matches(model, dialect.catalog.rows)
            cure = f"did you mean {', '.join(near)}?" if near else f"mockvideo models {dialect.name} lists them"
            raise Unusable(f"{dialect.name} has no model {model!r}; {cure}")
        return {"model": model, "prompt": find(dialect.example, dialect.pointers.prompt)}


def _edge(course: Timeline, event: Event) -> Edge:
    """The change that the event tells of; of several the one in the middle."""
    told = [
        edge
        for edge in edges(course, event.steps)
        if edge.state in event.states or (event.steps and edge.state is State.RUNNING)
    ]
    return told[len(told) // 2]

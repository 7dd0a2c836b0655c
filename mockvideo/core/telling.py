"""From the changes of jobs to the calls that their webhooks are owed, as scenarios plan them."""

from __future__ import annotations

from mockvideo.core.deliveries import Delivery
from mockvideo.core.direction import Direction
from mockvideo.core.edges import Edge
from mockvideo.core.events import Event, Webhook
from mockvideo.core.faults import Mishap
from mockvideo.core.jobs import Job, Snapshot, State
from mockvideo.core.outbox import Outbox
from mockvideo.core.planning import UNPLANNED, Occasion, Plan
from mockvideo.core.rng import Chance, digest
from mockvideo.core.terms import Terms

AS_IT_IS = Mishap()
CONTRARY = {State.SUCCEEDED: State.FAILED, State.FAILED: State.SUCCEEDED, State.CANCELLED: State.SUCCEEDED}


class Teller:
    """Fills the outbox of one account, which ``began`` at that moment."""

    __slots__ = ("_began", "_direction", "_outbox", "_terms")

    def __init__(self, direction: Direction, outbox: Outbox, began: float) -> None:
        self._direction = direction
        self._outbox = outbox
        self._began = began
        # Of the dialects whose jobs have webhooks.
        self._terms: dict[str, Terms] = {}

    def follow(self, terms: Terms) -> None:
        """Expect changes of a job of this dialect."""
        self._terms[terms.dialect] = terms
        self._outbox.wake()

    def tell(self, job: Job, edge: Edge) -> None:
        """Owe the calls that a change of a job is worth."""
        webhook = job.request.webhook
        if webhook is None:
            return
        for event in webhook.events:
            if edge.state in event.states or (event.steps and edge.state is State.RUNNING and not job.script.silent):
                self._outbox.put(self._owed(job, webhook, event, edge))

    def _owed(self, job: Job, webhook: Webhook, event: Event, edge: Edge) -> Delivery:
        plan = self._plan(job, event, edge.moment)
        mishap = plan.webhook or AS_IT_IS
        first, *rest = event.waits
        delivery = Delivery(
            id=f"webhook-{self._outbox.number()}",
            dialect=job.dialect,
            job_id=job.id,
            event=event.name,
            url=webhook.url,
            at=edge.moment,
            snapshot=self._snapshot(job, edge.moment, mishap),
            next_try=edge.moment + (first if mishap.delay is None else mishap.delay),
            waits=tuple(rest),
            copies=mishap.times - 1,
            rule=plan.rules.get("webhook"),
            mishap=plan.webhook,
        )
        return delivery.ended("dropped", "a scenario wants it so") if mishap.drop else delivery

    def _plan(self, job: Job, event: Event, moment: float) -> Plan:
        if not self._direction.active:
            return UNPLANNED
        occasion = Occasion(job.dialect, "webhook", at=moment - self._began, event=event.name)
        return self._direction.plan((), occasion, job, moment)

    def _snapshot(self, job: Job, moment: float, mishap: Mishap) -> Snapshot:
        """The job as a webhook tells it."""
        state, progress = job.at(moment)[1:3]
        if mishap.status is not None and state in CONTRARY:
            state, progress = CONTRARY[state], 1.0
        if mishap.job is not None:
            # Nobody's, as accounts know nothing of each other; to a receiver that is the same.
            job = job._replace(id=self._terms[job.dialect].mint(Chance(digest("another account", job.id))))
        return Snapshot(job, state, progress, moment)

"""Everything that one API key can see: its clock, jobs, credits and journal. Shares nothing with any other account."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from itertools import islice
from threading import RLock

from mockvideo.core.agenda import Agenda
from mockvideo.core.allotment import Allotment
from mockvideo.core.direction import Direction
from mockvideo.core.drafting import Draft, draft, mint
from mockvideo.core.files import File
from mockvideo.core.idempotency import Replays
from mockvideo.core.jobs import FINAL, UNSCRIPTED, Job, Reason, Snapshot, State, VideoRequest, Wait
from mockvideo.core.journal import Budgets, Journal
from mockvideo.core.ledger import Ledger
from mockvideo.core.outbox import Outbox
from mockvideo.core.planning import UNPLANNED, Occasion, Plan
from mockvideo.core.rng import Chances
from mockvideo.core.scenario import Scenario
from mockvideo.core.settings import Settings
from mockvideo.core.store import Store, unknown
from mockvideo.core.telling import Teller
from mockvideo.core.terms import Page, Standing, Terms
from mockvideo.core.uploads import Upload, Uploads


class Account:
    """One API key's everything. Its methods are safe to call from any thread.

    ``moment`` is when the last exchange began, in seconds since the epoch: one exchange has one time. ``scenario`` is
    the one that the key itself names.
    """

    def __init__(self, key: str, settings: Settings, budgets: Budgets, scenario: str | None = None) -> None:
        self.key = key
        self.tag = blake2b(key.encode(), digest_size=8, person=b"mockvideo").hexdigest()
        self.tag_bytes = self.tag.encode()
        self.settings = settings
        self.clock = settings.new_clock()
        self.began = self.clock.now()
        self.lock = RLock()
        self.direction = Direction(settings, scenario, key)
        self.store = Store(settings.caps)
        self.journal = Journal(settings.caps, budgets.bodies)
        self.uploads = Uploads(budgets.uploads)
        self.replays = Replays(settings.caps.idempotency_keys)
        self.allotment = Allotment(self.direction.usual)
        # Of the dialects whose jobs wait for render slots.
        self.slotted: dict[str, Terms] = {}
        self.agenda = Agenda(self.store)
        self.outbox = Outbox(self.store, settings.caps, budgets.bodies, self.lock)
        self.teller = Teller(self.direction, self.outbox, self.began)
        self.polled: dict[tuple[str, str], float] = {}
        self._resume: float | None = None
        self.moment = self.began
        self.chances = Chances(key, settings.seed)
        self.allow()

    def arrive(self) -> float:
        """Begin an exchange: let everything happen that is due, and return the moment."""
        now = self.clock.now()
        if self._resume is None and self.agenda.waits(now):
            self.moment = now
            return now
        with self.lock:
            if self._resume is not None:
                self.clock.reach(self._resume)
                self._resume = None
            return self.fold()

    def ask_to_wait(self, seconds: float) -> None:
        """Remember that an answer told the client to wait so long before its next request."""
        if self.clock.automatic:
            self._resume = self.clock.now() + seconds

    def direct(self, terms: Terms, occasion: Occasion, chosen: Sequence[Scenario], job_id: str = "") -> Plan:
        """Decide what scenarios order for a request; ``chosen`` are those that it names itself."""
        with self.lock:
            job = self.store.get(terms.dialect, job_id) or self.store.polled(terms.dialect, job_id)
            polled = job if occasion.operation == "poll" else None
            if polled is not None and self.clock.automatic:
                # First, so that rules see the moment that the answer will tell.
                self._reach(polled, terms)
            plan = self.direction.plan(chosen, occasion._replace(at=self.moment - self.began), job, self.moment)
            if polled is not None and plan.error is not None:
                self._refused(polled, terms)
            return plan

    def admit(self, terms: Terms) -> None:
        """Count a request against the account's limits; raises ApiError when there are too many."""
        with self.lock:
            self.allotment.admit(terms, self.moment)

    def ledger(self, terms: Terms) -> Ledger:
        return self.allotment.ledger(terms)

    def allow(self) -> None:
        """Let hold from now on what the scenarios in force say of credits, plan and limits."""
        self.allotment.change(self.direction.allowance, self.direction.lent)
        self.plan = self.allotment.plan
        for dialect, terms in self.slotted.items():
            self.agenda.take_turns(dialect, self.allotment.slots(terms), self.moment)
        self.clock.wake()

    def submit(self, terms: Terms, request: VideoRequest, body: bytes, plan: Plan = UNPLANNED) -> Snapshot:
        """Accept a request whose normalised document has the digest ``body``, and settle its whole course."""
        with self.lock:
            now = self.fold()
            # Before anything is taken: a refusal must not cost credits.
            self.store.refuse_overflow()
            self.ledger(terms).take(request.price)
            job = self._new_job(
                Draft(terms, request, plan, self.settings.timing, self.allotment.slots(terms) is not None), body, now
            )
            self.agenda.put(job)
            if request.webhook is not None:
                self.teller.follow(terms)
            if job.script is not UNSCRIPTED:
                job = self._follow(terms, job)
            return job.accepted()

    def poll(self, terms: Terms, name: str) -> Snapshot:
        """Return the job as it stands at the account's moment; a phase that counts polls counts this one."""
        with self.lock:
            job = self.store.get(terms.dialect, name)
            if job is None or job.script is not UNSCRIPTED:
                job = self._find_polled(terms.dialect, name)
            place = (job.dialect, job.id)
            before = self.polled.get(place)
            now = self._reach(job, terms) if self.clock.automatic else self.moment
            phase, progress = job.timeline.at(now)
            if phase.state in FINAL:
                return Snapshot(job, phase.state, progress, now)
            self.polled[place] = now
            waited = None if before is None else now - before
            if phase.polls is None:
                return Snapshot(job, phase.state, progress, now, waited)
            job = self._replace(job._replace(timeline=job.timeline.polled(now)))
            return job.at(now)._replace(waited=waited)

    def view(self, terms: Terms, job_id: str) -> Snapshot:
        """Return the job as it stands now, without counting as a poll."""
        with self.lock:
            now = self.fold()
            return self.find(terms.dialect, job_id).at(now)

    def outcome(self, terms: Terms, job_id: str) -> Snapshot | Wait:
        """Return how a job ended, or until when a blocking call waits for that."""
        with self.lock:
            job = self.find(terms.dialect, job_id)
            uncounted = job.timeline.uncounted()
            if uncounted is not job.timeline:
                job = self._replace(job._replace(timeline=uncounted))
            end = job.timeline.end
            if end is not None:
                self.clock.reach(end)
            snapshot = self.view(terms, job_id)
            return snapshot if snapshot.state in FINAL else Wait(end)

    def settle(self, dialect: str, job_id: str, state: State, reason: Reason | None = None) -> Snapshot:
        """End a job by hand, now. A final state never changes."""
        with self.lock:
            now = self.fold()
            job = self.find(dialect, job_id)
            if state not in FINAL:
                message = f"settle a job as {', '.join(sorted(FINAL))}, not as {state}"
                raise ValueError(message)
            if job.at(now).state in FINAL:
                message = f"job {job_id} has ended already; submit another one to settle"
                raise ValueError(message)
            reason = (reason or Reason.INTERNAL) if state is State.FAILED else None
            job = self._replace(job._replace(timeline=job.timeline.settled(now, state), reason=reason))
            # A blocking call that waits for this job hears of it only here, as no time has passed.
            self.clock.wake()
            return job.at(now)

    def page(self, terms: Terms, page: Page) -> tuple[list[Snapshot], bool]:
        """Return the jobs that the page asks for as they stand now, and whether more follow."""
        with self.lock:
            found = list(islice(self.store.page(terms.dialect, page, self.fold()), page.limit + 1))
            return found[: page.limit], len(found) > page.limit

    def standing(self, terms: Terms) -> Standing:
        """Return what the dialect may tell the account about itself."""
        with self.lock:
            now, ledger = self.fold(), self.ledger(terms)
            count = self.journal.count
            limits = self.allotment.figures(terms)
            money = ledger.balance, ledger.spent
            return Standing(self.key, self.tag, self.plan, *money, count, now, self.began, limits)

    def keep(self, terms: Terms, file: File) -> Upload:
        """Keep an uploaded file for as long as the dialect promises."""
        with self.lock:
            chance = self.chances.next(terms.dialect, bytes.fromhex(file.digest)[:16])
            upload = Upload(chance.uuid(), file, self.clock.now() + terms.upload_life)
            self.uploads.keep(upload)
            return upload

    def signature(self, job: Job) -> str:
        """Return what guards the URLs of a job's clips: nobody can guess it from the job, or from another's."""
        return self.chances.signature(f"clips of {job.dialect}/{job.id}")

    def find(self, dialect: str, job_id: str) -> Job:
        job = self.store.find(dialect, job_id)
        if job.script is not UNSCRIPTED and job.forgotten(self.moment):
            raise unknown(job_id, rule=job.script.rule)
        return job

    def idle(self) -> bool:
        """Whether no job is unfinished."""
        with self.lock:
            self.fold()
            return self.store.unfinished == 0

    def close(self) -> None:
        """Give back the room that this account takes of what all share."""
        self.journal.close()
        self.uploads.close()
        self.outbox.clear()

    def _find_polled(self, dialect: str, name: str) -> Job:
        """The job that is polled under this name, which need not be its id."""
        job = self.store.polled(dialect, name) or self.find(dialect, name)
        if job.script.poll_name not in {None, name}:
            raise unknown(name, rule=job.script.rule)
        return self.find(dialect, job.id)

    def _new_job(self, made_from: Draft, body: bytes, now: float) -> Job:
        terms, seed = made_from.terms, made_from.plan.seed
        chance = self.chances.next(terms.dialect, body, seed)
        while self.store.get(terms.dialect, job_id := mint(made_from, chance)) is not None:
            chance = self.chances.next(terms.dialect, body, seed)
        return draft(made_from, job_id, chance, now)

    def _follow(self, terms: Terms, job: Job) -> Job:
        """Do what a job's script asks for beside its timeline."""
        self.direction.follow(job.script.scenarios)
        slots = self.allotment.slots(terms)
        if slots is not None:
            self.slotted[job.dialect] = terms
            self.agenda.take_turns(job.dialect, slots, self.moment, job.id)
        return self.store.find(job.dialect, job.id)

    def _replace(self, job: Job) -> Job:
        """Put a job's new value in the place of its old one, with all that follows."""
        self.agenda.put(job)
        now = self.fold()
        terms = self.slotted.get(job.dialect)
        if terms is not None:
            self.agenda.take_turns(job.dialect, self.allotment.slots(terms), now)
            # A blocking call may wait for another moment now.
            self.clock.wake()
        return job

    def fold(self) -> float:
        """Let every effect happen that is due; nobody is present when a job ends, so its refund happens here."""
        now = self.moment = self.clock.now()
        if not self.agenda.waits(now):
            for job, change in self.agenda.due(now):
                if change is None:
                    self._finish(job)
                else:
                    self._expire(change.moment)
                    self.teller.tell(job, change)
            self._expire(now)
        return now

    def _expire(self, moment: float) -> None:
        if self.direction.expire(moment):
            self.allow()

    def _finish(self, job: Job) -> None:
        ledger = self.allotment.ledgers[job.dialect]
        if job.timeline.phases[-1].state is State.SUCCEEDED:
            ledger.succeed(job.request.price)
        else:
            ledger.fail(job.request.price, job.script.refund)
        self.store.finish(job)
        if job.request.webhook is not None:
            self.outbox.finish(job)
        self.polled.pop((job.dialect, job.id), None)

    def _refused(self, job: Job, terms: Terms) -> None:
        """Note that a poll was refused: for it a client has waited, too, and will again, even if the job has ended."""
        if job.at(self.moment).state in FINAL:
            self.ask_to_wait(terms.interval)
        else:
            self.polled[job.dialect, job.id] = self.moment

    def _reach(self, job: Job, terms: Terms) -> float:
        """Move a clock that moves by itself to where a client is that waited between its polls."""
        if job.at(self.clock.now()).state not in FINAL:
            last = self.polled.get((job.dialect, job.id), job.submitted_at)
            self.clock.reach(last + terms.interval)
        return self.fold()

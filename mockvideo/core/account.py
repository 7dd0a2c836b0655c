"""Everything that one API key can see: its clock, jobs, credits and journal. Shares nothing with any other account."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from heapq import heappop, heappush
from itertools import dropwhile, islice
from threading import RLock

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.files import File
from mockvideo.core.idempotency import Replays
from mockvideo.core.jobs import FINAL, Job, Reason, Snapshot, State, VideoRequest
from mockvideo.core.journal import Budget, Journal
from mockvideo.core.ledger import Ledger
from mockvideo.core.rng import Chance, digest
from mockvideo.core.scenario import UNPLANNED, Plan, timeline
from mockvideo.core.settings import Settings
from mockvideo.core.store import Store
from mockvideo.core.terms import Page, Standing, Terms
from mockvideo.core.uploads import Upload, Uploads

# How many different bodies are counted; a forgotten one begins again, and passes over ids that are taken.
REMEMBERED = 10_000
LONGEST_TOLD = 200


@dataclass(frozen=True, slots=True)
class Wait:
    """A blocking call's answer comes at ``until``, in seconds since the epoch; None: no time is known."""

    until: float | None


@dataclass(frozen=True, slots=True)
class Budgets:
    """What all accounts of a process share: room for bodies and uploads."""

    bodies: Budget
    uploads: Budget


class Account:
    """One API key's everything. Its methods are safe to call from any thread.

    ``moment`` is when the last exchange began, in seconds since the epoch: one exchange has one time.
    """

    def __init__(self, key: str, settings: Settings, budgets: Budgets) -> None:
        self.key = key
        self.tag = blake2b(key.encode(), digest_size=8, person=b"mockvideo").hexdigest()
        self.tag_bytes = self.tag.encode()
        self.settings = settings
        self.clock = settings.new_clock()
        self.began = self.clock.now()
        self.lock = RLock()
        self.rules = settings.rules
        self.store = Store(settings.caps)
        self.journal = Journal(settings.caps, budgets.bodies)
        self.uploads = Uploads(budgets.uploads)
        self.replays = Replays(settings.caps.idempotency_keys)
        self._ledgers: dict[str, Ledger] = {}
        self._agenda: list[tuple[float, str, str]] = []
        self._seen: OrderedDict[tuple[str, bytes], int] = OrderedDict()
        self._polled: dict[tuple[str, str], float] = {}
        self._resume: float | None = None
        self.moment = self.began
        self._hasher = blake2b(digest(key, str(settings.seed)))

    def arrive(self) -> float:
        """Begin an exchange: let everything happen that is due, and return the moment."""
        now = self.clock.now()
        if self._resume is None and (not self._agenda or self._agenda[0][0] > now):
            self.moment = now
            return now
        with self.lock:
            if self._resume is not None:
                self.clock.reach(self._resume)
                self._resume = None
            return self._fold()

    def ask_to_wait(self, seconds: float) -> None:
        """Remember that an answer told the client to wait so long before its next request."""
        if self.clock.automatic:
            self._resume = self.clock.now() + seconds

    def ledger(self, terms: Terms) -> Ledger:
        ledger = self._ledgers.get(terms.dialect)
        if ledger is None:
            ledger = self._ledgers[terms.dialect] = Ledger(terms.tariff)
        return ledger

    def submit(self, terms: Terms, request: VideoRequest, body: bytes, plan: Plan = UNPLANNED) -> Snapshot:
        """Accept a request whose normalised document has the digest ``body``, and settle its whole course."""
        with self.lock:
            now = self._fold()
            # Before anything is taken: a refusal must not cost credits.
            self.store.refuse_overflow()
            self.ledger(terms).take(request.price)
            job = self._new_job(terms, request, body, plan, now)
            self.store.add(job)
            self._schedule(job)
            return job.accepted()

    def poll(self, terms: Terms, job_id: str) -> Snapshot:
        """Return the job as it stands at the account's moment; a phase that counts polls counts this one."""
        with self.lock:
            job = self.find(terms.dialect, job_id)
            now = self._wait_for_poll(job, terms.interval) if self.clock.automatic else self.moment
            phase, progress = job.timeline.at(now)
            if phase.polls is None:
                return Snapshot(job, phase.state, progress, now)
            job = job._replace(timeline=job.timeline.polled(now))
            self.store.replace(job)
            self._schedule(job)
            self._fold()
            return job.at(now)

    def view(self, terms: Terms, job_id: str) -> Snapshot:
        """Return the job as it stands now, without counting as a poll."""
        with self.lock:
            return self.find(terms.dialect, job_id).at(self._fold())

    def outcome(self, terms: Terms, job_id: str) -> Snapshot | Wait:
        """Return how a job ended, or until when a blocking call waits for that."""
        with self.lock:
            end = self.find(terms.dialect, job_id).timeline.end
            if end is not None:
                self.clock.reach(end)
            snapshot = self.view(terms, job_id)
            return snapshot if snapshot.state in FINAL else Wait(end)

    def settle(self, dialect: str, job_id: str, state: State, reason: Reason | None = None) -> Snapshot:
        """End a job by hand, now. A final state never changes."""
        with self.lock:
            now = self._fold()
            job = self.find(dialect, job_id)
            if state not in FINAL:
                message = f"settle a job as {', '.join(sorted(FINAL))}, not as {state}"
                raise ValueError(message)
            if job.at(now).state in FINAL:
                message = f"job {job_id} has ended already; submit another one to settle"
                raise ValueError(message)
            reason = (reason or Reason.INTERNAL) if state is State.FAILED else None
            job = job._replace(timeline=job.timeline.settled(now, state), reason=reason)
            self.store.replace(job)
            self._schedule(job)
            self._fold()
            # A blocking call that waits for this job hears of it only here, as no time has passed.
            self.clock.wake()
            return job.at(now)

    def page(self, terms: Terms, page: Page) -> tuple[list[Snapshot], bool]:
        """Return the jobs that the page asks for as they stand now, and whether more follow."""
        with self.lock:
            now = self._fold()
            found = list(islice(self._listed(terms, page, now), page.limit + 1))
            return found[: page.limit], len(found) > page.limit

    def standing(self, terms: Terms) -> Standing:
        """Return what the dialect may tell the account about itself."""
        with self.lock:
            now, ledger = self._fold(), self.ledger(terms)
            plan, count = self.settings.plan, self.journal.count
            return Standing(self.key, self.tag, plan, ledger.balance, ledger.spent, count, now, self.began)

    def keep(self, terms: Terms, file: File) -> Upload:
        """Keep an uploaded file for as long as the dialect promises."""
        with self.lock:
            chance = self._chance(terms.dialect, bytes.fromhex(file.digest)[:16])
            upload = Upload(chance.uuid(), file, self.clock.now() + terms.upload_life)
            self.uploads.keep(upload)
            return upload

    def signature(self, job: Job) -> str:
        """Return what guards the URLs of a job's clips: nobody can guess it from the job, or from another's."""
        hasher = self._hasher.copy()
        hasher.update(f"clips of {job.dialect}/{job.id}".encode())
        return hasher.hexdigest()[:24]

    def find(self, dialect: str, job_id: str) -> Job:
        job = self.store.get(dialect, job_id)
        if job is None:
            raise ApiError(Kind.JOB_NOT_FOUND, id=job_id[:LONGEST_TOLD])
        return job

    def idle(self) -> bool:
        """Whether no job is unfinished."""
        with self.lock:
            self._fold()
            return self.store.unfinished == 0

    def close(self) -> None:
        """Give back the room that this account takes of what all share."""
        self.journal.clear()
        self.uploads.clear()

    def _listed(self, terms: Terms, page: Page, now: float) -> Iterator[Snapshot]:
        jobs = self.store.latest(terms.dialect)
        if page.after is not None:
            after = self.store.get(terms.dialect, page.after)
            if after is None:
                raise ApiError(Kind.INVALID_REQUEST, "The cursor leads nowhere; list again without it.", field="cursor")
            place = (after.submitted_at, after.id)
            jobs = dropwhile(lambda job: (job.submitted_at, job.id) >= place, jobs)
        for job in jobs:
            if page.model in {None, job.request.model} and page.job in {None, job.id}:
                snapshot = job.at(now)
                if page.state in {None, snapshot.state}:
                    yield snapshot

    def _new_job(self, terms: Terms, request: VideoRequest, body: bytes, plan: Plan, now: float) -> Job:
        chance = self._chance(terms.dialect, body)
        while self.store.get(terms.dialect, job_id := terms.mint(chance)) is not None:
            chance = self._chance(terms.dialect, body)
        reason = request.flaw or plan.failure
        course = timeline(plan.timing or self.settings.timing, chance, now, fails=reason is not None)
        return Job(job_id, terms.dialect, request, course, now, reason)

    def _chance(self, dialect: str, body: bytes) -> Chance:
        """Return the chance of the next occurrence of this body (a digest, always of the same length)."""
        seen = self._seen.pop((dialect, body), 0)
        self._seen[dialect, body] = seen + 1
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        hasher = self._hasher.copy()
        hasher.update(body + seen.to_bytes(8) + dialect.encode())
        return Chance(hasher.digest())

    def _schedule(self, job: Job) -> None:
        end = job.timeline.end
        if end is not None:
            heappush(self._agenda, (end, job.dialect, job.id))

    def _fold(self) -> float:
        """Let every effect happen that is due; nobody is present when a job ends, so its refund happens here."""
        now = self.moment = self.clock.now()
        while self._agenda and self._agenda[0][0] <= now:
            end, dialect, job_id = heappop(self._agenda)
            job = self.store.get(dialect, job_id)
            # Entries of timelines that an event has replaced stay in the heap, and mean nothing any more.
            if job is not None and job.timeline.end == end:
                self._finish(job)
        return now

    def _finish(self, job: Job) -> None:
        ledger = self._ledgers[job.dialect]
        state = job.timeline.phases[-1].state
        settle = ledger.succeed if state is State.SUCCEEDED else ledger.fail
        settle(job.request.price)
        self.store.finish(job)
        self._polled.pop((job.dialect, job.id), None)

    def _wait_for_poll(self, job: Job, interval: float) -> float:
        """Move a clock that moves by itself to where a client is that waited between its polls."""
        if job.at(self.clock.now()).state not in FINAL:
            place = (job.dialect, job.id)
            self.clock.reach(self._polled.get(place, job.submitted_at) + interval)
            self._polled[place] = self.clock.now()
        return self._fold()

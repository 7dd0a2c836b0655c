"""Whatever a scenario orders and clients do: the same story each time, no credit lost, no past changed, and an end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.account import Account
from mockvideo.core.jobs import FINAL, Job, State
from mockvideo.core.journal import Entry
from mockvideo.core.scenario import Rule
from mockvideo.core.timing import Timing
from mockvideo.dialect import Dialect
from mockvideo.server import clips
from mockvideo.server.app import App
from mockvideo.server.files import RESPOND
from tests.drawing import COUNTS, KEYS, NAMES, OPERATIONS, STRETCHES, Play, Step, plays, rules, scenarios, steps
from tests.driving import Answer, app_of
from tests.every import DIALECTS

ORDER = {State.QUEUED: 0, State.RUNNING: 1, State.SUCCEEDED: 2, State.FAILED: 2, State.CANCELLED: 2}
# Long enough for much to happen before the end.
SLOW = Timing(queue=(0.0, 10.0), render=(5.0, 60.0))
# The first one that does this; a blocking call is how some submit.
PATHS = {
    (name, {"generate": "submit"}.get(route.name, route.name)): route.path
    for name, dialect in DIALECTS.items()
    for route in reversed(dialect.routes)
}
# Where in the time before an event its past is looked at.
SHARES = (0.0, 0.3, 0.6, 0.9, 0.999)
# As many as the profile has, but enough.
MANY = settings(max_examples=max(30, settings.default.max_examples))


class Stage:
    """A server on which a play goes on; whoever would have to wait in real time leaves."""

    def __init__(self, play: Play, **changes: Any) -> None:
        self.play = play
        usual = {"clock": play.clock, "scenario": play.scenario, "library": play.library, "timing": SLOW}
        self.app: App = app_of(**{**usual, **changes})

    def account(self, key: str) -> Account:
        return self.app.service.accounts.get(key)

    @property
    def accounts(self) -> list[Account]:
        return [*self.app.service.accounts, self.app.service.accounts.anonymous]

    def job(self, step: Step) -> Job | None:
        account = self.account(step.key)
        jobs = [job for name in DIALECTS for job in account.store.latest(name)]
        return jobs[step.target % len(jobs)] if jobs else None

    def settle(self, step: Step) -> None:
        """End a job by hand, if it is there and has not ended."""
        account, job = self.account(step.key), self.job(step)
        now = account.arrive()
        if job is not None and not job.at(now).state.final and not job.forgotten(now):
            account.settle(job.dialect, job.id, sorted(FINAL)[step.target % len(FINAL)])

    async def ask(self, step: Step, prompt: str = "A red fox") -> Answer | None:
        """Send what a step says, after it has waited; None: the client has left."""
        self.account(step.key).clock.advance(step.seconds)
        if step.verb in {"submit", "list"}:
            dialect = DIALECTS[step.dialect]
            body = json.dumps({**dialect.example, "prompt": prompt}).encode() if step.verb == "submit" else b""
            path = PATHS.get((step.dialect, step.verb), "/nowhere")
            return await self._send("POST" if body else "GET", f"/{step.dialect}{path}", step, dialect, body)
        job = self.job(step)
        if step.verb == "settle":
            self.settle(step)
            return None
        name, route = ("sora", "poll") if job is None else (job.dialect, step.verb)
        if job is not None and (name, route) not in PATHS:
            return await self._send("GET", clips.paths(self.account(step.key), job)[0], step, DIALECTS[name])
        told = "nobody" if job is None else job.script.poll_name or job.id
        return await self._send("GET", f"/{name}{PATHS[name, route].replace('{id}', told)}", step, DIALECTS[name])

    async def _send(self, method: str, path: str, step: Step, dialect: Dialect, body: bytes = b"") -> Answer | None:
        place, sent = dialect.credential, []
        received = iter([{"type": "http.request", "body": body, "more_body": False}])
        named = [] if step.header is None else [(b"x-mockvideo-scenario", step.header.encode())]
        headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"), *named]
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "query_string": b"",
            "headers": [*headers, (place.header, place.prefix + step.key.encode())],
            "server": ("127.0.0.1", 80),
        }

        async def receive() -> dict[str, Any]:
            return next(received, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            sent.append(message)

        def respond(answer: Any) -> None:
            """Take an answer as our own transport does, whatever is to become of it on the wire."""
            sent.extend(({"status": answer.status, "headers": answer.headers}, {"body": bytes(answer.body)}))

        await self.app({**scope, "extensions": {RESPOND: respond}}, receive, send)
        if not sent:
            return None
        return Answer(sent[0]["status"], dict(sent[0]["headers"]), b"".join(each["body"] for each in sent[1:]))


def perform(play: Play, after: Callable[[Stage], None] = lambda _: None) -> Stage:
    """Let a play go on from its first step to its last, and look at the stage after each, and when all is over."""

    async def going_on() -> Stage:
        stage = Stage(play)
        for step in play.steps:
            await stage.ask(step)
            after(stage)
        for account in stage.app.service.accounts:
            account.clock.advance(100)
            account.arrive()
        after(stage)
        return stage

    return asyncio.run(going_on())


def journal(stage: Stage) -> list[str]:
    """Everything that is noted, and the bodies that are kept."""
    return [repr((account.key, entry, account.journal.body(entry.number))) for account, entry in entries(stage)]


def entries(stage: Stage) -> Iterator[tuple[Account, Entry]]:
    return ((account, entry) for account in stage.accounts for entry in account.journal)


def ordered_by(stage: Stage, entry: Entry) -> Rule | None:
    """The rule that an entry names."""
    name, _, number = (entry.rule or "").partition("#")
    return stage.play.library[name].rules[int(number) - 1] if number else None


# The whole story


@MANY
@given(plays())
def test_the_same_key_seed_and_requests_give_the_same_journal_byte_for_byte(play) -> None:
    assert journal(perform(play)) == journal(perform(play))


@MANY
@given(plays())
def test_every_answer_of_a_failing_server_was_ordered(play) -> None:
    unplanned = [entry for _, entry in entries(perform(play)) if entry.status >= 500 and entry.rule is None]
    assert unplanned == []


@MANY
@given(plays())
def test_credits_are_conserved_to_the_unit(play) -> None:
    def balanced(stage: Stage) -> None:
        for account in stage.accounts:
            opening = account.direction.allowance.credits
            for book in account.allotment.ledgers.values():
                began = book.tariff.opening if opening is None else opening
                assert began + book.refunded == book.balance + book.held + book.charged
                assert min(book.balance, book.held, book.charged, book.refunded) >= 0

    perform(play, balanced)


@MANY
@given(plays())
def test_what_is_held_is_the_price_of_what_is_unfinished(play) -> None:
    def exact(stage: Stage) -> None:
        for account in stage.accounts:
            now = account.arrive()
            for name, book in account.allotment.ledgers.items():
                jobs = list(account.store.latest(name))
                prices = [job.request.price for job in jobs if not job.at(now).state.final]
                assert book.held == (sum(prices) if book.tariff.held else 0)

    perform(play, exact)


@MANY
@given(plays())
def test_no_state_goes_back_unless_a_rule_says_so(play) -> None:
    stage, reached = perform(play), {}
    for account, entry in entries(stage):
        rule = ordered_by(stage, entry)
        if entry.job is not None and entry.operation != "submit" and (rule is None or rule.snapshot is None):
            place = account.key, entry.dialect, entry.job
            assert ORDER[entry.state] >= reached.get(place, 0)
            reached[place] = ORDER[entry.state]


@MANY
@given(plays())
def test_an_event_never_changes_the_past(play) -> None:
    before: dict[tuple[str, str, str], tuple[Job, float]] = {}

    def unchanged(stage: Stage) -> None:
        for account in stage.accounts:
            for dialect in DIALECTS:
                for job in account.store.latest(dialect):
                    was, moment = before.get((account.key, dialect, job.id), (job, account.clock.now()))
                    past = [job.submitted_at + share * (moment - job.submitted_at) for share in SHARES]
                    seen = [each for each in past if each < moment]
                    assert [was.at(each).state for each in seen] == [job.at(each).state for each in seen]
                    before[account.key, dialect, job.id] = job, account.clock.now()

    perform(play, unchanged)


# The end of a script


def fresh(clock: str) -> tuple[Step, ...]:
    """What a client does that has done nothing before: it submits, and polls until the end."""
    polls = [Step("poll", name, KEYS[0], None, 0, 2.0) for name in DIALECTS for _ in range(6)]
    contents = [Step("content", name, KEYS[0], None, 0, 0.0) for name in DIALECTS]
    return (*[Step("submit", name, KEYS[0], None, 0, 0.0) for name in DIALECTS], *polls, *contents)


async def told(stage: Stage, key: str) -> list[tuple[int, bytes] | None]:
    """The answers to what such a client does, without the headers that count its exchanges."""
    answers = [await stage.ask(step._replace(key=key), "Something new") for step in fresh(stage.play.clock)]
    return [None if answer is None else (answer.status, answer.body) for answer in answers]


def untouched(play: Play, key: str, moment: float) -> list[tuple[int, bytes] | None]:
    """What such a client is told by a server that was never scripted, from that moment on."""
    plain = Stage(play, scenario=None, library={})
    plain.account(key).clock.move(moment)
    return asyncio.run(told(plain, key))


@MANY
@given(
    st.builds(
        Play,
        clock=st.sampled_from(["manual", "auto"]),
        scenario=st.none(),
        steps=steps(keys=KEYS[:1], headers=NAMES),
        library=st.fixed_dictionaries({name: scenarios(name, rules("on", "nth", "share")) for name in NAMES}),
    )
)
def test_a_script_that_one_client_names_is_none_for_another(play) -> None:
    stage = perform(play)
    moment = stage.account(KEYS[1]).clock.now()
    assert asyncio.run(told(stage, KEYS[1])) == untouched(play, KEYS[1], moment)


def used_up() -> st.SearchStrategy[Play]:
    """Draw scripts whose every rule acts a few times, and clients that ask often enough for that."""
    round_ = [Step(verb, name, KEYS[0], None, 0, 1.0) for name in DIALECTS for verb in (*OPERATIONS, "download")]
    drawn = rules("on", "every", times=COUNTS)
    return st.builds(
        Play,
        clock=st.sampled_from(["manual", "auto"]),
        scenario=st.just("a"),
        steps=steps(keys=KEYS[:1], headers=(None,), most=4).map(lambda some: (*some, *round_ * 12)),
        library=st.fixed_dictionaries({"a": scenarios("a", drawn)}),
    )


@settings(max_examples=max(10, settings.default.max_examples // 5))
@given(used_up())
def test_when_all_rules_have_acted_a_new_request_is_answered_as_by_a_server_never_scripted(play) -> None:
    stage = perform(play)
    # Whoever was asked to wait has waited.
    moment = stage.account(KEYS[0]).arrive()
    assert asyncio.run(told(stage, KEYS[0])) == untouched(play, KEYS[0], moment)


@MANY
@given(
    st.builds(
        Play,
        clock=st.sampled_from(["manual", "auto"]),
        scenario=st.just("a"),
        steps=steps(keys=KEYS[:1], headers=(None,)),
        library=st.fixed_dictionaries({"a": scenarios("a", rules("on", "nth", "every", "share", between=STRETCHES))}),
    )
)
def test_when_all_windows_are_over_a_new_request_is_answered_as_by_a_server_never_scripted(play) -> None:
    stage = perform(play)
    stage.account(KEYS[0]).clock.advance(3600)
    moment = stage.account(KEYS[0]).arrive()
    assert asyncio.run(told(stage, KEYS[0])) == untouched(play, KEYS[0], moment)

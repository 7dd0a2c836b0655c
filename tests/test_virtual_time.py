"""On a virtual clock a long story takes no time, and any number of clients see its end at the same moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.errors import Kind
from mockvideo.core.jobs import FINAL, State
from mockvideo.core.scenario import Allowance, Rule
from mockvideo.core.timing import Timing
from mockvideo.dialect import Dialect, spelled
from mockvideo.operation import Poll
from mockvideo.pointer import find
from tests.driving import Answer, Client, app_of, route_of
from tests.every import DIALECTS, every_polled_dialect

SORA = DIALECTS["sora"]
MOST = 10_000
# Three minutes in which each submission is refused and asked to come back, and polls that fail now and then.
OUTAGE = (
    Rule(on="submit", between=(60.0, 240.0), error=Kind.UNAVAILABLE, retry_after=20.0),
    Rule(on="poll", every=7, error=Kind.UPSTREAM, retry_after=1.0),
)


def seconds(client: Client) -> float:
    """How far the account of a client has come."""
    return client.account.clock.now() - client.account.began


def has_ended(dialect: Dialect, answer: Answer) -> bool:
    words = spelled(dialect.states)
    return find(answer.document, dialect.pointers.status) in {words[state] for state in FINAL}


def persist(send: Callable[[], Answer]) -> Answer:
    """Send again as long as it is refused; a client that sleeps as it is told needs no sleep here."""
    while (answer := send()).status >= 400:
        assert b"retry-after" in answer.headers
    return answer


def test_ten_minutes_with_retries_and_a_rate_limit_are_some_dozens_of_exchanges() -> None:
    client = Client(app_of(rules=OUTAGE, allowance=Allowance(requests_per_minute=10)), SORA)
    while seconds(client) < 600:
        job_id = persist(lambda: client.submit(SORA.example)).document["id"]
        while not has_ended(SORA, persist(partial(client.poll, job_id))):
            pass
    told = Counter(entry.status for entry in client.account.journal)
    assert 600 <= seconds(client) < 660
    assert told.keys() == {200, 429, 502, 503}
    assert told[503] == 9
    assert 50 < told.total() < 300


def test_a_client_that_comes_back_when_it_is_told_is_refused_once_each_time() -> None:
    client = Client(app_of(allowance=Allowance(requests_per_minute=1)), SORA)
    told = [client.submit(SORA.example).status for _ in range(21)]
    assert told == [200, *[429, 200] * 10]
    assert seconds(client) == 600


async def until_the_end(client: Client, job_id: str) -> float:
    """Poll in turn with others until a job has ended, whatever is refused meanwhile, and return when that was."""
    route = route_of(client.dialect, Poll)
    for _ in range(MOST):
        answer = await client.call(route.method, route.path.replace("{id}", job_id))
        if answer.status < 400 and has_ended(client.dialect, answer):
            return seconds(client)
        await asyncio.sleep(0)
    raise AssertionError("the job does not end")


def together(client: Client, job_ids: list[str]) -> list[float]:
    """When each of so many pollers, all on one loop, sees the end of its job."""

    async def pollers() -> list[float]:
        return await asyncio.gather(*(until_the_end(client, job_id) for job_id in job_ids))

    return asyncio.run(pollers())


def client_of(dialect: Dialect, **settings: object) -> Client:
    return Client(app_of(**{"timing": Timing(queue=7.0, render=116.0), **settings}), dialect)


@every_polled_dialect
def test_500_pollers_of_a_job_see_its_end_when_one_would(dialect) -> None:
    alone, many = client_of(dialect), client_of(dialect)
    (moment,) = together(alone, [alone.job(dialect.example)])
    assert together(many, [many.job(dialect.example)] * 500) == [moment] * 500


def test_500_pollers_of_as_many_jobs_see_their_ends_when_one_would() -> None:
    alone, many = client_of(SORA), client_of(SORA)
    (moment,) = together(alone, [alone.job(SORA.example)])
    assert together(many, [many.job(SORA.example) for _ in range(500)]) == [moment] * 500


@given(st.floats(0, 100), st.floats(0, 100), st.integers(2, 9))
def test_however_long_a_job_takes_its_pollers_see_the_end_when_one_would(queue, render, pollers) -> None:
    alone, many = (client_of(SORA, timing=Timing(queue=queue, render=render)) for _ in range(2))
    (moment,) = together(alone, [alone.job(SORA.example)])
    assert together(many, [many.job(SORA.example)] * pollers) == [moment] * pollers


@pytest.mark.parametrize("pollers", [1, 50])
def test_pollers_that_are_refused_for_a_while_see_the_end_when_that_is_over(pollers) -> None:
    client = client_of(SORA, rules=(Rule(on="poll", between=(10.0, 300.0), error=Kind.UNAVAILABLE),))
    assert together(client, [client.job(SORA.example)] * pollers) == [300.0] * pollers


# Blocking calls


def test_a_blocking_call_that_waits_hears_that_a_slot_came_free() -> None:
    blocking = DIALECTS["a4f"]
    client = client_of(blocking, clock="manual", allowance=Allowance(slots=1), timing=Timing(queue=0.0, render=60.0))

    async def play() -> Answer:
        first, second = (
            asyncio.create_task(client.submitting({**blocking.example, "prompt": prompt})) for prompt in ("a", "b")
        )
        await asyncio.sleep(0)
        jobs = {job.request.prompt: job for job in client.account.store.latest(blocking.name)}
        assert jobs["b"].timeline.end - jobs["a"].timeline.end == 60
        client.account.clock.advance(20)
        client.account.settle(blocking.name, jobs["a"].id, State.FAILED)
        client.account.clock.advance(60)
        assert (await first).status >= 400
        return await second

    assert asyncio.run(play()).status == 200
    assert seconds(client) == 80

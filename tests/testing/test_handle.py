"""What a test holds: an account of its own, on any server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mockvideo
from mockvideo.cli.env import variables
from mockvideo.core.jobs import Reason, State
from mockvideo.core.scenario import Rule
from mockvideo.dialects import load
from mockvideo.script.problems import ScriptError
from mockvideo.testing import jobs
from mockvideo.testing.control import ControlError
from mockvideo.testing.handle import MockVideo
from mockvideo.testing.server import External, Server
from mockvideo.testing.settings import account_order
from tests.testing.holding import VIDEO, poll, send, states, submit

DIALECTS = load()


# An account


def test_an_account_is_fresh_and_no_others(server: Server) -> None:
    with server.account() as one, server.account() as another:
        submit(one)
        assert [states(one), states(another), one.key == another.key] == [["queued"], [], False]


def test_an_account_takes_the_place_of_the_one_with_its_key(server: Server) -> None:
    with server.account("sk-twice") as first:
        submit(first)
        with server.account("sk-twice") as second:
            assert (second.key, second.tag, states(second)) == ("sk-twice", first.tag, [])


def test_the_same_key_and_requests_are_the_same_story(server: Server) -> None:
    told: list[object] = []
    for _ in range(2):
        with server.account("sk-story", seed=7) as held:
            told.append([submit(held), held.jobs, held.requests()])
    assert told[0] == told[1]


def test_an_account_is_deleted_when_its_handle_is_closed(server: Server) -> None:
    with server.account() as held:
        submit(held)
    told = held.control.http.request("GET", "/_mockvideo/accounts").json()
    assert held.tag not in {each["tag"] for each in told["accounts"]}


def test_to_close_a_handle_twice_is_no_harm(server: Server) -> None:
    held = server.account()
    held.close()
    held.close()


def test_a_clock_moves_by_itself_unless_another_is_asked_for(server: Server) -> None:
    with server.account() as usual, server.account(clock="wall", speed=60) as wall:
        assert [usual.clock.mode, wall.clock.mode] == ["auto", "wall"]


def test_an_account_is_as_it_was_asked_for(server: Server) -> None:
    limits = {"plan": "basic", "slots": 1, "requests_per_minute": 3, "requests_per_day": "documented"}
    with server.account(credits=Decimal("2.50"), seed=7, strict=True, speed="instant", **limits) as held:  # type: ignore[arg-type]
        told = held.control.get("")
        assert told["limits"] == {"credits": "2.50", **limits}
        assert (told["seed"], told["strict"], told["plan"]) == (7, True, "basic")
        submit(held)
        assert states(held) == ["succeeded"]


@pytest.mark.parametrize(
    "scenario", ["402", 'on = "submit", status = 402', Rule(on="submit", status=402)], ids=["name", "text", "rule"]
)
def test_an_account_has_the_scenario_that_was_asked_for(server: Server, scenario: str | Rule) -> None:
    with server.account(scenario=scenario) as held:
        assert send(held).status_code == 402


def test_a_scenario_may_be_a_file(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[account]\ncredits = 0\n", "utf-8")
    with server.account(scenario=file) as held:
        assert send(held).status_code in {402, 403}


@given(st.sampled_from([0, 5, 0.25, "2.5", Decimal("1e-3"), Decimal(10) ** 9]))
def test_credits_are_sent_as_they_are(amount: Decimal | float | str) -> None:
    sent = account_order(None, credits=amount)
    assert sent.keys() == {"clock", "credits"}
    assert Decimal(sent["credits"]) == Decimal(str(amount))


def test_what_is_none_is_not_said() -> None:
    assert account_order("k", clock=None, seed=None, scenario=None, strict=False) == {
        "key": "k",
        "clock": "auto",
        "strict": False,
    }


def test_an_account_that_cannot_be_made_leaves_nothing_open(tmp_path: Path) -> None:
    threads = threading.active_count()
    with pytest.raises(ScriptError):
        MockVideo(scenario=tmp_path / "missing.toml")
    with pytest.raises(ControlError, match="seed: Input should be a valid integer"):
        MockVideo(seed="seven")  # type: ignore[arg-type]
    assert threading.active_count() == threads


def test_a_handle_says_where_it_is_and_of_which_key(held: MockVideo) -> None:
    assert repr(held) == f"<MockVideo at {held.url()} with the key {held.key}>"


# Standing alone


def test_without_a_server_one_starts_and_ends_with_the_handle() -> None:
    threads = threading.active_count()
    with MockVideo(credits=5) as held:
        assert threading.active_count() == threads + 1
        assert (held.key, send(held).status_code) == ("sk-mockvideo", 200)
    assert threading.active_count() == threads
    with pytest.raises(ControlError, match="No server answers"), External(held.url()) as gone:
        gone.account()


def test_a_handle_that_stands_alone_may_have_any_key() -> None:
    with MockVideo(key="sk-mine") as held:
        assert held.key == "sk-mine"


def test_two_that_stand_alone_have_nothing_in_common() -> None:
    with MockVideo() as one, MockVideo() as another:
        submit(one)
        assert (states(another), one.url() == another.url()) == ([], False)


def test_a_handle_can_be_held_by_asynchronous_code(server: Server) -> None:
    async def use(held: MockVideo) -> tuple[int, bool]:
        async with held:
            client = held.async_client("sora")
            answer = await client.post("/v1/videos", json=VIDEO)
        return answer.status_code, client.is_closed

    assert asyncio.run(use(server.account())) == (200, True)
    assert asyncio.run(use(MockVideo())) == (200, True)


def test_asynchronous_code_that_fails_closes_its_handle_too() -> None:
    async def fail() -> None:
        async with MockVideo():
            raise LookupError

    threads = threading.active_count()
    with pytest.raises(LookupError):
        asyncio.run(fail())
    assert threading.active_count() == threads


# Clients


@pytest.mark.parametrize("name", list(DIALECTS))
def test_a_client_has_base_url_and_key(held: MockVideo, name: str) -> None:
    dialect = DIALECTS[name]
    route = next(route for route in dialect.routes if route.method == "POST")
    client = held.client(name)
    answer = client.post(route.path, json=dialect.example)
    assert answer.is_success, answer.text
    assert client.base_url == f"{held.url(name)}/"
    assert [job.dialect for job in held.jobs] == [name]


def test_clients_are_closed_with_their_handle(server: Server) -> None:
    with server.account() as held:
        client = held.client("sora")
        with held.client("sora") as mine:
            mine.get("/v1/models")
    assert (client.is_closed, mine.is_closed) == (True, True)


def test_an_asynchronous_client_leaves_no_connection_behind(held: MockVideo) -> None:
    async def use() -> list[int]:
        client = held.async_client("sora")
        answers = await asyncio.gather(*(client.post("/v1/videos", json=VIDEO) for _ in range(3)))
        return [answer.status_code for answer in answers]

    assert asyncio.run(use()) == [200, 200, 200]
    assert len(held.jobs) == 3


def test_a_url_is_the_one_of_a_dialect_or_of_the_server(held: MockVideo, server: Server) -> None:
    assert (held.url(), held.url("sora")) == (server.url, f"{server.url}/sora")


@pytest.mark.parametrize("ask", [MockVideo.url, MockVideo.env, MockVideo.client, MockVideo.async_client])
def test_a_dialect_that_is_none_is_refused_with_the_nearest(held: MockVideo, ask: object) -> None:
    with pytest.raises(ValueError, match=r"there is no dialect 'soar'; did you mean sora\?"):
        ask(held, "soar")  # type: ignore[operator]
    with pytest.raises(ValueError, match=rf"did you mean {', '.join(DIALECTS)}\?"):
        held.url("???")


@pytest.mark.parametrize("name", [None, *DIALECTS])
def test_the_variables_are_those_of_the_command(held: MockVideo, name: str | None) -> None:
    assert held.env(name) == variables(name, held.url(), held.key)[0]


both_libraries = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


@both_libraries
def test_a_transport_reaches_the_server(held: MockVideo, library: Any) -> None:
    headers = {"Authorization": f"Bearer {held.key}"}
    with library.Client(transport=held.transport, base_url=held.url("sora"), headers=headers) as client:
        assert [client.post("/v1/videos", json=VIDEO).is_success for _ in range(2)] == [True, True]
    assert states(held) == ["queued", "queued"]


@both_libraries
def test_an_asynchronous_transport_reaches_the_server(held: MockVideo, library: Any) -> None:
    async def use() -> list[bool]:
        headers = {"Authorization": f"Bearer {held.key}"}
        transport, base = held.async_transport, held.url("sora")
        async with library.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
            return [(await client.post("/v1/videos", json=VIDEO)).is_success for _ in range(2)]

    assert asyncio.run(use()) == [True, True]
    assert states(held) == ["queued", "queued"]


@both_libraries
def test_transports_are_context_managers(held: MockVideo, library: Any) -> None:
    headers = {"Authorization": f"Bearer {held.key}"}
    request = {"method": "GET", "url": held.url("sora") + "/v1/models", "headers": headers}

    async def use() -> int:
        async with held.async_transport as transport:
            answer = await transport.handle_async_request(library.Request(**request))
            return int(answer.status_code)

    with held.transport as transport:
        assert transport.handle_request(library.Request(**request)).status_code == asyncio.run(use())


# Jobs by hand


@dataclass
class Video:
    """What an SDK makes of an answer."""

    id: str


def test_a_job_succeeds_by_hand(held: MockVideo) -> None:
    job = submit(held)
    ended = held.finish(job)
    assert (ended.id, ended.state, ended.progress, len(ended.clips)) == (job, State.SUCCEEDED, 1.0, 1)
    assert held.client("sora").get(ended.clips[0]).content[4:8] == b"ftyp"


@pytest.mark.parametrize("reason", [Reason.UPSTREAM, "content_policy"])
def test_a_job_fails_by_hand(held: MockVideo, reason: Reason) -> None:
    ended = held.fail(Video(submit(held)), reason)
    assert (ended.state, ended.reason) == (State.FAILED, reason)


def test_a_job_fails_by_itself_unless_a_reason_is_given(held: MockVideo) -> None:
    assert held.fail(submit(held)).reason is Reason.INTERNAL


def test_a_job_is_cancelled_by_hand(held: MockVideo) -> None:
    submit(held)
    assert held.cancel(held.jobs[0]).state is State.CANCELLED


def test_jobs_are_listed_as_they_stand_the_last_one_first(held: MockVideo) -> None:
    first = submit(held, prompt="a")
    held.clock.advance(1)
    second = submit(held, prompt="b")
    held.finish(first)
    assert [(job.id, job.prompt, job.state) for job in held.jobs] == [
        (second, "b", State.QUEUED),
        (first, "a", State.SUCCEEDED),
    ]
    assert held.jobs[0].price > 0
    assert held.polls == []


def test_more_jobs_than_fit_on_a_page_are_all_listed(held: MockVideo) -> None:
    client = held.client("sora")
    made = [client.post("/v1/videos", json=VIDEO).json()["id"] for _ in range(jobs.PAGE + 1)]
    assert sorted(job.id for job in held.jobs) == sorted(made)
    assert held.finish(made[0]).id == made[0]


def test_a_job_that_nobody_knows_is_not_ended(held: MockVideo) -> None:
    with pytest.raises(LookupError, match=r"The account has no job 'task_no'; \.jobs lists those that it has"):
        held.finish("task_no")


def test_a_job_ends_once(held: MockVideo) -> None:
    held.finish(job := submit(held))
    with pytest.raises(ControlError, match="has ended already"):
        held.cancel(job)


# The rest


def test_an_account_becomes_as_new(held: MockVideo) -> None:
    held.scenario("flaky-polls")
    submit(held)
    held.reset()
    assert (held.jobs, held.requests(), held.control.get("/scenario")["in_force"]) == ([], [], [])


def test_a_handle_is_evidence(held: MockVideo) -> None:
    poll(held, submit(held))
    assert [len(each) for each in (held.submits, held.polls, held.downloads)] == [1, 1, 0]
    assert held.cost["sora"] == held.jobs[0].price


def test_sleeping_moves_the_clock(held: MockVideo) -> None:
    moved: list[float] = []
    job, before = submit(held), held.clock.now
    with held.patch_sleep(also=moved.append):
        for _ in range(120):
            time.sleep(5)
        assert held.clock.mode == "manual"
    assert (held.clock.now, sum(moved), held.clock.mode) == (before + 600, 600, "auto")
    assert poll(held, job).json()["status"] == "completed"


def test_what_a_test_claims_holds(held: MockVideo) -> None:
    held.on("submit").times(1).status(503)
    send(held)
    job = submit(held)
    held.finish(job)
    poll(held, job)
    held.client("sora").get(f"/v1/videos/{job}/content")
    held.assert_submitted(times=1, model="sora-*", prompt="*window", dialect="sora")
    held.assert_downloaded(job)
    held.assert_no_wasted_spend()
    held.assert_all_rules_used()


CLAIMS: dict[str, Callable[[MockVideo], None]] = {
    "submitted": lambda held: held.assert_submitted(times=2),
    "model": lambda held: held.assert_submitted(model="veo*"),
    "prompt": lambda held: held.assert_submitted(prompt="*snow*"),
    "dialect": lambda held: held.assert_submitted(dialect="beluga"),
    "downloaded": MockVideo.assert_downloaded,
    "no waste": MockVideo.assert_no_wasted_spend,
    "rules": MockVideo.assert_all_rules_used,
}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=list(CLAIMS))
def test_what_a_test_claims_may_fail(held: MockVideo, claim: Callable[[MockVideo], None]) -> None:
    held.on("content").status(503)
    held.finish(job := submit(held))
    poll(held, job)
    with pytest.raises(AssertionError):
        claim(held)


def test_the_public_name_is_loaded_when_it_is_asked_for() -> None:
    assert mockvideo.MockVideo is MockVideo
    with pytest.raises(AttributeError, match="module 'mockvideo' has no attribute 'MockVidoe'"):
        mockvideo.MockVidoe  # type: ignore[attr-defined]  # noqa: B018 - on purpose


def test_to_import_the_package_loads_nothing_else() -> None:
    loaded = after("import mockvideo")
    assert {name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names} == {"mockvideo"}


def test_a_handle_on_another_server_loads_none_of_ours() -> None:
    loaded = after("from mockvideo import MockVideo")
    assert ("mockvideo.testing.handle" in loaded, "uvicorn" in loaded) == (True, False)


def after(code: str) -> set[str]:
    """The modules that this code loads in a Python of its own."""
    code = f"import sys; before = set(sys.modules); {code}; print(*set(sys.modules) - before)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())

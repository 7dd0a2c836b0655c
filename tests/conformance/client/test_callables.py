"""Functions as clients: what they may return, how they end, and how they are ended."""

from __future__ import annotations

import asyncio
import gc
import random
import time
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import reference

from mockvideo.conformance.client.bench import Bench
from mockvideo.conformance.client.callables import Function
from mockvideo.conformance.client.evidence import Run
from mockvideo.conformance.client.schedules import Event, Schedule
from mockvideo.conformance.client.verdict import judge
from mockvideo.dialects import load

# A client that is ended in the middle leaves a socket open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
STUCK = Schedule((Event("the job is stuck at 99 %", "submit", 1),))
CLEAN = Schedule()
MadeBench = Callable[..., Bench]


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """Let go here, and not in the test of somebody else, what an ended client held."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def clip(base_url: str, api_key: str, request: dict[str, Any]) -> bytes:
    return reference.Client(load()[base_url.rpartition("/")[2]], base_url, api_key).generate(request)


def asked(base_url: str, api_key: str, request: dict[str, Any]) -> str:
    """Submit to beluga and return the job's id."""
    http = httpx.Client(
        base_url=base_url, headers={"Authorization": f"Bearer {api_key}"}, trust_env=False, verify=False
    )
    with http:
        return http.post("/v1/videos/generations", json=request).json()["task_id"]


def poll(base_url: str, api_key: str, job: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {api_key}"}
    with httpx.Client(base_url=base_url, headers=headers, trust_env=False, verify=False) as http:
        return http.get(f"/v1/videos/tasks/{job}").json()


def ran(bench: MadeBench, generate: Callable[..., Any], schedule: Schedule = CLEAN, **limits: Any) -> Run:
    return Function(generate).run(bench("beluga", **limits), schedule)


def test_bytes_are_looked_at(bench: MadeBench) -> None:
    assert ran(bench, clip).answer == ("clip", "")
    assert ran(bench, lambda *_: b"").answer == ("junk", "the file is empty")
    assert ran(bench, lambda *_: b"<html>page</html>").answer.text.startswith("the file begins with b'<html>")
    assert ran(bench, lambda *asked: clip(*asked)[:-9]).answer.text.endswith("is cut short")
    assert ran(bench, lambda *_: b"\0\0\0\4ftyp").answer.text.endswith("is cut short")


def test_a_path_leads_to_the_clip(bench: MadeBench, tmp_path: Path) -> None:
    def save(*asked: Any) -> Path:
        path = tmp_path / "clip.mp4"
        path.write_bytes(clip(*asked))
        return path

    assert ran(bench, save).answer.kind == "clip"
    assert ran(bench, lambda *_: str(tmp_path / "none")).answer.text.startswith("there is no file")


def test_a_url_is_fetched_when_nothing_goes_wrong_any_more(bench: MadeBench) -> None:
    def find(base_url: str, api_key: str, request: dict[str, Any]) -> str:
        job = asked(base_url, api_key, request)
        while (told := poll(base_url, api_key, job))["status"] != "completed":
            time.sleep(5)
        return told["result"]["video_url"]

    run = ran(bench, find, Schedule((Event("the clip is empty", "content", 1),)))

    assert (run.answer.kind, len(run.of("content"))) == ("clip", 0)
    assert ran(bench, lambda base, *_: f"{base}/none").answer.text.startswith("the URL that it hands out leads nowhere")


def test_a_data_url_is_a_clip_as_well(bench: MadeBench) -> None:
    run = ran(bench, lambda *asked: f"data:video/mp4;base64,{b64encode(clip(*asked)).decode()}")

    assert run.answer.kind == "clip"


def test_anything_else_is_no_clip(bench: MadeBench) -> None:
    assert ran(bench, lambda *_: None).answer == (
        "junk",
        "it returned NoneType; bytes, a path or a URL are a clip",
    )


def test_an_error_is_told_with_all_that_it_carries(bench: MadeBench) -> None:
    class LostError(Exception):
        job = ""

    def fail(*_: Any) -> None:
        error = LostError("gone")
        error.job = "job-7"
        error.add_note("look later")
        raise error from ValueError("the cause")

    text = ran(bench, fail).answer.text

    assert all(part in text for part in ("LostError: gone", "job=job-7", "look later", "ValueError: the cause"))


def test_sleeps_take_no_time_and_gaps_are_as_long_as_they_were_to_be(bench: MadeBench) -> None:
    began = time.monotonic()
    run = ran(bench, clip)
    moments = [each.at for each in run.of("poll")]

    assert time.monotonic() - began < 5
    assert [round(after - before) for before, after in pairwise(moments)] == [5, 5]


def test_an_asynchronous_client_is_awaited_and_its_time_outs_come_true(bench: MadeBench) -> None:
    async def patient(base_url: str, api_key: str, request: dict[str, Any]) -> bytes:
        job = asked(base_url, api_key, request)
        async with asyncio.timeout(600):
            while True:
                await asyncio.sleep(10)
                poll(base_url, api_key, job)

    run = ran(bench, patient, STUCK)

    assert run.answer.kind == "error"
    assert "TimeoutError" in run.answer.text
    assert 600 <= run.seconds < 700


def test_one_without_a_deadline_is_ended_after_so_much_virtual_time(bench: MadeBench) -> None:
    def endless(base_url: str, api_key: str, request: dict[str, Any]) -> None:
        job = asked(base_url, api_key, request)
        while True:
            time.sleep(5)
            poll(base_url, api_key, job)

    run = ran(bench, endless, STUCK, virtual=3_600)

    assert run.answer.kind == "overtime"
    assert 300 <= run.steady <= 310
    assert [each.judged.says[:16] for each in judge(run) if each.breach] == ["it has no end: s"]


def test_one_that_never_sleeps_is_ended_after_so_many_requests(bench: MadeBench) -> None:
    def hasty(base_url: str, api_key: str, request: dict[str, Any]) -> None:
        job = asked(base_url, api_key, request)
        while True:
            poll(base_url, api_key, job)

    assert ran(bench, hasty, STUCK, requests=20).answer.kind == "flood"


def test_one_that_does_nothing_is_ended_after_so_many_real_seconds(bench: MadeBench) -> None:
    def idle(base_url: str, api_key: str, request: dict[str, Any]) -> None:
        asked(base_url, api_key, request)
        while True:
            sum(range(1_000))

    run = ran(bench, idle, STUCK, real=0.6)

    assert run.answer.kind == "silence"
    assert all(each.silent for each in judge(run) if each.judged is None)


def test_chance_is_the_same_for_the_same_seed_and_stays_the_users_own(bench: MadeBench) -> None:
    drawn = []
    random.seed(1)
    before = random.getstate()
    for seed in (3, 3, 4):
        ran(bench, lambda *_: drawn.append(random.random()), Schedule(seed=seed))

    assert drawn[0] == drawn[1] != drawn[2]
    assert random.getstate() == before


def test_one_with_a_folder_is_killed_and_started_again(bench: MadeBench) -> None:
    function = Function(reference.generate)
    run = function.run(bench(), Schedule((Event("killed while it polls", "poll", 2),)))

    assert function.resumable
    assert (run.answer.kind, len(run.jobs), run.restarted) == ("clip", 1, 3)
    assert [each.rule for each in judge(run)] == ["C34"]


def test_one_that_ends_before_its_death_is_not_started_again(bench: MadeBench) -> None:
    run = Function(reference.generate).run(bench(), Schedule((Event("killed while it polls", "poll", 9),)))

    assert (run.answer.kind, run.restarted, list(judge(run))) == ("clip", None, [])


def test_a_client_that_sends_nothing_leaves_nothing_behind(bench: MadeBench) -> None:
    run = ran(bench, lambda *_: None)

    assert (run.exchanges, run.jobs, run.paid, run.told_end) == ((), [], 0, None)


@pytest.mark.parametrize("name", ["sora", "a4f"])
def test_what_a_clip_cost_is_not_wasted(bench: MadeBench, name: str) -> None:
    run = Function(clip).run(bench(name), Schedule())

    assert run.paid > 0
    assert run.wasted == 0

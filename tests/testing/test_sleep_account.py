"""Patched sleep with an account, its clock and clients of it."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from mockvideo.testing.handle import MockVideo
from tests.testing.clocks import in_threads

REQUEST = {"model": "kling-v3", "prompt": "A kite"}


@pytest.fixture
def account(held: MockVideo) -> MockVideo:
    """An account whose jobs take a minute."""
    held.scenario("timing = {queue = 0, render = 60}")
    return held


def poll_until_done(client: httpx.Client) -> None:
    task = client.post("/v1/videos/generations", json=REQUEST).json()["task_id"]
    while client.get(f"/v1/videos/tasks/{task}").json()["status"] != "completed":
        time.sleep(5)


async def poll_in_task_until_done(client: httpx.AsyncClient) -> None:
    submitted = await client.post("/v1/videos/generations", json=REQUEST)
    task = submitted.json()["task_id"]
    while (await client.get(f"/v1/videos/tasks/{task}")).json()["status"] != "completed":  # noqa: ASYNC110 - polled
        await asyncio.sleep(5)


def test_ten_minutes_pass_in_no_time(account: MockVideo) -> None:
    account.scenario("timing = {queue = 0, render = 600}")
    began, before = time.perf_counter(), account.clock.now
    with account.patch_sleep():
        poll_until_done(account.client("beluga"))

    assert account.clock.now - before == 600
    assert time.perf_counter() - began < 5


def test_twenty_threads_that_poll_take_as_long_as_one(account: MockVideo) -> None:
    before, client = account.clock.now, account.client("beluga")
    with account.patch_sleep():
        in_threads(20, lambda: poll_until_done(client))

    assert account.clock.now - before == 60
    assert len(account.polls) == 20 * 13


def test_twenty_tasks_that_poll_take_as_long_as_one(account: MockVideo) -> None:
    async def all_of_them() -> None:
        async with account.async_client("beluga") as client:
            await asyncio.gather(*(poll_in_task_until_done(client) for _ in range(20)))

    before = account.clock.now
    with account.patch_sleep():
        asyncio.run(all_of_them())

    assert account.clock.now - before == 60
    assert len(account.polls) == 20 * 13


def test_the_clock_moves_by_itself_again_after_all_blocks(account: MockVideo) -> None:
    with account.patch_sleep():
        with account.patch_sleep():
            time.sleep(1)
        modes = [account.clock.mode]

    assert [*modes, account.clock.mode] == ["manual", "auto"]

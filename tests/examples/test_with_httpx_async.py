"""Asynchronous httpx, over the socket and without one."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from mockvideo import MockVideo

ORDER = {"model": "kling-v3", "prompt": "A drone shot over snowy mountains", "duration": 5}


async def film(client: httpx.AsyncClient) -> str:
    """Return the URL of a film made by BelugAPI."""
    submitted = await client.post("/v1/videos/generations", json=ORDER)
    task = submitted.raise_for_status().json()
    while task["status"] not in {"completed", "failed"}:
        await asyncio.sleep(2)
        task = (await client.get(f"/v1/videos/tasks/{task['task_id']}")).json()
    url: str = task["result"]["video_url"]
    return url


@pytest.mark.anyio
@pytest.mark.mockvideo(patch_sleep=True)
async def test_three_films_at_once_take_no_longer_than_one(mockvideo: MockVideo) -> None:
    mockvideo.on("submit").takes(queue=0, render=60)
    began = mockvideo.clock.now
    async with mockvideo.async_client("beluga") as client:
        urls = await asyncio.gather(*(film(client) for _ in range(3)))
    assert len(set(urls)) == 3
    assert mockvideo.clock.now - began <= 64


@pytest.mark.anyio
async def test_no_socket_is_needed(mockvideo: MockVideo) -> None:
    base_url, headers = mockvideo.url("beluga"), {"Authorization": f"Bearer {mockvideo.key}"}
    async with httpx.AsyncClient(transport=mockvideo.async_transport, base_url=base_url, headers=headers) as client:
        with mockvideo.patch_sleep():
            assert await film(client)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"

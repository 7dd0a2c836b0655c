"""What the tests of a handle do with it."""

from __future__ import annotations

from typing import Any

import httpx

from mockvideo.testing.handle import MockVideo

VIDEO = {"model": "sora-2", "prompt": "Rain on a window"}


def send(held: MockVideo, **more: Any) -> httpx.Response:
    """Submit a video, whatever comes of it."""
    return held.client("sora").post("/v1/videos", json={**VIDEO, **more})


def submit(held: MockVideo, **more: Any) -> str:
    """Submit a video and return its id."""
    answer = send(held, **more)
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


def poll(held: MockVideo, job: str) -> httpx.Response:
    return held.client("sora").get(f"/v1/videos/{job}")


def states(held: MockVideo) -> list[str]:
    """How all jobs stand, the last submitted first."""
    return [job.state.value for job in held.jobs]

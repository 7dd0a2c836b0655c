"""Code under test: an application that has films made by a Sora-compatible relay. It knows nothing of tests."""

from __future__ import annotations

import time
from typing import Any

ORDER = {"model": "sora-2", "prompt": "A cat on a skateboard", "seconds": "4", "size": "1280x720"}
INTERVAL = 5.0  # seconds between two polls
PATIENCE = 240  # polls


class FilmError(Exception):
    """There is no film, and there will be none."""


def film(session: Any, base_url: str) -> bytes:
    """Order a film, wait for it and fetch it; ``session`` is one of requests, or a client of httpx."""
    answer = session.post(f"{base_url}/v1/videos", json=ORDER)
    while answer.status_code == 429:
        time.sleep(float(answer.headers["Retry-After"]))
        answer = session.post(f"{base_url}/v1/videos", json=ORDER)
    answer.raise_for_status()
    job = answer.json()
    for _ in range(PATIENCE):
        if job["status"] not in {"queued", "in_progress"}:
            break
        time.sleep(INTERVAL)
        job = session.get(f"{base_url}/v1/videos/{job['id']}").json()
    if job["status"] != "completed":
        raise FilmError(f"{job['id']} is {job['status']}: {job.get('error')}")
    content: bytes = session.get(f"{base_url}/v1/videos/{job['id']}/content").content
    return content

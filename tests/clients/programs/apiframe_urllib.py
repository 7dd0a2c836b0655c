"""Submits, polls and saves the four videos of Midjourney on Apiframe with the standard library: BASE_URL KEY FOLDER."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

base, key, folder = sys.argv[1:]


def ask(path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(base + path, data, headers), timeout=10) as answer:
        return answer.status, json.load(answer)


status, accepted = ask(
    "/v2/videos/generate",
    {
        "model": "midjourney-video",
        "prompt": "A paper boat in the rain",
        "midjourneyVideoParams": {"start_image": "https://example.com/boat.png", "motion": "high", "resolution": "hd"},
    },
)
if status != 202:
    sys.exit(f"accepted with {status}")
job = accepted
while job["status"] in {"QUEUED", "PROCESSING"}:
    time.sleep(0.02)
    _, job = ask(f"/v2/jobs/{accepted['jobId']}")
if job["status"] != "COMPLETED":
    sys.exit(f"{job['status']}: {job['error']}")
for number, url in enumerate(job["result"]["videos"], start=1):
    with urlopen(url, timeout=10) as film:
        Path(folder, f"film-{number}.mp4").write_bytes(film.read())

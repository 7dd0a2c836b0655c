"""Waits for a video of A4F in one call with httpx and saves it from base64: BASE_URL KEY FILE."""

from __future__ import annotations

import sys
from base64 import b64decode
from pathlib import Path

import httpx

base, key, file = sys.argv[1:]
answer = httpx.post(
    f"{base}/v1/video/generations",
    headers={"Authorization": f"Bearer {key}"},
    json={
        "model": "provider-2/kling-v2.1",
        "prompt": "A paper boat in the rain",
        "quality": "1080p",
        "duration": 5,
        "ratio": "16:9",
    },
    timeout=10,
)
(made,) = answer.raise_for_status().json()["data"]
Path(file).write_bytes(b64decode(made["b64_json"], validate=True))

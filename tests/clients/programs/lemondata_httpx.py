"""Submits, follows ``poll_url`` and saves a video of LemonData with httpx: BASE_URL KEY FILE JOIN.

``JOIN`` is how ``poll_url`` becomes a whole URL: ``urljoin`` as a browser does it, or ``paste`` behind the base URL.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from urllib.parse import urljoin

import httpx

base, key, file, join = sys.argv[1:]
with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=10) as http:
    submitted = http.post(
        f"{base}/v1/videos/generations",
        json={
            "model": "sora-2",
            "prompt": "A paper boat in the rain",
            "operation": "text-to-video",
            "duration": 4,
            "aspect_ratio": "9:16",
            "resolution": "1080p",
            "fps": 30,
        },
    )
    task = submitted.raise_for_status().json()
    url = urljoin(base, task["poll_url"]) if join == "urljoin" else base + task["poll_url"]
    while task["status"] in {"pending", "processing"}:
        time.sleep(0.02)
        task = http.get(url).raise_for_status().json()
    if task["status"] != "completed":
        sys.exit(f"{task['status']}: {task.get('error')}")
film = httpx.get(task["video_url"], timeout=10)
Path(file).write_bytes(film.raise_for_status().content)

"""Submits, polls and saves a video of Beluga with requests: BASE_URL KEY FILE."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import requests

base, key, file = sys.argv[1:]
headers = {"Authorization": f"Bearer {key}"}
submitted = requests.post(
    f"{base}/v1/videos/generations",
    headers=headers,
    json={
        "model": "sora-2-preview",
        "prompt": "A whale leaps out of cold water in the last light",
        "duration": 5,
        "resolution": "1080p",
        "aspect_ratio": "16:9",
        "audio": True,
    },
    timeout=10,
)
submitted.raise_for_status()
task = submitted.json()
while task["status"] in {"pending", "processing"}:
    time.sleep(0.02)
    task = requests.get(f"{base}/v1/videos/tasks/{task['task_id']}", headers=headers, timeout=10).json()
if task["status"] != "completed":
    sys.exit(f"{task['status']}: {task.get('error')}")
film = requests.get(task["result"]["video_url"], timeout=10)
film.raise_for_status()
Path(file).write_bytes(film.content)
print(task["result"]["duration_seconds"])

"""``uvicorn mockvideo.asgi:app``: the application with its options from the environment."""

from __future__ import annotations

import os

from mockvideo.server.app import create_app
from mockvideo.server.environment import from_environment

app = create_app(from_environment(os.environ).options)

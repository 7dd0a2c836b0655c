"""``uvicorn mockvideo.asgi:app``: the application with its options from the environment."""

from __future__ import annotations

from mockvideo.server.app import create_app

app = create_app()

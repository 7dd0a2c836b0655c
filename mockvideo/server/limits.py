"""What one connection may take, before anything is known of who has it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may take. Seconds are real time; idle keep-alive is uvicorn's ``timeout_keep_alive``."""

    head_bytes: int = 65_536
    headers: int = 100
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    connections: int = 4_096


DEFAULT = Limits()

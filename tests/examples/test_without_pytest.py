"""unittest, scripts and notebooks: the same account on a server of its own."""

from __future__ import annotations

import asyncio
import unittest

from mockvideo import MockVideo

ORDER = {"model": "kling-v3", "prompt": "A kite"}


class TestFilms(unittest.TestCase):
    def test_an_outage_is_seen(self) -> None:
        with MockVideo(scenario='on = "submit", status = 503') as mockvideo:
            answer = mockvideo.client("beluga").post("/v1/videos/generations", json=ORDER)
        assert answer.status_code == 503

    def test_an_event_loop_is_welcome(self) -> None:
        async def submitted() -> int:
            async with MockVideo() as mockvideo:
                answer = await mockvideo.async_client("beluga").post("/v1/videos/generations", json=ORDER)
                return answer.status_code

        assert asyncio.run(submitted()) == 200

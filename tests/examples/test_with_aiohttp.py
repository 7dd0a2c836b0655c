"""aiohttp, over the socket, with the provider that answers when the film is there."""

from __future__ import annotations

from base64 import b64decode

import pytest

from mockvideo import MockVideo

aiohttp = pytest.importorskip("aiohttp")
ORDER = {"model": "provider-2/sora-2", "prompt": "A cat on a skateboard", "quality": "720p", "duration": 4}


@pytest.mark.anyio
async def test_the_answer_holds_the_film(mockvideo: MockVideo) -> None:
    url = mockvideo.url("a4f") + "/v1/video/generations"
    headers = {"Authorization": f"Bearer {mockvideo.key}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.post(url, json=ORDER) as answer:
        assert answer.status == 200
        (made,) = (await answer.json())["data"]
    assert b64decode(made["b64_json"])[4:8] == b"ftyp"
    mockvideo.assert_submitted(times=1, dialect="a4f")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"

"""The SDK of OpenAI, unchanged: the variables of the environment point it here."""

from __future__ import annotations

import pytest

from mockvideo import MockVideo

openai = pytest.importorskip("openai")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # OpenAI has retired its own service


def test_a_film_is_made(mockvideo: MockVideo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in mockvideo.env("sora").items():
        monkeypatch.setenv(name, value)
    with openai.OpenAI() as client:
        video = client.videos.create_and_poll(model="sora-2", prompt="A cat on a skateboard", seconds="8")
        clip = client.videos.download_content(video.id).read()
    assert (video.status, clip[4:8]) == ("completed", b"ftyp")
    mockvideo.assert_submitted(times=1)
    mockvideo.assert_no_wasted_spend()


def test_a_lost_reply_is_submitted_again_and_billed_twice(mockvideo: MockVideo) -> None:
    mockvideo.on("submit").times(1).fault(connection={"reset": "before"})
    with openai.OpenAI(base_url=mockvideo.url("sora") + "/v1", api_key=mockvideo.key) as client:
        client.videos.create(model="sora-2", prompt="A cat on a skateboard")
    with pytest.raises(AssertionError, match="2"):
        mockvideo.assert_submitted(times=1)


@pytest.mark.anyio
async def test_the_asynchronous_client_needs_no_change_either(mockvideo: MockVideo) -> None:
    async with openai.AsyncOpenAI(base_url=mockvideo.url("sora") + "/v1", api_key=mockvideo.key) as client:
        video = await client.videos.create_and_poll(model="sora-2", prompt="A cat on a skateboard")
    assert video.status == "completed"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"

"""The current OpenAI SDK for Python, which sends multipart and marks every method of videos as deprecated."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI, OpenAI
from playing import Film, play
from sora_sdk import PROMPT, connect, deprecated

from mockvideo.core.account import Account
from mockvideo.core.settings import Settings
from mockvideo.core.timing import AT_ONCE
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread


@pytest.fixture
def client(server: ServerThread, key: str) -> Iterator[OpenAI]:
    with connect(server, key) as client:
        yield client


def test_create_and_poll_ends_with_the_film_that_was_asked_for(client: OpenAI, tmp_path: Path) -> None:
    with deprecated():
        video = client.videos.create_and_poll(model="sora-2", prompt=PROMPT, seconds="8", size="1280x720")
        client.videos.download_content(video.id).write_to_file(tmp_path / "film.mp4")

    assert (video.status, video.seconds, video.size) == ("completed", "8", "1280x720")
    assert play(tmp_path / "film.mp4") == Film(1280, 720, 8.0, 192)


def test_create_answers_with_a_queued_video(client: OpenAI) -> None:
    with deprecated():
        video = client.videos.create(prompt=PROMPT, model="sora-2")

    assert (video.object, video.status, video.progress, video.error) == ("video", "queued", 0, None)


def test_retrieve_finds_what_create_made(client: OpenAI) -> None:
    with deprecated():
        created = client.videos.create(prompt=PROMPT, model="sora-2-pro", size="1024x1792")
        video = client.videos.retrieve(created.id)

    assert (video.id, video.model, video.size) == (created.id, "sora-2-pro", "1024x1792")


def test_progress_never_goes_back_in_a_loop_of_retrieve(client: OpenAI) -> None:
    with deprecated():
        video = client.videos.create(prompt=PROMPT, model="sora-2")
        seen = [video.progress]
        while video.status in {"queued", "in_progress"}:
            video = client.videos.retrieve(video.id)
            seen.append(video.progress)

    assert seen == sorted(seen)
    assert (video.status, video.progress) == ("completed", 100)


def test_a_request_goes_out_as_multipart_even_without_a_file(client: OpenAI, account: Account) -> None:
    with deprecated():
        client.videos.create(prompt=PROMPT, model="sora-2")

    (entry,) = account.journal
    assert dict(entry.headers)[b"content-type"].startswith(b"multipart/form-data")


FORMS: dict[str, Callable[[Path], Any]] = {
    "path": Path,
    "bytes": Path.read_bytes,
    "stream": lambda photo: BytesIO(photo.read_bytes()),
    "named": lambda photo: ("photo.png", photo.read_bytes(), "image/png"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_reference_picture_makes_a_video_from_it(
    client: OpenAI, account: Account, photo: Path, tmp_path: Path, form: str
) -> None:
    with deprecated():
        video = client.videos.create_and_poll(
            model="sora-2", prompt=PROMPT, seconds="4", size="720x1280", input_reference=FORMS[form](photo)
        )
        client.videos.download_content(video.id).write_to_file(tmp_path / "film.mp4")

    assert account.find("sora", video.id).request.image
    assert play(tmp_path / "film.mp4") == Film(720, 1280, 4.0, 96)


def test_extra_lists_and_objects_arrive_with_their_brackets(client: OpenAI, account: Account) -> None:
    extra = {"images": ["https://example.com/a.png", "https://example.com/b.png"], "metadata": {"a": {"b": "c"}}}
    with deprecated():
        video = client.videos.create(prompt=PROMPT, model="viduq3-turbo", extra_body=extra)

    assert account.find("sora", video.id).request.image


def test_the_finished_video_carries_a_link_that_needs_no_key(client: OpenAI, tmp_path: Path) -> None:
    with deprecated():
        video = client.videos.create_and_poll(model="sora-2", prompt=PROMPT, seconds="4", size="1280x720")
    (tmp_path / "film.mp4").write_bytes(httpx.get(str(video.to_dict()["video_url"])).content)

    assert play(tmp_path / "film.mp4") == Film(1280, 720, 4.0, 96)


def test_a_streamed_download_is_the_whole_film(client: OpenAI, tmp_path: Path) -> None:
    with deprecated():
        video = client.videos.create_and_poll(model="sora-2", prompt=PROMPT, seconds="12", size="1280x720")
        with client.videos.with_streaming_response.download_content(video.id, variant="video") as response:
            response.stream_to_file(tmp_path / "film.mp4")

    assert play(tmp_path / "film.mp4") == Film(1280, 720, 12.0, 288)


def test_the_asynchronous_client_makes_the_same_film(server: ServerThread, key: str, tmp_path: Path) -> None:
    async def make() -> None:
        async with AsyncOpenAI(api_key=key, base_url=f"{server.url}/sora/v1", timeout=10) as client:
            video = await client.videos.create_and_poll(model="sora-2", prompt=PROMPT, seconds="8", size="1280x720")
            content = await client.videos.download_content(video.id)
            content.write_to_file(tmp_path / "film.mp4")

    with deprecated():
        asyncio.run(make())

    assert play(tmp_path / "film.mp4") == Film(1280, 720, 8.0, 192)


def test_the_poller_is_told_how_fast_the_clock_runs(key: str) -> None:
    app = create_app(Options(settings=Settings(clock="wall", speed=100)))
    with ServerThread(app) as server, connect(server, key) as client, deprecated():
        began = time.monotonic()
        video = client.videos.create_and_poll(model="sora-2", prompt=PROMPT)
        took = time.monotonic() - began

    assert video.status == "completed"
    assert took < 1, "a poller that is told nothing sleeps for a second"


def test_a_job_that_takes_no_time_is_finished_at_the_first_poll(key: str) -> None:
    app = create_app(Options(settings=Settings(clock="wall", timing=AT_ONCE)))
    with ServerThread(app) as server, connect(server, key) as client, deprecated():
        video = client.videos.create_and_poll(model="sora-2", prompt=PROMPT)

    assert video.status == "completed"
    assert len(server.accounts.get(key).journal) == 2

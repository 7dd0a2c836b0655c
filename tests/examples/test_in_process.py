"""No socket: the fastest way, for clients of httpx."""

from __future__ import annotations

import httpx
import pytest
from studio import FilmError, film

from mockvideo import MockVideo


@pytest.mark.mockvideo(patch_sleep=True)
def test_ten_minutes_pass_in_no_time(mockvideo: MockVideo) -> None:
    mockvideo.on("submit").takes(queue=60, render=540)
    began = mockvideo.clock.now
    with client(mockvideo) as session:
        assert film(session, mockvideo.url("sora"))
    assert 600 <= mockvideo.clock.now - began < 610
    assert len(mockvideo.polls) >= 120


@pytest.mark.mockvideo(patch_sleep=True)
def test_a_failure_is_told(mockvideo: MockVideo) -> None:
    mockvideo.on("submit").fail("content_policy", at=0.9)
    with client(mockvideo) as session, pytest.raises(FilmError, match="failed"):
        film(session, mockvideo.url("sora"))
    assert mockvideo.cost["sora"] == 0


def test_a_lost_reply_is_the_error_that_httpx_would_raise(mockvideo: MockVideo) -> None:
    mockvideo.on("submit").fault(connection={"reset": "before"})
    with client(mockvideo) as session, pytest.raises(httpx.ReadError):
        film(session, mockvideo.url("sora"))
    # Nobody has been told of it, but the job is there, and is billed.
    assert len(mockvideo.jobs) == 1


def client(mockvideo: MockVideo) -> httpx.Client:
    headers = {"Authorization": f"Bearer {mockvideo.key}"}
    return httpx.Client(transport=mockvideo.transport, headers=headers)

"""httpx2, the successor of httpx, in process; the scenario is a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from studio import FilmError, film

from mockvideo import MockVideo

httpx2 = pytest.importorskip("httpx2")


@pytest.mark.mockvideo(patch_sleep=True)
def test_a_job_that_never_ends_is_given_up(mockvideo: MockVideo) -> None:
    mockvideo.load(Path(__file__).with_name("endless.toml"))
    headers = {"Authorization": f"Bearer {mockvideo.key}"}
    with httpx2.Client(transport=mockvideo.transport, headers=headers) as session, pytest.raises(FilmError):
        film(session, mockvideo.url("sora"))
    assert mockvideo.jobs[0].progress == pytest.approx(0.99)

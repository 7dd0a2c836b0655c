"""A session of requests over the socket; sleeping moves the account's clock."""

from __future__ import annotations

import pytest
import requests
from studio import film

from mockvideo import MockVideo


@pytest.mark.mockvideo(patch_sleep=True)
def test_a_film_is_made_once_and_fetched(mockvideo: MockVideo) -> None:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {mockvideo.key}"
        clip = film(session, mockvideo.url("sora"))
    assert clip[4:8] == b"ftyp"
    mockvideo.assert_submitted(times=1, model="sora-2", prompt="*skateboard")
    mockvideo.assert_downloaded()
    mockvideo.assert_no_wasted_spend()

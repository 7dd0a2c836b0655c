"""httpx: a client that is set up, over the socket; and a script in Python."""

from __future__ import annotations

from studio import film

from mockvideo import MockVideo


def test_a_busy_provider_is_asked_again_when_it_says(mockvideo: MockVideo) -> None:
    mockvideo.on("submit", model="sora*").times(2).error("rate_limited", retry_after=30)
    with mockvideo.patch_sleep():
        clip = film(mockvideo.client("sora"), mockvideo.url("sora"))
    assert clip[4:8] == b"ftyp"
    refused, again, accepted = mockvideo.submits
    assert [refused.status, again.status, accepted.status] == [429, 429, 200]
    assert accepted.at - refused.at >= 60
    mockvideo.assert_all_rules_used()

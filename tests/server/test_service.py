"""What all exchanges have in common: how documents go out, and what leads back to the server."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from mockvideo import dialects
from mockvideo.core.accounts import Accounts
from mockvideo.core.jobs import Reason, Snapshot, State
from mockvideo.core.settings import Settings
from mockvideo.core.timing import AT_ONCE
from mockvideo.operation import Links
from mockvideo.server.call import Call
from mockvideo.server.clips import Clips
from mockvideo.server.deliverer import Deliverer
from mockvideo.server.options import Options
from mockvideo.server.service import Service
from tests.server.driving import API_KEY, BEARER, FOUR_CLIPS, app_of, ask, call_to, scope_of, submit

DIALECTS = dialects.load()


def service_of(**options) -> Service:
    options = Options(settings=Settings(clock="manual"), **options)
    made = Clips()
    return Service(options, Accounts(options.settings), {}, made, Deliverer(options, DIALECTS, made))


def call_of(service: Service, dialect: str = "sora", *, route: int = 0, key: str | None = "sk-1", **place) -> Call:
    scope = scope_of("POST", "/", **place)
    call = call_to(DIALECTS[dialect], f"/{dialect}", "/", scope)
    call.route = call.dialect.routes[route]
    call.account = service.accounts.get(key) if key else None
    return call


def snapshot_of(state: State, dialect: str = "sora") -> Snapshot:
    """A job of another server that has ended like this."""
    app = app_of()
    submit(app, dialect=dialect)
    account = app.service.accounts.get("sk-test")
    (job,) = account.store.latest(dialect)
    return account.settle(dialect, job.id, state, Reason.UPSTREAM)


SUCCEEDED = snapshot_of(State.SUCCEEDED)


# Answers


def test_a_document_goes_out_as_json_with_its_length() -> None:
    service = service_of()
    answer = service.answer(call_of(service), 202, {"prompt": "Ünicode"}, [(b"a", b"b")])
    headers = dict(answer.headers)
    assert answer.status == 202
    assert json.loads(answer.body) == {"prompt": "Ünicode"}
    assert (headers[b"content-type"], headers[b"content-length"]) == (b"application/json", b"%d" % len(answer.body))
    assert headers[b"a"] == b"b"


def test_a_request_id_has_the_account_and_the_number_of_the_exchange() -> None:
    service = service_of()
    call = call_of(service)
    assert call.account is not None
    expected = f"req_{call.account.tag}00000001".encode()
    assert service.request_ids(call) == [(b"x-request-id", expected), (b"x-oneapi-request-id", expected)]


def test_a_request_id_that_was_told_stays_whatever_another_thread_asks() -> None:
    service = service_of()
    first, second = call_of(service), call_of(service)
    told = [service.request_ids(call) for call in (first, second, first)]
    assert told[0] == told[2] != told[1]
    assert (first.number, second.number) == (1, 2)


def test_who_has_no_account_gets_a_request_id_too() -> None:
    service = service_of()
    ((_, request_id), _) = service.request_ids(call_of(service, key=None))
    assert request_id == b"req_%b00000001" % service.accounts.anonymous.tag_bytes


# Links


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_a_job_without_clips_has_no_links_to_them(state) -> None:
    service = service_of()
    assert service.links(call_of(service), snapshot_of(state)) == Links("/sora")


def test_nobody_has_no_links_to_clips() -> None:
    service = service_of()
    assert service.links(call_of(service, key=None), SUCCEEDED) == Links("/sora")


def test_a_clip_is_a_url_where_the_client_reached_the_server() -> None:
    service = service_of()
    for place, origin in [
        ({"host": b"localhost:8420"}, "http://localhost:8420/media/"),
        ({"host": b"[::1]:9"}, "http://[::1]:9/media/"),
        ({"mount": "/mock"}, "http://localhost:8420/mock/media/"),
    ]:
        (url,) = service.links(call_of(service, **place), SUCCEEDED).videos
        assert url.startswith(origin)


def test_a_public_url_stands_in_for_the_origin() -> None:
    service = service_of(public_url="https://mock.test/videos")
    (url,) = service.links(call_of(service), SUCCEEDED).videos
    assert url.startswith("https://mock.test/videos/media/")


def test_a_clip_can_be_a_data_url() -> None:
    service = service_of(media="data")
    (url,) = service.links(call_of(service), SUCCEEDED).videos
    kind, _, data = url.partition(",")
    assert kind == "data:video/mp4;base64"
    assert b64decode(data) == service.clips.of(SUCCEEDED.job)


@pytest.mark.parametrize("media", ["http", "data"])
def test_a_blocking_call_has_the_clip_in_base64(media) -> None:
    service = service_of(media=media)
    (clip,) = service.links(call_of(service, "a4f"), SUCCEEDED).videos
    assert b64decode(clip) == service.clips.of(SUCCEEDED.job)


def test_a_job_of_several_clips_has_a_link_to_each() -> None:
    app = app_of(timing=AT_ONCE)
    job_id = submit(app, dialect="apiframe", **FOUR_CLIPS).document["jobId"]
    videos = ask(app, "GET", f"/apiframe/v2/jobs/{job_id}", API_KEY).document["result"]["videos"]
    clips = [ask(app, "GET", url).body for url in videos]
    assert len(set(clips)) == len(clips) == 4


def test_the_url_of_a_poll_leads_to_the_same_server() -> None:
    app = app_of()
    path = submit(app, dialect="lemondata").document["poll_url"]
    assert ask(app, "GET", path, BEARER).status == 200


# Calls


def test_an_account_is_known_only_after_it_was_identified() -> None:
    with pytest.raises(AssertionError, match="identify"):
        _ = call_of(service_of(), key=None).known_account


def test_a_route_is_known_only_after_it_was_recognised() -> None:
    call = call_of(service_of())
    call.route = None
    with pytest.raises(AssertionError, match="recognised"):
        _ = call.known_route

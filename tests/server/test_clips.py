"""Clips are found by URLs that nobody can guess, made when they are fetched, and kept in bounded memory."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo import pointer
from mockvideo.core.account import Account
from mockvideo.core.jobs import Job
from mockvideo.core.settings import Caps
from mockvideo.core.timing import AT_ONCE
from mockvideo.server.app import App
from mockvideo.server.clips import Clips, clip_of, etag, find, find_upload, paths
from mockvideo.server.thread import ServerThread
from tests.server.corpus import END, MULTIPART, part
from tests.server.driving import API_KEY, FOUR_CLIPS, app_of, ask, http, submit

PNG = b"\x89PNG\r\n\x1a\n" + bytes(1_000)
HOUR = 3_600.0


def job_of(app: App, *, dialect: str = "sora", key: str = "sk-test", **changes) -> Job:
    """Submit a job, and return it as the server has it."""
    document = submit(app, dialect=dialect, key=key, **changes).document
    job_id = pointer.find(document, app.dialects[dialect].pointers.submitted or "")
    return app.service.accounts.get(key).find(dialect, job_id)


def account_of(app: App, key: str = "sk-test") -> Account:
    return app.service.accounts.get(key)


def path_of(app: App, job: Job, key: str = "sk-test") -> str:
    return paths(account_of(app, key), job)[0]


def upload(app: App) -> str:
    """Upload a picture, and return the path of its URL."""
    body = part(PNG, name=b"file", extra=b'; filename="cat.png"') + END
    reply = ask(app, "POST", "/apiframe/v2/uploads", API_KEY, (b"content-type", MULTIPART.encode()), body=body)
    return urlsplit(reply.document["url"]).path


# Which clip a path means


def test_a_clip_is_fetched_without_a_key() -> None:
    app = app_of(timing=AT_ONCE)
    job = job_of(app)
    reply = ask(app, "GET", path_of(app, job))
    assert (reply.status, reply.header("content-type")) == (200, "video/mp4")
    assert reply.body == app.service.clips.of(job)


def test_every_clip_of_a_job_is_found_by_its_number() -> None:
    app = app_of(timing=AT_ONCE)
    job = job_of(app, dialect="apiframe", **FOUR_CLIPS)
    found = [find(app.service.accounts, path) for path in paths(account_of(app), job)]
    assert found == [(account_of(app), job, number) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize("number", ["0", "2", "5", "-1", "01", "1.0", "²", "", "one"])
def test_a_number_that_the_job_does_not_have_is_unknown(number) -> None:
    app = app_of(timing=AT_ONCE)
    path = path_of(app, job_of(app))
    assert ask(app, "GET", path.replace("/1-", f"/{number}-")).status == 404


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_a_signature_cannot_be_guessed(guess) -> None:
    app = app_of(timing=AT_ONCE)
    path = path_of(app, job_of(app))
    stem, dash, _ = path.rpartition("-")
    assert find(app.service.accounts, f"{stem}{dash}{guess}.mp4") is None


def test_a_signature_of_one_job_opens_no_other() -> None:
    app = app_of(timing=AT_ONCE)
    mine, other = job_of(app), job_of(app, prompt="Another cat")
    assert ask(app, "GET", path_of(app, mine).replace(mine.id, other.id)).status == 404


def test_another_accounts_tag_opens_nothing() -> None:
    app = app_of(timing=AT_ONCE)
    path = path_of(app, job_of(app, key="sk-1"), "sk-1")
    job_of(app, key="sk-2")
    assert ask(app, "GET", path).status == 200
    assert ask(app, "GET", path.replace(account_of(app, "sk-1").tag, account_of(app, "sk-2").tag)).status == 404


def test_another_dialect_has_no_such_clip() -> None:
    app = app_of(timing=AT_ONCE)
    assert ask(app, "GET", path_of(app, job_of(app)).replace("/sora/", "/beluga/")).status == 404


@pytest.mark.parametrize(("seconds", "status"), [(0, 404), (0.5, 404), (60, 200)])
def test_a_clip_is_there_when_its_job_has_succeeded(seconds, status) -> None:
    app = app_of()
    path = path_of(app, job_of(app))
    account_of(app).clock.advance(seconds)
    assert ask(app, "GET", path).status == status


def test_the_clips_of_an_account_go_with_it() -> None:
    app = app_of(timing=AT_ONCE, caps=Caps(accounts=1))
    path = path_of(app, job_of(app))
    assert ask(app, "GET", path).status == 200
    submit(app, key="sk-next")
    assert ask(app, "GET", path).status == 404


def test_the_clips_of_a_job_go_with_it() -> None:
    app = app_of(timing=AT_ONCE, caps=Caps(finished_jobs=1))
    path = path_of(app, job_of(app))
    job_of(app, prompt="Another cat")
    account_of(app).idle()
    assert ask(app, "GET", path).status == 404


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_any_other_path_is_unknown(rest) -> None:
    app = app_of()
    assert find(app.service.accounts, "/media/" + rest) is None
    assert find_upload(app.service.accounts, "/media/" + rest) is None


# What a clip is


def test_a_clip_is_what_the_request_implied() -> None:
    job = job_of(app_of(), size="720x1280", seconds="7")
    clip = clip_of(job, 1)
    assert (clip.width, clip.height, clip.fps, clip.duration, clip.sound) == (720, 1280, 24, 7.0, False)
    assert clip.lines == ("sora", "sora-2", job.id)


def test_of_several_clips_each_says_which_it_is() -> None:
    job = job_of(app_of(), dialect="apiframe", **FOUR_CLIPS)
    assert [clip_of(job, number).lines[0] for number in (1, 4)] == ["apiframe 1 of 4", "apiframe 4 of 4"]


def test_no_two_clips_have_the_same_tag() -> None:
    app = app_of()
    jobs = [job_of(app), job_of(app, prompt="Another cat"), job_of(app, dialect="apiframe", **FOUR_CLIPS)]
    tags = [etag(job, number) for job in jobs for number in range(1, job.request.clips + 1)]
    assert len(set(tags)) == len(tags) == 6


# What is kept


def test_a_clip_is_made_once() -> None:
    job, clips = job_of(app_of()), Clips()
    assert clips.of(job) is clips.of(job)


def test_the_least_recently_fetched_clips_go_when_the_room_is_full() -> None:
    app = app_of()
    first, second, third = (job_of(app, prompt=prompt) for prompt in "abc")
    clips = Clips(room=len(Clips().of(first)) * 5 // 2)
    kept, dropped = clips.of(first), clips.of(second)
    clips.of(first)
    clips.of(third)
    assert clips.of(first) is kept
    assert clips.of(second) is not dropped
    assert clips.of(second) == dropped


def test_a_clip_larger_than_the_room_is_served_all_the_same() -> None:
    app = app_of()
    clips = Clips(room=1)
    first, second = (job_of(app, prompt=prompt) for prompt in "ab")
    kept = clips.of(first)
    assert clips.of(first) is kept
    clips.of(second)
    assert clips.of(first) is not kept


# Uploads


def test_an_upload_is_served_back() -> None:
    app = app_of()
    reply = ask(app, "GET", upload(app))
    assert (reply.status, reply.header("content-type"), reply.body) == (200, "image/png", PNG)


def test_an_upload_expires_with_the_clock_of_its_account() -> None:
    app = app_of()
    path = upload(app)
    account_of(app).clock.advance(HOUR - 1)
    assert ask(app, "GET", path).status == 200
    account_of(app).clock.advance(1)
    assert ask(app, "GET", path).status == 404


def test_an_upload_belongs_to_one_account() -> None:
    app = app_of()
    path, other = upload(app), account_of(app, "sk-2")
    assert ask(app, "GET", path.replace(account_of(app).tag, other.tag)).status == 404


# Over the wire


def test_a_player_can_seek_and_a_cache_can_ask_again() -> None:
    app = app_of(timing=AT_ONCE)
    job = job_of(app)
    data = app.service.clips.of(job)
    with ServerThread(app) as server, http(server.url) as client:
        path = path_of(app, job)
        whole, head = client.get(path), client.head(path)
        middle = client.get(path, headers={"range": "bytes=100-199"})
        known = client.get(path, headers={"if-none-match": whole.headers["etag"]})
        stale = client.get(path, headers={"range": "bytes=100-199", "if-range": '"other"'})
        beyond = client.get(path, headers={"range": f"bytes={len(data)}-"})

    assert (whole.status_code, whole.content) == (200, data)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(data)))
    assert (middle.status_code, middle.content) == (206, data[100:200])
    assert (known.status_code, known.content) == (304, b"")
    assert (stale.status_code, stale.content) == (200, data)
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(data)}")

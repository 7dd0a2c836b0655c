"""Clips as they are handed out: by URL, as content, in documents, whole or as a rule wants them."""

from __future__ import annotations

from base64 import b64decode, b64encode, encodebytes, urlsafe_b64decode
from typing import Any

import pytest

from mockvideo import dialects
from mockvideo.core.faults import Damage
from mockvideo.core.scenario import Rule
from mockvideo.core.timing import AT_ONCE
from mockvideo.media import DAMAGES, media_type
from mockvideo.pointer import find
from mockvideo.server.app import App
from tests.server.driving import API_KEY, BEARER, FOUR_CLIPS, Reply, app_of, ask, submit

A4F = dialects.load()["a4f"]
KINDS = ("no_moov", "cut", "wrong_codec", "empty", "html", "error", "picture")


def ordering(on: str = "*", **options: Any) -> Any:
    """A server that damages clips like this."""
    damage = {name: options.pop(name) for name in Damage.__slots__ if name in options}
    return app_of(rules=(Rule(on=on, clip=Damage(**damage)),), timing=AT_ONCE, **options)


def plain(**options: Any) -> App:
    return app_of(timing=AT_ONCE, **options)


def content(app: App, *headers: tuple[bytes, bytes], method: str = "GET") -> Reply:
    job_id = submit(app).document["id"]
    return ask(app, method, f"/sora/v1/videos/{job_id}/content", BEARER, *headers)


def in_document(app: App) -> str:
    return find(submit(app, dialect="a4f").document, A4F.pointers.video)


def last(app: App) -> Any:
    return list(app.service.accounts.get("sk-test").journal)[-1]


TRUTH = content(plain()).body


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind in DAMAGES])
def test_a_damaged_clip_is_handed_out_as_content(kind) -> None:
    app = ordering(kind=kind)
    reply = content(app)
    assert (reply.status, reply.body) == (200, DAMAGES[kind](TRUTH))
    assert reply.header("content-type") == "video/mp4"
    assert (last(app).fault, last(app).rule, last(app).lost) == ("clip", "test#1", False)


def test_a_page_is_handed_out_as_a_clip() -> None:
    assert content(ordering(kind="html")).body.startswith(b"<html>")


def test_an_error_of_the_dialect_is_handed_out_as_a_clip() -> None:
    assert content(ordering(kind="error")).document["error"]["message"]


def test_another_file_has_another_tag() -> None:
    tags = {content(app).header("etag") for app in (plain(), *(ordering(kind=kind) for kind in KINDS))}
    assert len(tags) == len(KINDS) + 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_other_file_can_stand_in_a_document(kind) -> None:
    truth, found = in_document(plain()), in_document(ordering(kind=kind))
    assert b64decode(found, validate=True) != b64decode(truth)


def test_a_data_url_has_the_other_file() -> None:
    app = ordering(kind="picture", media="data")
    job_id = submit(app).document["id"]
    url = ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER).document["video_url"]
    assert media_type(b64decode(url.partition(",")[2])) == "image/png"
    assert last(app).fault == "clip"


def test_a_list_has_the_other_files() -> None:
    app = ordering(kind="empty", media="data")
    submit(app, dialect="apiframe")
    (job,) = ask(app, "GET", "/apiframe/v2/jobs", API_KEY).document["jobs"]
    assert job["result"]["videoUrl"] == "data:video/mp4;base64,"


def test_every_clip_of_a_job_is_another() -> None:
    app = ordering(kind="empty", media="data")
    job_id = submit(app, dialect="apiframe", **FOUR_CLIPS).document["jobId"]
    result = ask(app, "GET", f"/apiframe/v2/jobs/{job_id}", API_KEY).document["result"]
    assert set(result["videos"]) == {"data:video/mp4;base64,"}


def test_an_answer_that_has_no_clip_is_as_it_was() -> None:
    app = ordering(kind="empty")
    document = submit(app).document
    polled = ask(app, "GET", f"/sora/v1/videos/{document['id']}", BEARER)
    assert polled.document["video_url"].startswith("http://")
    assert (last(app).fault, last(app).rule) == (None, None)


# Sizes


@pytest.mark.parametrize("more", [1, 8, 9, 300_000])
def test_a_clip_is_padded_with_a_box_that_players_skip(more) -> None:
    reply = content(ordering(size=len(TRUTH) + more))
    assert reply.body == TRUTH + max(8, more).to_bytes(4) + b"free" + bytes(max(0, more - 8))
    assert reply.header("content-length") == str(len(reply.body))


def test_a_clip_that_is_large_enough_is_as_it_was() -> None:
    app = ordering(size=1_000)
    assert content(app).body == TRUTH
    assert last(app).fault is None


def test_a_part_of_a_padded_clip_can_be_asked_for() -> None:
    size = 4 << 30
    reply = content(ordering(size=size), (b"range", b"bytes=-5"))
    assert (reply.status, reply.body) == (206, bytes(5))
    assert reply.header("content-range") == f"bytes {size - 5}-{size - 1}/{size}"


def test_a_part_can_begin_in_the_clip_and_end_in_its_padding() -> None:
    reply = content(ordering(size=1 << 20), (b"range", b"bytes=%d-%d" % (len(TRUTH) - 2, len(TRUTH) + 9)))
    assert reply.body == TRUTH[-2:] + (2**20 - len(TRUTH)).to_bytes(4) + b"free\0\0"


def test_the_head_of_four_gigabytes_says_so() -> None:
    reply = content(ordering(size=4 << 30), method="HEAD")
    assert (reply.header("content-length"), reply.body) == (str(4 << 30), b"")


def test_a_document_has_room_for_so_much() -> None:
    app = ordering(size=200_000)
    assert len(b64decode(in_document(app))) == 200_000
    assert (last(app).fault, last(app).rule) == ("clip", "test#1")


def test_a_document_has_no_room_for_more() -> None:
    app = ordering(size=(64 << 20) + 1)
    reply = submit(app, dialect="a4f")
    assert reply.status == 400
    assert "A document has room for clips of 67,108,864 bytes, not of 67,108,865" in reply.body.decode()
    assert last(app).rule == "test#1"


def test_all_clips_of_a_document_count() -> None:
    app = ordering(size=(16 << 20) + 1, media="data")
    job_id = submit(app, dialect="apiframe", **FOUR_CLIPS).document["jobId"]
    assert ask(app, "GET", f"/apiframe/v2/jobs/{job_id}", API_KEY).status == 400


def test_a_list_is_not_padded() -> None:
    app = ordering(size=64 << 20, media="data")
    submit(app, dialect="apiframe")
    reply = ask(app, "GET", "/apiframe/v2/jobs", API_KEY)
    assert (reply.status, len(reply.body) < 1 << 20, last(app).fault) == (200, True, None)


# Letters


def test_base64_is_written_in_other_letters() -> None:
    truth, found = in_document(plain()), in_document(ordering(base64="urlsafe"))
    assert urlsafe_b64decode(found) == b64decode(truth)
    assert "-" in found or "_" in found


def test_base64_is_written_in_lines() -> None:
    truth, app = in_document(plain()), ordering(base64="lines")
    assert in_document(app) == encodebytes(b64decode(truth)).decode()
    assert last(app).fault == "clip"


def test_base64_is_cut_so_that_a_strict_reader_notices() -> None:
    truth, found = in_document(plain()), in_document(ordering(base64="cut"))
    assert truth.startswith(found)
    assert len(found) % 4
    with pytest.raises(ValueError, match="padding"):
        b64decode(found, validate=True)


def test_a_file_has_no_letters_to_change() -> None:
    app = ordering(base64="cut")
    assert content(app).body == TRUTH
    assert last(app).fault is None


def test_another_file_can_be_written_in_other_letters() -> None:
    found = in_document(ordering(kind="picture", base64="lines"))
    assert found == encodebytes(DAMAGES["picture"](b"")).decode()
    assert b64encode(b"") == b""

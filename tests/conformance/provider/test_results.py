"""What is wrong with results that no scenario makes wrong in just this way."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from mockvideo.conformance.provider.check import check_provider
from mockvideo.conformance.provider.exchange import Call, Exchange, Purpose, Record
from mockvideo.conformance.provider.rule import Outcome
from mockvideo.conformance.provider.rules import RULES
from mockvideo.core.settings import Settings
from mockvideo.media import Clip, write
from mockvideo.script.read import document
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from tests.conformance.provider.examining import DIALECTS, examined, target
from tests.conformance.provider.lying import Lying, Request, Response

FILM = write(Clip(64, 48, 24, 1, sound=False))
URL = "http://127.0.0.1/1.mp4"
JUDGES = {rule.id: rule.judge for rule in RULES}


def exchange(call: Call, status: int, body: bytes, **headers: str) -> Exchange:
    told = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange(1, call, call.path, status, told, body)


def story(dialect: str, answer: object, *others: Exchange) -> Record:
    """The life of a job of the dialect's example."""
    found = DIALECTS[dialect]
    call = Call(
        purpose=Purpose.SUBMIT, method="POST", path="/", route=found.routes[0], document=dict(found.example), story=1
    )
    return Record(found, (exchange(call, 200, json.dumps(answer).encode()), *others))


def fetched(purpose: Purpose, status: int, body: bytes, **headers: str) -> Exchange:
    call = Call(purpose=purpose, method="GET", path=URL, headers={"range": "bytes=100-199"}, story=1)
    return exchange(call, status, body, **headers)


def differences(rule: str, record: Record) -> list[str]:
    return [sight.differs for sight in JUDGES[rule](record) if sight.differs]


@pytest.mark.parametrize(
    ("status", "body", "told", "wrong"),
    [
        (206, FILM[100:200], "bytes 100-199/9999", []),
        (206, FILM[100:200], "bytes 100-199/*", []),
        (200, FILM, "", []),
        (200, FILM[100:200], "", ["200, but not the whole"]),
        (206, FILM[101:201], "bytes 100-199/9999", ["bytes 100-199, not 100-199"]),
        (206, FILM[101:201], "bytes 101-200/9999", ["bytes 101-200, not 100-199"]),
        (206, FILM[100:200], "", ['206 with Content-Range ""']),
        (416, b"", "bytes */9", ['416 with Content-Range "bytes */9"']),
    ],
)
def test_a_part_is_just_what_was_asked_for(status, body, told, wrong) -> None:
    part = fetched(Purpose.PART, status, body, content_range=told)
    record = story("sora", {}, fetched(Purpose.RESULT, 200, FILM), part)
    assert differences("result-ranges", record) == wrong


def test_a_part_of_what_never_came_tells_nothing() -> None:
    record = story("sora", {}, fetched(Purpose.RESULT, 404, b""), fetched(Purpose.PART, 404, b""))
    assert list(JUDGES["result-ranges"](record)) == []


@pytest.mark.parametrize(
    ("media_type", "wrong"),
    [("video/mp4", []), ("video/mp4; codecs=x", []), ("text/html", ['the content type is "text/html", not video/mp4'])],
)
def test_a_clip_is_called_one(media_type, wrong) -> None:
    record = story("sora", {}, fetched(Purpose.RESULT, 200, FILM, content_type=media_type))
    assert differences("clip-plays", record) == wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (b64encode(FILM).decode(), []),
        ("data:video/mp4;base64," + b64encode(FILM).decode(), []),
        ("no base64!", ["it does not begin as an MP4 file does, but with b''"]),
        (URL, []),
    ],
)
def test_a_clip_in_base64_is_read_where_it_stands(text, wrong) -> None:
    assert differences("clip-plays", story("a4f", {"data": [{"b64_json": text}]})) == wrong


def test_a_result_that_is_no_whole_url_is_told() -> None:
    poll = fetched(Purpose.POLL, 200, json.dumps({"video_url": "/1.mp4"}).encode())
    assert differences("result-url", story("sora", {}, poll)) == ['"/1.mp4" is no whole URL']


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("7", []),
        ("Fri, 20 Nov 2026 12:00:00 GMT", []),
        ("1.5", ['"1.5" is no wait']),
        ("soon", ['"soon" is no wait']),
        ("", ['"" is no wait']),
    ],
)
def test_a_wait_is_seconds_or_a_date(value, wrong) -> None:
    assert differences("retry-after", story("sora", {}, fetched(Purpose.POLL, 429, b"{}", retry_after=value))) == wrong


def heard(purpose: Purpose, body: object, **headers: str) -> Exchange:
    call = Call(purpose=purpose, method="GET", path="/", story=1, concerns="one two")
    return exchange(call, 200, json.dumps(body).encode(), **headers)


def test_a_page_holds_no_more_than_was_asked_for_and_nothing_twice() -> None:
    one, two, three = ({"id": name} for name in ("one", "two", "three"))
    pages = [{"jobs": [one], "nextCursor": "a"}, {"jobs": [two, three], "nextCursor": "b"}, {"jobs": [two]}]
    record = story("apiframe", {}, *(heard(Purpose.PAGE, page) for page in pages))
    assert differences("list-pages", record) == ["2 jobs on a page of one", '"two" twice']


def test_an_answer_without_the_id_that_others_have_is_told() -> None:
    some, none = heard(Purpose.POLL, {}, x_request_id="a"), heard(Purpose.POLL, {})
    record = Record(DIALECTS["beluga"], (some, none, some))
    assert differences("request-ids", record) == ["is missing", "was told before"]


def test_a_submissions_answer_need_not_say_how_the_job_stands() -> None:
    record = story("beluga", {"task_id": "a"}, heard(Purpose.POLL, {"task_id": "a"}))
    assert differences("status-words", record) == ["null is none of pending, processing, completed, failed, cancelled"]


def test_clips_on_a_host_that_nobody_named_are_not_fetched() -> None:
    lie = {"rules": [{"on": "poll", "document": {"set": {"/result/video_url": "https://cdn.invalid/1.mp4"}}}]}
    report = examined(create_app(Options(settings=Settings(scenario=document(lie, name="lie")))), "beluga")
    assert not list(report.record.of(Purpose.RESULT, Purpose.PART))
    assert report["clip-plays"].why == "no result was fetched; if they lie on another host, name it in the profile"


def test_a_url_to_poll_on_a_host_that_nobody_named_is_not_asked() -> None:
    lie = {"rules": [{"on": "submit", "document": {"set": {"poll_url": "https://elsewhere.invalid/1"}}}]}
    report = examined(create_app(Options(settings=Settings(scenario=document(lie, name="lie")))), "lemondata")
    assert "elsewhere.invalid/1" not in {each.url.removeprefix("https://") for each in report.record.exchanges}
    assert {result.rule.id for result in report.broken} == {"poll-url"}


def test_a_url_to_poll_that_nobody_can_put_together_is_followed() -> None:
    opaque = {"rules": [{"on": "submit", "outcome": {"opaque_poll_url": True}}]}
    report = examined(create_app(Options(settings=Settings(scenario=document(opaque, name="opaque")))), "lemondata")
    assert [result.rule.id for result in report.broken] == []
    assert report["poll-url"].outcome is Outcome.KEPT


class Broken:
    """Answers nothing but a page of a proxy."""

    def answer(self, request: Request, response: Response) -> Response:
        return Response(502, [(b"content-type", b"text/html")], b"<html>Bad gateway</html>")


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_a_server_that_says_nothing_sensible_is_examined_to_the_end(dialect) -> None:
    with ServerThread(Lying(answer=Broken().answer)) as server:
        report = check_provider(target(server.url, dialect), max_jobs=4, examples=2)
    assert {"missing-key", "error-envelope", "valid-requests"} <= {result.rule.id for result in report.broken}

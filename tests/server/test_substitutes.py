"""Other bytes in the place of an answer, as values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo import dialects
from mockvideo.core.accounts import Accounts
from mockvideo.core.faults import Bytes
from mockvideo.core.planning import Plan
from mockvideo.core.settings import Settings
from mockvideo.server.call import Call
from mockvideo.server.files import Answer
from mockvideo.server.substitutes import page, substitute
from mockvideo.server.wire import Wire
from tests.server.driving import call_to, scope_of

SORA = dialects.load()["sora"]
JSON = (b"content-type", b"application/json")
TRUTH = Answer(200, [JSON, (b"content-length", b"10"), (b"etag", b'"a"'), (b"x-id", b"1")], b"0123456789")
CLIP = "http://localhost:8420/media/clip.mp4"


def call(url: str = "/sora/v1/videos", host: bytes = b"localhost:8420") -> Call:
    scope = scope_of("GET", url, host=host)
    made = call_to(SORA, "/sora", "/v1/videos", scope)
    made.plan = Plan(rules={"fault": "test#1"})
    made.account = Accounts(Settings()).get("sk-test")
    return made


def substituted(answer: Answer = TRUTH, clip: str | None = None, asked: Call | None = None, **order: Any) -> Answer:
    return substitute(asked or call(), answer, Bytes(**order), clip)


def header(answer: Answer, name: bytes) -> list[bytes]:
    return [value for known, value in answer.headers if known == name]


# Another document


@pytest.mark.parametrize("status", [200, 403, 502, 503, 504, 520, 524, 599])
def test_a_page_is_a_gateways_own(status) -> None:
    found = substituted(html=status)
    size = b"%d" % len(found.body)
    assert found.headers == [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", size)]
    assert (found.status, found.body, found.wire) == (status, page(status), None)
    assert b"<h1>%d " % status in found.body


@given(st.integers(200, 599))
def test_every_status_has_a_page_with_a_title(status) -> None:
    title = page(status).decode().partition("<title>")[2].partition("</title>")[0]
    assert title.startswith(f"{status} ")
    assert len(title) > 5


@pytest.mark.parametrize("text", ["", "{", "é" * 3])
def test_another_body_has_its_size_and_the_other_headers_as_they_were(text) -> None:
    found = substituted(body=text)
    assert found.body == text.encode()
    assert header(found, b"content-length") == [b"%d" % len(text.encode())]
    assert [each for each in found.headers if each[0] != b"content-length"] == [JSON, *TRUTH.headers[2:]]


@pytest.mark.parametrize(("status", "told"), [(206, 200), (304, 200), (200, 200), (404, 404)])
def test_another_body_is_no_part_of_a_file(status, told) -> None:
    assert substituted(TRUTH._replace(status=status), body="x").status == told


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_takes_it_away(status) -> None:
    found = substituted(status=status)
    assert (found.status, found.body, header(found, b"content-length")) == (status, b"", [])
    assert header(found, b"etag") == [b'"a"']


def test_another_status_leaves_the_rest() -> None:
    found = substituted(status=500)
    assert (found.status, found.body, dict(found.headers)) == (500, TRUTH.body, dict(TRUTH.headers))


# Headers


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"ETag": '"b"'}, [b'"b"']),
        ({"etag": ("1", "2")}, [b"1", b"2"]),
        ({"ETAG": ()}, []),
        ({"Age": "1"}, [b'"a"']),
    ],
)
def test_headers_stand_in_the_place_of_those_of_the_same_name(headers, found) -> None:
    answer = substituted(headers=headers)
    assert header(answer, b"etag") == found
    assert (answer.status, answer.body) == (200, TRUTH.body)


def test_a_type_stands_in_the_place_of_the_true_one() -> None:
    assert header(substituted(content_type="text/plain"), b"content-type") == [b"text/plain"]
    assert header(substituted(html=502, content_type="text/plain"), b"content-type") == [b"text/plain"]


def test_no_header_can_begin_another() -> None:
    found = substituted(headers={"a\r\nb": "c\r\nd: \u20ac"})
    assert found.headers[-1] == (b"ab", b"cd: ?")


def test_a_page_can_have_headers() -> None:
    assert header(substituted(html=503, headers={"Retry-After": "7"}), b"retry-after") == [b"7"]


# Redirects


@pytest.mark.parametrize(
    ("host", "where", "url"),
    [
        (b"localhost:8420", "self", "http://localhost:8420/sora/v1/videos"),
        (b"localhost:8420", "elsewhere", "http://127.0.0.1:8420/sora/v1/videos"),
        (b"127.0.0.1:8420", "elsewhere", "http://localhost:8420/sora/v1/videos"),
        (b"[::1]:8420", "elsewhere", "http://localhost:8420/sora/v1/videos"),
        (b"localhost", "elsewhere", "http://127.0.0.1/sora/v1/videos"),
        (b"localhost:8420", "http://169.254.169.254/", "http://169.254.169.254/"),
        (b"localhost:8420", "clip", CLIP),
    ],
)
def test_a_redirect_leads_there(host, where, url) -> None:
    found = substituted(asked=call(host=host), clip=CLIP, redirect=where)
    assert found == Answer(302, [(b"location", url.encode()), (b"content-length", b"0")], b"")


def test_a_redirect_keeps_the_query() -> None:
    found = substituted(asked=call("/sora/v1/videos?a=b&c=%20d"), redirect="self")
    assert header(found, b"location") == [b"http://localhost:8420/sora/v1/videos?a=b&c=%20d"]


def test_no_path_can_add_a_header() -> None:
    asked = call()
    asked.scope["path"] = "/sora/a\r\nb: c\0é"
    asked.scope["query_string"] = b"a\r\nb"
    (location,) = header(substituted(asked=asked, redirect="self"), b"location")
    assert location == b"http://localhost:8420/sora/a%0D%0Ab%3A%20c%00%C3%A9?a%0D%0Ab"


def test_a_redirect_has_the_status_that_was_ordered() -> None:
    assert substituted(redirect="self", status=307).status == 307


def test_without_a_clip_nothing_leads_there() -> None:
    assert substituted(redirect="clip") is TRUTH


# Ends


@pytest.mark.parametrize(("more", "announced"), [(5, b"15"), (-3, b"7"), (-100, b"0")])
def test_a_size_is_announced_that_is_wrong(more, announced) -> None:
    found = substituted(content_length=more)
    assert (header(found, b"content-length"), found.body, found.wire) == ([announced], TRUTH.body, Wire(last=True))


@pytest.mark.parametrize(
    ("body", "word", "sent", "last"),
    [
        (b"0123456789", "unended", b"a\r\n0123456789\r\n", True),
        (b"0123456789", "early", b"7\r\n0123456\r\n0\r\n\r\n", False),
        (b"", "unended", b"", True),
        (b"", "early", b"0\r\n\r\n", False),
    ],
)
def test_chunks_end_wrong(body, word, sent, last) -> None:
    found = substituted(TRUTH._replace(body=memoryview(body)), chunked=word)
    assert (found.body, found.wire) == (sent, Wire(last=last))
    assert header(found, b"transfer-encoding") == [b"chunked"]
    assert header(found, b"content-length") == []


def test_another_body_can_end_wrong_too() -> None:
    found = substituted(body="abc", content_length=1)
    assert (found.body, header(found, b"content-length")) == (b"abc", [b"4"])


def test_noise_is_the_same_for_the_same_story() -> None:
    first, again, other = substituted(garbage=True), substituted(garbage=True), call()
    other.number = 2
    assert first == again != substituted(asked=other, garbage=True)
    assert (first.headers, len(first.body), first.wire) == ([], 512, Wire(last=True, headless=True))


def test_an_order_that_changes_nothing_changes_nothing() -> None:
    assert substituted(ranges="ignored") == TRUTH


# What a client learns


@pytest.mark.parametrize(
    ("order", "loses"),
    [
        ({"html": 502}, True),
        ({"body": ""}, True),
        ({"status": 500}, True),
        ({"redirect": "self"}, True),
        ({"garbage": True}, True),
        ({"content_length": 1}, True),
        ({"chunked": "early"}, True),
        ({"headers": {"a": "b"}}, False),
        ({"content_type": "a/b"}, False),
        ({"ranges": "ignored"}, False),
    ],
)
def test_what_is_replaced_tells_nothing(order, loses) -> None:
    assert Bytes(**order).loses is loses

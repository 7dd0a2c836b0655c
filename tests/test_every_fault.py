"""Whatever a server does to its clients on a bad day: ordered by a rule in a header, read as bytes on a socket."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import State
from mockvideo.dialect import Dialect, spelled
from mockvideo.operation import Content, Submit
from mockvideo.pointer import find
from tests.driving import route_of
from tests.every import DIALECTS, every_dialect, is_polled
from tests.faults import (
    PARTS,
    Fault,
    No,
    Where,
    added,
    ahead,
    changed,
    clip,
    failures,
    header,
    merging,
    moving,
    omitting,
    page,
    putting,
    quoting,
    ranged,
    raw,
    redirect,
    refused,
    sized,
    slow,
    swapped,
    text,
    without,
    wrapping,
    written,
)
from tests.incidents import INCIDENTS
from tests.owing import ORDERS
from tests.stories import poll_path
from tests.wires import FIN, KEPT, Heard, Peer, Servers, Wire, ordering, request, servers

ROOT = Path(__file__).parents[1]
JOB = "models/veo/operations/9=+é"
SORRY = "This request was rejected by the provider's safety system."


def chunked(head: bytes, body: bytes) -> bytes:
    framed = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
    return added(without(head, b"content-length"), b"transfer-encoding: chunked") + framed


def short(body: bytes) -> bytes:
    return body[: int(len(body) * 0.77)]


def padded(data: bytes) -> bytes:
    more = 300_000 - len(data)
    return data + more.to_bytes(4) + b"free" + bytes(more - 8)


def running(heard: Heard, _: Heard, dialect: Dialect) -> bool:
    return find(heard.document, dialect.pointers.status) == spelled(dialect.states)[State.RUNNING]


def from_a_cache(heard: Heard, told: Heard, dialect: Dialect) -> bool:
    return running(heard, told, dialect) and heard.header(b"age") == [b"3600"]


def not_modified(heard: Heard, told: Heard, _: Dialect) -> bool:
    return heard.raw == without(told.parts[0], b"content-length").replace(b" 200 OK", b" 304 Not Modified")


def detailed(heard: Heard, told: Heard, _: Dialect) -> bool:
    return (heard.status, heard.document) == (422, {"detail": [{"loc": ["body", "image"], "msg": "too large"}]})


def twice_and_in_ms(heard: Heard, told: Heard, _: Dialect) -> bool:
    return heard.header(b"retry-after") == [b"2", b"60"] and heard.header(b"retry-after-ms") == [b"1500"]


def in_zeros(heard: Heard, told: Heard, _: Dialect) -> bool:
    ends = b"bytes 299991-299999/300000"
    return (heard.status, heard.parts[1], heard.header(b"content-range")) == (206, bytes(9), [ends])


def is_error(found: bytes, _: bytes, dialect: Dialect) -> bool:
    return dialect.error.model_validate_json(found, strict=True) is not None


def noise(heard: Heard, _: Heard, __: Dialect) -> bool:
    return len(heard.raw) == 512 and b"HTTP/1.1" not in heard.raw


def waits(words: str, wait: bytes | Callable[[bytes], bool] | None, row: int = 6) -> Fault:
    return refused(row, "submit", f'error = "rate_limited"{words}', No(Kind.RATE_LIMITED, wait))


FAULTS = (
    # Submissions
    *failures(1, "submit", "before", "head", "body"),
    slow(2, "submit", "delay = 0.1", 0.1),
    *(page(3, "submit", status) for status in (502, 503, 504, 524)),
    waits(", retry_after = 7", b"7", row=5),
    waits(", retry_after = {date = 30}", ahead(5, 31)),
    waits(", retry_after = {date = -60}", ahead(-62, -55)),
    waits(", retry_after = 0", b"0"),
    waits(", retry_after = 86400", b"86400"),
    waits(', retry_after = {text = "-5"}', b"-5"),
    waits(', retry_after = {text = "1.5"}', b"1.5"),
    waits(', retry_after = {text = "in a moment"}', b"in a moment"),
    refused(
        6,
        "submit",
        'status = 429, bytes = {headers = {Retry-After = ["2", "60"], retry-after-ms = "1500"}}',
        twice_and_in_ms,
        level="bytes",
    ),
    waits("", None, row=7),
    *(
        refused(8, "submit", f'error = "insufficient_credits", status = {status}', No(status))
        for status in (402, 403, 429)
    ),
    refused(9, "submit", 'error = "upstream", status = 200', No(200)),
    changed(9, "submit", "beside = {base_resp = {status_code = 1002}}", merging(base_resp={"status_code": 1002})),
    changed(10, "submit", 'omit = ["id"]', omitting("id"), has="id"),
    changed(10, "submit", 'rename = {id = "/data/task_id"}', moving("id", "/data/task_id"), has="id"),
    page(11, "submit", 200),
    text(11, "submit", '{"id": "task_'),
    text(11, "submit", ""),
    Fault(11, "submit", "bytes = {garbage = true}", noise, FIN, "bytes", lost=True),
    refused(12, "submit", f'error = "invalid_request", status = 400, message = "{SORRY}"', No(400, says=SORRY)),
    *(refused(13, "submit", f"status = {status}", No(status)) for status in (413, 415)),
    refused(
        13,
        "submit",
        'status = 422, document = {omit = ["/error", "/message", "/code"],'
        ' beside = {detail = [{loc = ["body", "image"], msg = "too large"}]}}',
        detailed,
        level="document",
    ),
    refused(15, "poll", 'error = "invalid_key"', No(Kind.INVALID_KEY)),
    # Polls
    changed(21, "poll", 'set = {status = "NOT_START"}', putting("status", "NOT_START")),
    changed(22, "poll", 'set = {status = "expired"}', putting("status", "expired")),
    changed(23, "poll", 'set = {status = " SUCCESS "}', putting("status", " SUCCESS ")),
    changed(24, "poll", 'omit = ["status"]', omitting("status")),
    changed(24, "poll", 'null = ["status"]', putting("status", None)),
    changed(24, "poll", "set = {status = 4}", putting("status", 4)),
    changed(25, "poll", 'wrap = "data", beside = {status = 200}', wrapping("data"), merging(status=200)),
    Fault(26, "poll", 'snapshot = {state = "running"}', running, level="snapshot"),
    *(
        changed(27, "poll", f"set = {{progress = {json.dumps(value)}}}", putting("progress", value), has="progress")
        for value in ("100%", 120, 0, 30)
    ),
    changed(27, "poll", 'null = ["progress"]', putting("progress", None), has="progress"),
    refused(29, "poll", 'error = "job_not_found", status = 410', No(410)),
    changed(30, "poll", 'set = {id = "another"}', putting("id", "another")),
    changed(31, "submit", f'set = {{id = "{JOB}"}}', putting("id", JOB), has="id"),
    changed(
        32, "poll", 'text = ["progress", "/created_at"]', quoting("progress"), quoting("/created_at"), has="progress"
    ),
    changed(33, "poll", "blob = 1048576", merging(extra_blob="x" * 1_048_576)),
    changed(33, "poll", 'extra = 1, null = ["error"]', putting("error", None, new=False), merging(extra_1="blue")),
    changed(33, "poll", 'set = {error = ["[object Object]"]}', putting("error", ["[object Object]"])),
    refused(35, "poll", 'error = "inactive_key", status = 403', No(403)),
    refused(36, "poll", "status = 429, retry_after = 3", No(429, b"3")),
    refused(36, "poll", "status = 429", No(429)),
    page(37, "poll", 200),
    text(37, "poll", ""),
    Fault(38, "poll", "connection = {not_kept = true}", raw(lambda head, body: head + body), FIN, "connection"),
    Fault(39, "poll", 'snapshot = {state = "running", cached = "1h"}', from_a_cache, level="snapshot"),
    Fault(39, "poll", "bytes = {status = 304}", not_modified, level="bytes", lost=True),
    header(39, "poll", 'Age = "60", X-Cache = "HIT"', b"age: 60", b"x-cache: HIT"),
    slow(40, "poll", "delay = 0.05", 0.05),
    slow(40, "poll", 'drip = "head", piece = 20, every = 0.004', 0.02),
    slow(40, "poll", 'drip = "body", piece = 20, every = 0.004', 0.012),
    slow(40, "poll", "bandwidth = 6000", 0.05),
    changed(41, "poll", 'set = {"/created_at" = 4102444800000}', putting("/created_at", 4_102_444_800_000)),
    changed(41, "poll", 'set = {"/completed_at" = 0}', putting("/completed_at", 0)),
    # Results
    changed(50, "poll", 'omit = ["video"]', omitting("video")),
    changed(50, "poll", 'null = ["video"]', putting("video", None)),
    changed(50, "poll", 'set = {video = ""}', putting("video", "")),
    changed(50, "submit", 'set = {"/data" = []}', putting("/data", [])),
    changed(51, "poll", 'omit = ["video"], beside = {filtered = 1}', omitting("video"), merging(filtered=1)),
    refused(52, "content", "status = 422", No(422)),
    refused(54, "content", 'error = "not_ready"', No(Kind.NOT_READY)),
    *clip(55, 'kind = "error"', is_error),
    *(refused(56, "content", f"status = {status}", No(status)) for status in (401, 403)),
    refused(
        58,
        "content",
        'needless_key = true, status = 400, message = "Only one auth mechanism allowed"',
        No(400, says="Only one auth mechanism allowed"),
        b"authorization: Bearer sk-leaked",
    ),
    *(redirect(59, on, 'redirect = "self"', 302, b"http://localhost:8420/") for on in ("submit", "poll", "content")),
    redirect(59, "content", 'redirect = "elsewhere", status = 307', 307, b"http://127.0.0.1:8420/media/"),
    redirect(59, "content", 'redirect = "http://example.com/clip.mp4"', 302, b"http://example.com/clip.mp4"),
    Fault(60, "content", 'connection = {close = "body"}', PARTS["body"], FIN, "connection", lost=True),
    swapped(62, "content", 'chunked = "unended"', chunked, FIN),
    swapped(62, "content", 'chunked = "early"', lambda head, body: chunked(head, short(body)) + b"0\r\n\r\n"),
    *failures(63, "content", "body"),
    swapped(64, "content", "content_length = -100", lambda head, body: sized(head, body, -100), FIN),
    swapped(64, "content", "content_length = 100", lambda head, body: sized(head, body, 100), FIN),
    header(64, "content", 'Content-Encoding = "gzip"', b"content-encoding: gzip"),
    *clip(65, 'kind = "empty"', lambda found, truth, _: found == b""),
    *clip(65, 'kind = "cut"', lambda found, truth, _: 0 < len(found) < len(truth) and truth.startswith(found)),
    *clip(65, 'kind = "no_moov"', lambda found, truth, _: b"moov" in truth and b"moov" not in found),
    *clip(65, 'kind = "wrong_codec"', lambda found, truth, _: len(found) == len(truth) and b"avcC" not in found),
    *clip(65, 'kind = "html"', lambda found, truth, _: found.startswith(b"<html>")),
    *clip(65, 'kind = "picture"', lambda found, truth, _: found.startswith(b"\x89PNG")),
    Fault(
        65,
        "content",
        'bytes = {content_type = "text/plain"}',
        raw(lambda head, body: added(without(head, b"content-type"), b"content-type: text/plain") + body),
        level="bytes",
    ),
    ranged(66, "ignored", 200, None, None),
    ranged(66, "shifted", 206, 9, 18),
    ranged(66, "refused", 416, None, None),
    header(67, "content", 'ETag = "\\"other\\""', b'etag: "other"'),
    header(67, "content", 'Content-MD5 = "AAAA"', b"content-md5: AAAA"),
    changed(68, "poll", 'set = {video = "http://169.254.169.254/"}', putting("video", "http://169.254.169.254/")),
    *clip(69, "size = 300000", lambda found, truth, _: found == padded(truth)),
    Fault(69, "content", "clip = {size = 300000}", in_zeros, level="clip", headers=(b"range: bytes=-9",)),
    slow(69, "content", "bandwidth = 1000000", 0.05),
    written(70, "urlsafe", lambda letters: letters.replace("+", "-").replace("/", "_")),
    written(70, "lines", lambda letters: base64.encodebytes(base64.b64decode(letters)).decode()),
    written(70, "cut", lambda letters: letters[: len(base64.b64decode(letters)) | 1]),
    changed(70, "submit", 'set = {video = "@@ no base64 @@"}', putting("video", "@@ no base64 @@")),
)


@pytest.fixture(scope="module")
def running_servers() -> Iterator[Servers]:
    with servers() as three:
        yield three


EACH = [
    pytest.param(fault, dialect, id=f"{fault.row}-{fault.order}-{name}")
    for fault in FAULTS
    for name, dialect in DIALECTS.items()
    if fault.concerns(dialect)
]


@pytest.mark.parametrize(("fault", "dialect"), EACH)
def test_what_was_ordered_is_what_comes_and_what_follows_is_clean(running_servers, fault, dialect) -> None:
    key = f"sk-{FAULTS.index(fault)}-{dialect.name}"
    truth = Peer(running_servers.truth, dialect, key)
    peer = Peer(running_servers.wall if fault.refuses else running_servers.disturbed, dialect, key)
    honest, asking = truth.asking(fault.on), peer.asking(fault.on)
    told = truth.ask(honest())
    with Wire(peer.port) as wire:
        heard = wire.ask(asking(*fault.headers, ordering(fault.order)), fault.end)
        assert heard.end == fault.end
        assert fault.hears(heard, told, dialect), heard
        entry = list(peer.account.journal)[-1]
        assert (entry.rule, entry.fault, entry.lost) == (f"{fault.order}#1", fault.level, fault.lost)
        assert (entry.job is None) == fault.refuses
        follows = wire.ask(asking()) if fault.end == KEPT else peer.ask(asking())
    again = truth.ask(honest())
    assert follows.status == again.status
    # Whatever was refused has made no job, so the next one is another.
    assert fault.refuses or follows.raw == again.raw


# What takes more than one request

Tale = Callable[[Peer], None]
TALES: list[tuple[int, Tale, Where]] = []


def tale(row: int, where: Where = is_polled) -> Callable[[Tale], Tale]:
    """Tell this of every dialect where it can happen."""

    def add(told: Tale) -> Tale:
        TALES.append((row, told, where))
        return told

    return add


def statuses(peer: Peer, on: str, rule: str, times: int) -> list[int]:
    """Ask for the same thing so often, under a rule whose counts go on."""
    asking = peer.asking(on)
    return [peer.ask(asking(ordering(f'on = "{on}", {rule}'))).status for _ in range(times)]


def scripted(peer: Peer, rule: str) -> Callable[..., Heard]:
    """Submit a job under a rule; return what polls it."""
    submitted = peer.ask(peer.submission(ordering(f'on = "submit", {rule}')))
    path = poll_path(peer.dialect, submitted.document) or ""
    return lambda *headers: peer.ask(peer.request("GET", path, *headers))


def word(peer: Peer, heard: Heard) -> object:
    return find(heard.document, peer.dialect.pointers.status)


def of_kind(peer: Peer, kind: Kind) -> int:
    return peer.dialect.spelling(Refusal(kind)).status


def has_replays(dialect: Dialect) -> bool:
    return route_of(dialect, Submit).operation.replay_header is not None


@tale(4, has_replays)
def an_idempotency_key_is_honoured_ignored_or_in_use(peer: Peer) -> None:
    key = route_of(peer.dialect, Submit).operation.replay_header + b": once"
    ignored = ordering('on = "submit", outcome = {idempotent = false}')
    answers = [peer.ask(peer.submission(key, *more)) for more in ((), (), (ignored,))]
    ids = [find(answer.document, peer.dialect.pointers.submitted) for answer in answers]
    assert ids[0] == ids[1] != ids[2]
    conflict = peer.ask(peer.submission(key, ordering('error = "idempotency_conflict"')))
    assert conflict.status == of_kind(peer, Kind.IDEMPOTENCY_CONFLICT)


@tale(16, lambda dialect: True)
def a_model_is_not_there_for_some_minutes(peer: Peer) -> None:
    first, second, third = statuses(peer, "submit", 'error = "unknown_model", status = 404, first = 2', 3)
    assert (first, second) == (404, 404)
    assert third < 300


@tale(20)
def a_job_is_stuck_at_99_per_cent(peer: Peer) -> None:
    poll = scripted(peer, 'timing = {queue = 0, render = 10}, outcome = {ends = "never", at = 0.99}')
    told = [poll() for _ in range(12)]
    assert word(peer, told[-1]) == spelled(peer.dialect.states)[State.RUNNING]
    assert find(told[-1].document, peer.dialect.pointers.progress or "/nowhere") in {99, None}


@tale(27, lambda dialect: dialect.pointers.progress is not None)
def progress_goes_back(peer: Peer) -> None:
    poll = scripted(peer, "timing = {queue = 0, render = 60}")
    peer.account.clock.advance(30)
    told = [poll(), poll(ordering('on = "poll", snapshot = {progress = 0.1}'))]
    before, after = (find(each.document, peer.dialect.pointers.progress) for each in told)
    assert before >= 50
    assert after == 10


@tale(28)
def a_fresh_id_is_not_known_yet(peer: Peer) -> None:
    unknown = of_kind(peer, Kind.JOB_NOT_FOUND)
    assert statuses(peer, "poll", 'error = "job_not_found", poll = [1, 2]', 3) == [unknown, unknown, 200]


@tale(29)
def a_finished_job_is_forgotten(peer: Peer) -> None:
    poll = scripted(peer, 'outcome = {forgotten_after = "1h"}')
    before = poll().status
    peer.account.clock.advance(3_600)
    assert (before, poll().status) == (200, of_kind(peer, Kind.JOB_NOT_FOUND))


@tale(31)
def ids_have_odd_letters(peer: Peer) -> None:
    for odd in ("models/veo/operations/{id}", "{id}+/==", ".{id} %2F", "é{id}?", "{id}" * 5):
        submitted = peer.ask(peer.submission(ordering(f'on = "submit", outcome = {{id = "{odd}"}}'))).document
        name = find(submitted, peer.dialect.pointers.submitted)
        assert re.fullmatch(re.escape(odd).replace(re.escape("{id}"), "[^/+=]+"), name)
        polled = peer.ask(peer.request("GET", poll_path(peer.dialect, submitted) or ""))
        assert find(polled.document, peer.dialect.pointers.polled or peer.dialect.pointers.submitted) == name
        url = urlsplit(find(polled.document, peer.dialect.pointers.video))
        assert peer.ask(request(peer.dialect, "GET", url.path, key=None)).parts[1][4:8] == b"ftyp"


@tale(34)
def three_polls_in_a_row_fail(peer: Peer) -> None:
    assert statuses(peer, "poll", "status = 502, poll = [2, 4]", 5) == [200, 502, 502, 502, 200]


@tale(35)
def a_key_is_closed_midway(peer: Peer) -> None:
    closed = of_kind(peer, Kind.INVALID_KEY)
    assert statuses(peer, "poll", 'error = "invalid_key", after = 1', 3) == [200, closed, closed]


@tale(53)
def a_result_fails_twice(peer: Peer) -> None:
    assert statuses(peer, "content", "status = 504, first = 2", 3) == [504, 504, 200]


@tale(54)
def a_result_is_not_there_yet(peer: Peer) -> None:
    assert statuses(peer, "content", 'error = "not_ready", status = 404, first = 1', 2) == [404, 200]


@tale(57)
def a_url_expires(peer: Peer) -> None:
    url = find(scripted(peer, 'outcome = {clips_expire_after = "1h"}')().document, peer.dialect.pointers.video)
    asked = request(peer.dialect, "GET", urlsplit(url).path, key=None)
    before = peer.ask(asked)
    peer.account.clock.advance(3_600)
    assert (before.status, before.parts[1][4:8], peer.ask(asked).status) == (200, b"ftyp", 404)


@tale(57)
def a_url_is_used_up(peer: Peer) -> None:
    assert statuses(peer, "content", "status = 403, after = 2", 3) == [200, 200, 403]


@tale(58, lambda dialect: any(isinstance(route.operation, Content) for route in dialect.routes))
def a_documented_download_leads_to_a_url_that_refuses_the_key(peer: Peer) -> None:
    submitted = peer.ask(peer.submission()).document
    name = find(submitted, peer.dialect.pointers.submitted)
    peer.ask(peer.request("GET", poll_path(peer.dialect, submitted) or ""))
    path = route_of(peer.dialect, Content).path.replace("{id}", name)
    found = peer.ask(peer.request("GET", path, ordering('on = "content", bytes = {redirect = "clip"}')))
    (location,) = found.header(b"location")
    assert (found.status, location.startswith(b"http://localhost:8420/media/")) == (302, True)
    refusing = ordering('on = "content", needless_key = true, status = 400')
    path = urlsplit(location.decode()).path
    answers = [
        peer.ask(request(peer.dialect, "GET", path, key=key, headers=[refusing])).status for key in (peer.key, None)
    ]
    assert answers == [400, 200]


@tale(59)
def a_chain_of_redirects_ends(peer: Peer) -> None:
    assert statuses(peer, "content", 'bytes = {redirect = "self"}, first = 3', 4) == [302, 302, 302, 200]


@tale(80)
def a_job_fails_late_with_nothing_but_a_code(peer: Peer) -> None:
    poll = scripted(peer, 'timing = {queue = 0, render = 100}, outcome = {ends = "failed", at = 0.89}')
    peer.account.clock.advance(70)
    before = poll()
    peer.account.clock.advance(30)
    after = poll(ordering('on = "poll", document = {set = {error = "E7"}}'))
    words = spelled(peer.dialect.states)
    assert [word(peer, before), word(peer, after)] == [words[State.RUNNING], words[State.FAILED]]
    assert find(after.document, peer.dialect.pointers.error) == "E7"


@pytest.mark.parametrize(("refund", "times"), [("full", 0), ("none", 1), ("twice", -1)])
@every_dialect
def test_a_failure_costs_what_was_ordered(running_servers, dialect, refund, times) -> None:
    peer = Peer(running_servers.disturbed, dialect, f"sk-refund-{refund}")
    balance = peer.account.ledger(dialect.terms).balance
    peer.ask(peer.submission(ordering(f'on = "submit", outcome = {{ends = "failed", refund = "{refund}"}}')))
    peer.account.arrive()
    (job,) = peer.account.store.latest(dialect.name)
    assert balance - peer.account.ledger(dialect.terms).balance == times * job.request.price


@tale(82)
def a_job_is_moderated_after_100_per_cent(peer: Peer) -> None:
    render = "timing = {queue = 0, render = 100, progress = [0.3, 1]}"
    poll = scripted(peer, f'{render}, outcome = {{ends = "failed", reason = "content_policy", at = 1}}')
    peer.account.clock.advance(70)
    before = poll()
    peer.account.clock.advance(40)
    words = spelled(peer.dialect.states)
    assert [word(peer, before), word(peer, poll())] == [words[State.RUNNING], words[State.FAILED]]
    assert find(before.document, peer.dialect.pointers.progress or "/nowhere") in {99, 100, None}


@pytest.mark.parametrize(
    ("told", "dialect"),
    [
        pytest.param(told, dialect, id=f"{row}-{told.__name__}-{name}")
        for row, told, where in TALES
        for name, dialect in DIALECTS.items()
        if where(dialect)
    ],
)
def test_it_happens_over_several_requests(running_servers, told, dialect) -> None:
    told(Peer(running_servers.disturbed, dialect, f"sk-{told.__name__[:20]}-{dialect.name}"))


# The page


def test_every_incident_has_a_test_or_a_reason() -> None:
    tested = {fault.row for fault in FAULTS} | {row for row, _, _ in TALES} | {order.row for order in ORDERS} | {81, 90}
    assert {incident.number for incident in INCIDENTS if incident.words} == tested


def test_the_page_has_every_incident() -> None:
    lines = (ROOT / "mockvideo" / "guide" / "incidents.md").read_text("utf-8").splitlines()
    assert [incident.line for incident in INCIDENTS] == [line for line in lines if re.match(r"\| \d", line)]

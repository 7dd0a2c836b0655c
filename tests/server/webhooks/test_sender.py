from __future__ import annotations

import asyncio
import gc
import ssl
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockvideo.server.webhooks.egress import Policy
from mockvideo.server.webhooks.letters import Letter, Reply
from mockvideo.server.webhooks.resolver import system_resolver
from mockvideo.server.webhooks.sender import LONGEST_HEAD, MOST_READ, Sender
from tests.server.webhooks import receivers
from tests.server.webhooks.receivers import BROKEN, CERTIFICATE, SHORT, TRUSTING, Names, patience, receiving

TABLE = {"receiver.test": [["127.0.0.1"]], "both.test": [["127.0.0.2", "127.0.0.1"]], "none.test": [[]]}
DESCRIPTORS = Path("/proc/self/fd")


@pytest.fixture(scope="module", autouse=True)
def _nothing_of_others() -> None:
    """Whoever collects garbage a hundred times need not look each time at what earlier tests have left to stay."""
    gc.collect()
    gc.freeze()


def send(url: str, timeout: float = 5.0, *, headers=(), resolver=None, **how) -> Reply:
    """Send one letter, and see that nothing is left of it."""

    async def one() -> Reply:
        sender = Sender(Policy(), resolver=resolver or Names(TABLE), **{"tls": TRUSTING, **how})
        reply = await sender.send(Letter(url, list(headers), b'{"a": 1}', timeout))
        await sender.close()
        # What ends a generator that was left in the middle runs a moment later.
        await asyncio.sleep(0.01)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return reply

    return asyncio.run(one())


@contextmanager
def nothing_left():
    """No thread and no descriptor more than before."""
    threads, opened = threading.active_count(), descriptors()
    yield
    assert threading.active_count() == threads
    assert descriptors() <= opened


def descriptors() -> int:
    gc.collect()
    return len(list(DESCRIPTORS.iterdir())) if DESCRIPTORS.exists() else 0


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_receiver_is_told_with_its_reason(name) -> None:
    behave, status, reason = BROKEN[name]
    with nothing_left(), receiving(behave) as receiver:
        reply = send(receiver.url, patience(name))
        assert (reply.status, reply.delivered, reply.refused) == (status, False, False)
        assert reply.reason.startswith(reason)
        assert reply.seconds < receivers.PATIENCE


def test_nobody_listens() -> None:
    with nothing_left(), receivers.closed_port() as port:
        assert send(f"http://127.0.0.1:{port}/").reason == "refused"


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="other systems than Linux accept more than the backlog")
def test_a_connection_is_neither_made_nor_refused() -> None:
    with nothing_left(), receivers.full_listener() as port:
        assert send(f"http://127.0.0.1:{port}/", connect=0.1).reason == "no connection within 0.1 s"


def test_nothing_is_said_of_tls() -> None:
    with nothing_left(), receiving(receivers.silent) as receiver:
        assert send(f"https://127.0.0.1:{receiver.port}/", connect=0.1).reason == "no connection within 0.1 s"


def test_an_endless_body_is_read_only_so_far() -> None:
    with nothing_left(), receiving(receivers.endless) as receiver:
        reply = send(receiver.url)
        assert (reply.status, reply.reason, len(reply.body)) == (200, "", MOST_READ)


def test_a_bomb_stays_packed() -> None:
    with nothing_left(), receiving(receivers.bomb()) as receiver:
        reply = send(receiver.url)
        assert (reply.delivered, reply.body[:2]) == (True, b"\x1f\x8b")
        assert len(reply.body) < MOST_READ


def test_a_certificate_that_nobody_knows_is_not_accepted() -> None:
    with nothing_left(), receivers.receiving_tls() as receiver:
        reply = send(f"https://receiver.test:{receiver.port}/")
        assert (reply.status, reply.reason) == (None, "certificate not accepted: self-signed certificate")


def test_a_receiver_that_does_not_speak_tls_is_told() -> None:
    with nothing_left(), receiving(receivers.OK, reads=False) as receiver:
        assert send(receiver.url.replace("http:", "https:")).reason == "no TLS: WRONG_VERSION_NUMBER"


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=CERTIFICATE)


def test_the_certificate_is_that_of_the_name_at_the_checked_address() -> None:
    with nothing_left(), receivers.receiving_tls() as receiver:
        assert send(f"https://Receiver.Test.:{receiver.port}/", tls=trusting()).reason == ""
        assert receiver.names == ["receiver.test"]
        assert b"Host: receiver.test:%d\r\n" % receiver.port in receiver.requests[0]


def test_the_certificate_of_another_name_is_not_accepted() -> None:
    with nothing_left(), receivers.receiving_tls() as receiver:
        reason = send(f"https://127.0.0.1:{receiver.port}/", tls=trusting()).reason
        assert reason.startswith("certificate not accepted: IP address mismatch")


def test_a_name_that_nobody_has_is_told() -> None:
    assert send("http://nobody.test/").reason == "no such host: Name or service not known"


def test_a_name_without_addresses_is_told() -> None:
    assert send("http://none.test/").reason == "no such host: it has no address"


def test_a_name_server_that_does_not_answer_is_told() -> None:
    async def hangs(host, port):
        await asyncio.sleep(60)

    assert send("http://slow.test/", SHORT, resolver=hangs).reason == "no address of that host within 0.2 s"


def test_the_next_address_is_called_where_the_first_does_not_listen() -> None:
    with receiving() as receiver:
        assert send(f"http://both.test:{receiver.port}/").delivered


def test_only_one_address_is_called_where_the_first_answers_badly() -> None:
    names = Names({"both.test": [["127.0.0.1", "127.0.0.2"]]})
    with receiving(receivers.resetting()) as receiver:
        assert send(f"http://both.test:{receiver.port}/", resolver=names).reason == "reset"
        assert receiver.accepted == 1


def test_a_letter_is_sent_as_it_is_written() -> None:
    with receiving() as receiver:
        reply = send(receiver.url + "/\u00e9?a=%20b&b", headers=[("X-Event", "done"), ("X-Event", "\u00e9")])
        head, _, body = receiver.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /hook/%C3%A9?a=%20b&b HTTP/1.1\r\nHost: 127.0.0.1:")
        assert b"X-Event: done\r\nX-Event: \xc3\xa9\r\n" in head
        assert (body, reply.body, dict(reply.headers)) == (b'{"a": 1}', b"ok", {"content-length": "2"})


def test_a_header_of_the_letter_stands_before_ours() -> None:
    with receiving() as receiver:
        send(receiver.url, headers=[("user-agent", "theirs")])
        assert b"user-agent: theirs\r\n" in receiver.requests[0]
        assert b"mockvideo" not in receiver.requests[0]


@pytest.mark.parametrize("name", ["Accept-Encoding: identity", "Connection: close"])
def test_an_answer_is_asked_for_plain_and_alone(name) -> None:
    with receiving() as receiver:
        send(receiver.url)
        assert name.encode() + b"\r\n" in receiver.requests[0]


def test_a_header_that_http_does_not_have_cannot_be_sent() -> None:
    with receiving() as receiver:
        assert (
            send(receiver.url, headers=[("X", "a\r\nY: b")]).reason
            == "cannot be sent: Illegal header value b'a\\r\\nY: b'"
        )
        assert receiver.requests == [b""]


def test_only_the_beginning_of_a_long_head_is_kept() -> None:
    long = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 1000) for number in range(40))
    with receiving(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + long + b"\r\n") as receiver:
        kept = send(receiver.url).headers
        assert 10 < len(kept) < 20
        assert sum(map(len, map("".join, kept))) <= LONGEST_HEAD


def test_a_receiver_that_promises_to_listen_on_and_closes_loses_nothing() -> None:
    async def several(url: str) -> list[str]:
        sender = Sender(Policy())
        reasons = [(await sender.send(Letter(url, [], b"{}", 5.0))).reason for _ in range(20)]
        await sender.close()
        return reasons

    with (
        nothing_left(),
        receiving(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n") as receiver,
    ):
        assert asyncio.run(several(receiver.url)) == [""] * 20
        assert receiver.accepted == 20


def test_cookies_are_not_kept() -> None:
    async def twice(url: str) -> None:
        sender = Sender(Policy())
        for _ in range(2):
            await sender.send(Letter(url, [], b"{}", 5.0))
        await sender.close()

    with receiving(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n") as receiver:
        asyncio.run(twice(receiver.url))
        assert b"a=b" not in b"".join(receiver.requests)


def test_an_unused_sender_has_nothing_to_close() -> None:
    asyncio.run(Sender(Policy()).close())


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch) -> None:
    with receivers.closed_port() as port, receiving() as receiver:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{port}")
        assert send(receiver.url).delivered


def test_time_that_is_over_while_tls_is_agreed_upon_leaves_nothing_open() -> None:
    with nothing_left(), receiving(receivers.silent) as receiver:
        assert send(f"https://127.0.0.1:{receiver.port}/", SHORT).reason == "no connection within 0.2 s"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_system_knows_its_own_names(host) -> None:
    assert set(asyncio.run(system_resolver(host, 80))) & {"127.0.0.1", "::1"}


@pytest.mark.parametrize("host", ["fe80::1%nobody", "a" * 64 + ".test"])
def test_the_system_does_not_know_other_names(host) -> None:
    with pytest.raises(OSError, match=r"not known|label|Invalid|Name"):
        asyncio.run(system_resolver(host, 80))


@pytest.mark.parametrize("late", [False, True])
def test_a_name_server_that_answers_too_late_does_no_harm(late) -> None:
    answered = threading.Event()

    def find(host: str, port: int) -> list[str]:
        answered.wait(receivers.PATIENCE)
        return ["127.0.0.1"]

    async def wait() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(system_resolver("slow.test", 80, find=find), 0.01)
        if not late:
            answered.set()
            for thread in threading.enumerate():
                if thread.name == "mockvideo-resolver":
                    thread.join()
            await asyncio.sleep(0)

    asyncio.run(wait())
    answered.set()

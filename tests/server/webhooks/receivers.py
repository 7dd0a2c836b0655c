"""Receivers over real sockets, well-behaved and broken, and a canary that counts who calls."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("receiver.pem")  # self-signed for receiver.test, made for these tests only
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nobody, and made at once
PATIENCE = 10.0

Behaviour = Callable[[socket.socket, threading.Event], None]


class Receiver:
    """A listener whose every connection is a thread that behaves; ``requests`` are as they came."""

    def __init__(self, behave: Behaviour, *, reads: bool = True) -> None:
        self._behave = behave
        self._reads = reads
        self.over = threading.Event()
        self.requests: list[bytes] = []
        self.accepted = 0
        self.asked = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        with connection, suppress(OSError):
            if self._reads:
                self.requests.append(read_request(connection))
                self.asked.set()
            self._behave(connection, self.over)


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(lengths[0]) and (piece := connection.recv(65536)):
        body += piece
    return head + b"\r\n\r\n" + body


@contextmanager
def receiving(behave: Behaviour | bytes = OK, *, reads: bool = True) -> Iterator[Receiver]:
    receiver = Receiver(behave if callable(behave) else answers(behave), reads=reads)
    try:
        yield receiver
    finally:
        receiver.close()


def answers(*pieces: bytes) -> Behaviour:
    return lambda connection, over: connection.sendall(b"".join(pieces))


def silent(connection: socket.socket, over: threading.Event) -> None:
    over.wait(PATIENCE)


def dripping(before: bytes, every: float = 0.02) -> Behaviour:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(before)
        while not over.wait(every):
            connection.sendall(b"x")

    return behave


def endless(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while not over.is_set():
        connection.sendall(bytes(65536))


def resetting(before: bytes = b"") -> Behaviour:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(before)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def bomb() -> bytes:
    """A small answer that is 32 MiB when it is decompressed."""
    body = gzip.compress(bytes(32 << 20))
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@contextmanager
def receiving_tls() -> Iterator[Receiver]:
    """A receiver that speaks TLS with a certificate that nobody knows; its requests are decrypted."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)

    class Secure(Receiver):
        def _serve(self, connection: socket.socket) -> None:
            connection.settimeout(PATIENCE)
            with connection, suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
                super()._serve(secured)

    receiver = Secure(answers(OK))
    receiver.names = names  # type: ignore[attr-defined]  # what the clients took the server for
    try:
        yield receiver
    finally:
        receiver.close()


@contextmanager
def full_listener() -> Iterator[int]:
    """A port whose backlog is full, so that a connection is neither made nor refused (on Linux)."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        yield port
        for each in waiting:
            each.close()


@contextmanager
def closed_port() -> Iterator[int]:
    """A port where nobody listens, held so that nobody else takes it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


class Names:
    """A resolver with a table, which counts what it is asked; a name with several entries has them in turn."""

    def __init__(self, table: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._table = {name: list(turns) for name, turns in table.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        turns = self._table.get(host)
        if turns is None:
            try:
                # As the C library does, in every form that it takes: decimal, octal, hexadecimal, short.
                return [socket.inet_ntoa(socket.inet_aton(host))]
            except OSError:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
        return turns.pop(0) if len(turns) > 1 else turns[0]


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
# How each behaves, the status that is understood of it, and the beginning of the reason.
BROKEN = {
    "accepts and says nothing": (silent, None, "no answer within 0.2 s"),
    "drips its head": (dripping(b"HTTP/1.1 200 OK\r\nX: "), None, "no answer within 0.2 s"),
    "drips its body": (dripping(HEAD), 200, "no end of the answer within 0.2 s"),
    "interim answers only": (answers(b"HTTP/1.1 102 Processing\r\n\r\n" * 9), None, "closed without an HTTP answer"),
    "resets": (resetting(), None, "reset"),
    "resets in the body": (resetting(HEAD), 200, "reset"),
    "closes at once": (answers(), None, "closed without an HTTP answer"),
    "closes in the head": (answers(b"HTTP/1.1 200"), None, "closed without an HTTP answer"),
    "closes in the body": (answers(HEAD, b"ok"), 200, "the answer broke off"),
    "301, coloured": (
        answers(b"HTTP/1.1 301 Moved\r\nLocation: /b\x1b[1m\r\nContent-Length: 0\r\n\r\n"),
        301,
        "redirect to /b[1m, which is not followed",
    ),
    "302": (
        answers(b"HTTP/1.1 302 Found\r\nLocation: https://a.test/b\r\nContent-Length: 0\r\n\r\n"),
        302,
        "redirect to https://a.test/b, which is not followed",
    ),
    "304": (answers(b"HTTP/1.1 304 Not Modified\r\n\r\n"), 304, "answered 304"),
    "404": (answers(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), 404, "answered 404"),
    "500, and drips": (dripping(b"HTTP/1.1 500 Oh\r\nContent-Length: 99\r\n\r\n"), 500, "answered 500"),
    "HTTP/0.9": (answers(b"<html>hello</html>\r\n"), None, "closed without an HTTP answer"),
    "HTTP/0.9, longer": (answers(b"<html>\r\n\r\n</html>"), None, "not HTTP: illegal status line"),
    "garbage": (answers(bytes(range(256)) * 9), None, "not HTTP: "),
    "a head without end": (answers(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000), None, "not HTTP: "),
    "two lengths": (
        answers(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok"),
        None,
        "not HTTP: ",
    ),
    "a chunk of nonsense": (answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), 200, "not HTTP: "),
}
SHORT = 0.2


def patience(name: str) -> float:
    """How long to wait for a broken receiver: only for those shortly that never end."""
    return SHORT if "drips" in name or "nothing" in name else PATIENCE

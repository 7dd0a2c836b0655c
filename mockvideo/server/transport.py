"""The uvicorn protocol of the server: caps and deadlines for what a client may send before anything else runs."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any, Literal, NoReturn, cast

from httptools import HttpParserCallbackError
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from mockvideo.server.eager import start
from mockvideo.server.files import RESPOND
from mockvideo.server.heads import SECTION, Known, Section, Sections, staying
from mockvideo.server.limits import DEFAULT, Limits
from mockvideo.server.playing import Player
from mockvideo.server.responding import respond

# So much of a body must arrive within each ``body_seconds``; a byte now and then does not keep a connection.
BODY_STEP = 1_024


class Protocol(HttpToolsProtocol):
    """One connection of a server; ``protocol`` makes this class for each.

    A connection has one timer for all deadlines, which looks at ``since`` when it fires; uvicorn's timer for every
    answer cost more than everything here. An application finds ``respond`` for its exchange as
    ``scope["extensions"]["mockvideo.respond"]``, and the header section of its request, if that came before, as
    ``scope["extensions"]["mockvideo.section"]``.
    """

    limits: Limits
    sections: Sections
    player: Player | None = None
    due: tuple[RequestResponseCycle, ASGI3Application] | None = None  # what begins once all is read that came
    running: RequestResponseCycle | None = None  # what is being answered, behind which others may wait

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.phase: Literal["new", "head", "body", "idle"] = "new"
        self.since = self.loop.time()  # the start of what has a deadline, 0.0 while nothing has
        self.quiet = 0  # bytes before the data being parsed that belong to the same head, or follow the same chunk
        self.progress = 0
        self.refusal = (400, "The request is not valid HTTP/1.1; send a well-formed one.")
        self.watch = self.loop.call_later(self.limits.head_seconds, self._look)
        if len(self.connections) > self.limits.connections:
            self._refuse(503, f"All {self.limits.connections:,} connections are in use; close some and try again.")

    def connection_lost(self, exc: Exception | None) -> None:
        self.watch.cancel()
        super().connection_lost(exc)
        self._abandon()
        if self.player is not None:
            self.player.leave()

    # Per request: the parent is called by name, because super() costs three times as much.

    def data_received(self, data: bytes) -> None:
        cap = self.limits.head_bytes
        # A read may bring 256 KiB; in pieces of the cap, a head that comes in one piece is within it.
        if len(data) > cap:
            for start in range(0, len(data), cap):
                # What follows a refusal is not obeyed.
                if not self.transport.is_closing():
                    self.data_received(data[start : start + cap])
            return
        if self.phase not in {"idle", "new"}:
            self._read(data)
        elif (known := self.sections.find(data)) is not None and self._unanswered() is None:
            self._begin_known(known, data)
        else:
            self._read_anew(data)

    def _read_anew(self, data: bytes) -> None:
        """Read what begins with a head, and remember its section if it came with all that belongs to it."""
        before = self.scope
        self._read(data)
        # Blank lines between requests make no scope.
        if self.phase == "idle" and self.scope is not before and self.cycle.keep_alive:
            self.sections.keep(data, self.scope)

    def _read(self, data: bytes) -> None:
        """Let uvicorn read what came, and watch what it makes of it."""
        self.quiet += len(data)
        offers = b"h2c" in data and self.phase != "body"
        HttpToolsProtocol.data_received(self, staying(data) if offers else data)
        if self.phase != "idle":
            if self.quiet > self.limits.head_bytes:
                self._refuse(*self._head_too_large())
            self.since = self.since or self.loop.time()
        if self.due is not None:
            self._begin()

    def _begin(self) -> None:
        """Start what is due, if anything is: no more of its body has come."""
        if self.due is not None:
            (cycle, app), self.due = self.due, None
            self._start(cycle, app)

    def _begin_known(self, known: Known, data: bytes) -> None:
        """Start the exchange of a whole request whose headers were read before, as uvicorn does with one it reads."""
        method, path, section, start = known
        scope = section.scope.copy()
        scope["client"], scope["server"] = self.client, self.server
        scope["method"] = method
        scope["path"] = path = self.root_path + path
        scope["raw_path"] = path.encode()
        self.scope = scope
        cycle = self.cycle = RequestResponseCycle(
            scope,
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            self.access_log,
            self.server_state.default_headers,
            asyncio.Event(),
            expect_100_continue=False,
            keep_alive=True,
            on_response=self.on_response_complete,
        )
        cycle.body += data[start:]
        cycle.more_body = False
        cycle.message_event.set()
        self.phase = "idle"
        self.since = 0.0
        self.quiet = 0
        self._start(cycle, self.app, section)

    def on_message_begin(self) -> None:
        if self.phase == "idle":
            self.since = 0.0
        self.phase = "head"
        self.quiet = 0
        HttpToolsProtocol.on_message_begin(self)

    def on_headers_complete(self) -> None:
        limits = self.limits
        if len(self.headers) > limits.headers:
            self._stop(431, f"The request has more than {limits.headers} headers; send fewer.")
        # RFC 9112, 6.1: uvicorn would take the coded bytes for the body.
        if any(name == b"transfer-encoding" and value.strip().lower() != b"chunked" for name, value in self.headers):
            self._stop(501, "The only transfer coding that is known here is chunked; send the body without others.")
        # A head that came in one piece is no larger than a piece.
        if self.quiet and len(self.url) + sum(len(n) + len(v) + 4 for n, v in self.headers) > limits.head_bytes:
            self._stop(*self._head_too_large())
        HttpToolsProtocol.on_headers_complete(self)
        self.phase = "body"
        self.since = 0.0
        self.progress = 0

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        # Most bodies come together with their head: who is asked then need not wait, which takes a task.
        if cycle.scope["method"] == "POST":
            self.due = cycle, app
        else:
            self._start(cycle, app)

    def _start(self, cycle: RequestResponseCycle, app: ASGI3Application, section: Section | None = None) -> None:
        extensions: dict[Any, Any] = {RESPOND: partial(respond, self, cycle), SECTION: section}
        cycle.scope["extensions"] = extensions
        self.running = cycle
        task = start(cycle.run_asgi(app), self.loop)
        if task is not None:
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)

    def on_body(self, body: bytes) -> None:
        self.quiet = 0
        self.progress += len(body)
        # What follows an early answer is only drained, and has one deadline for all of it.
        if self.progress >= BODY_STEP and not self.cycle.response_complete:
            self.since = 0.0
            self.progress = 0
        HttpToolsProtocol.on_body(self, body)

    def on_message_complete(self) -> None:
        HttpToolsProtocol.on_message_complete(self)
        self.phase = "idle"
        self.since = self.loop.time() if self.cycle.response_complete else 0.0

    def on_response_complete(self) -> None:
        if self.pipeline or self.transport.is_closing():
            HttpToolsProtocol.on_response_complete(self)
            self._begin()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        if self.phase == "idle":
            self.since = self.loop.time()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # says why in its own words
        self._refuse(*self.refusal)

    def _look(self) -> None:
        """The timer: close what is overdue, else look again when the next deadline may pass."""
        limits, allowed = self.limits, self._allowed()
        left = self._left(allowed)
        if left > 0:
            soonest = min(left, limits.head_seconds, limits.body_seconds, self.timeout_keep_alive)
            self.watch = self.loop.call_later(soonest, self._look)
        elif self.phase == "head":
            self._refuse(408, f"The head of the request was not complete after {allowed:g} s; send it at once.")
        elif self.phase == "body":
            self._refuse(408, f"The body of the request stalled for {allowed:g} s; send at least 1 KiB in this time.")
        else:
            self.transport.close()
            self._linger()

    def _linger(self, before: int | None = None) -> None:
        """Give a client time to read what it was sent, as long as it reads."""
        left = self.transport.get_write_buffer_size()
        if before is not None and left >= before:
            self.transport.abort()
        else:
            self.watch = self.loop.call_later(self.limits.body_seconds, self._linger, left)

    def _allowed(self) -> float:
        if self.phase == "idle":
            return self.timeout_keep_alive
        return self.limits.body_seconds if self.phase == "body" else self.limits.head_seconds

    def _left(self, allowed: float) -> float:
        """Seconds until the deadline, which does not run while nothing has one or the client waits for us."""
        expects = self.phase == "body" and self.cycle.waiting_for_100_continue and not self.cycle.response_complete
        waits = self.flow.read_paused or expects
        if self.since and waits:
            self.since = self.loop.time()
        return self.since + allowed - self.loop.time() if self.since else allowed

    def _head_too_large(self) -> tuple[int, str]:
        return 431, f"Request line and headers have more than {self.limits.head_bytes:,} bytes; send fewer."

    def _stop(self, status: int, message: str) -> NoReturn:
        """Stop the parser, upon which uvicorn asks for an answer of 400."""
        self.refusal = status, message
        raise HttpParserCallbackError(message)

    def _refuse(self, status: int, message: str) -> None:
        """Answer and close, unless an earlier answer is due first or this one has begun."""
        earlier = self._unanswered()
        if self.transport.is_closing():
            return
        if self.phase == "body":
            if not self.cycle.response_started and not self.pipeline:
                self.transport.write(self._answer(status, message))
            self.cycle.disconnected = True
            self._abandon()
            self.transport.close()
        elif earlier:
            earlier.keep_alive = False
            self.transport.pause_reading()
        else:
            self.transport.write(self._answer(status, message))
            self.transport.close()

    def _abandon(self) -> None:
        """Tell the exchange that goes on that nobody hears its answer; uvicorn tells only the newest one."""
        if self.running is not None:
            self.running.disconnected = True
            self.running.message_event.set()

    def _unanswered(self) -> RequestResponseCycle | None:
        """The newest request whose head was complete, if its answer is not."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return None if cycle is None or cycle.response_complete else cycle

    def _answer(self, status: int, message: str) -> bytes:
        body = json.dumps({"error": {"message": message}}).encode()
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        return b"".join([STATUS_LINE[status], *(b"%b: %b\r\n" % header for header in headers), b"\r\n", body])


def protocol(limits: Limits = DEFAULT) -> type[Protocol]:
    """The protocol class of one server with these limits, for uvicorn to construct."""
    return type("Protocol", (Protocol,), {"limits": limits, "sections": Sections()})

"""The server in a background thread, for tests and for the demonstration."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from mockvideo.core.accounts import Accounts
from mockvideo.server.app import App
from mockvideo.server.serving import Server, bind, configure, url_of


class ServerThread:
    """``with ServerThread(app) as server:`` serves on a free port of 127.0.0.1 until the block ends."""

    def __init__(self, app: App, *, port: int = 0) -> None:
        self.app = app
        self._listener = bind("127.0.0.1", port)
        self.url = url_of(self._listener)
        self._ready = threading.Event()
        self._server = Server(configure(app), self._ready.set)
        # A notebook or script that forgets to end it ends all the same.
        self._thread = threading.Thread(target=self._run, name="mockvideo", daemon=True)

    @property
    def accounts(self) -> Accounts:
        return self.app.service.accounts

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if not self._server.started:
            self._thread.join()
            raise RuntimeError("the server did not start; what went wrong stands above")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join()

    def _run(self) -> None:
        try:
            with self.app.service.deliverer.listening([self._listener.getsockname()[1]]):
                self._server.run([self._listener])
        finally:
            self._ready.set()

"""Servers on which tests make accounts: our own in this process, or one that others have started."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Self, Unpack

from mockvideo.core.settings import Settings as Usual
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from mockvideo.testing.control import Line
from mockvideo.testing.handle import MockVideo
from mockvideo.testing.reach import PATIENCE
from mockvideo.testing.settings import Settings
from mockvideo.testing.transports import distant, inprocess


class Server(ABC):
    """A server by its URL, and by its control ``token`` if it has one; for any number of tests and threads."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.http = Line(self.url, self.transport(), PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def account(self, key: str | None = None, **settings: Unpack[Settings]) -> MockVideo:
        """Return a fresh account of this key, or of a new one; to close it deletes it. Raises ControlError."""
        return MockVideo(server=self, key=key, **settings)

    @abstractmethod
    def transport(self) -> Any:
        """Return what carries requests of httpx and httpx2 to this server, synchronous or not."""

    def close(self) -> None:
        self.http.close()


class External(Server):
    """A server that others have started; without a ``token`` the one of MOCKVIDEO_TOKEN is shown."""

    def __init__(self, url: str, token: str | None = None) -> None:
        super().__init__(url, token or os.environ.get("MOCKVIDEO_TOKEN"))

    def transport(self) -> Any:
        return distant.Transport(verify=self.url.startswith("https:"))


class Own(Server):
    """A server in a thread of this process, which is asked without its socket where that is not wanted."""

    def __init__(self, options: Options | None = None) -> None:
        options = options or Options(settings=Usual(clock="auto"))
        self._thread = ServerThread(create_app(options)).__enter__()
        super().__init__(self._thread.url, options.token)

    def transport(self) -> Any:
        return inprocess.Transport(self._thread.app)

    def close(self) -> None:
        super().close()
        self._thread.__exit__(None, None, None)

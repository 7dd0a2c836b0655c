"""httpx and httpx2 over the network, where a test may hold either."""

from __future__ import annotations

import sys
from typing import Any, Self


class Transport:
    """Carries the requests of clients of httpx or httpx2, synchronous or not, past the proxies of the surroundings.

    ``verify``: certificates are checked, which are loaded for it.
    """

    def __init__(self, *, verify: bool) -> None:
        self._options = {"verify": verify, "trust_env": False}
        # By the client library whose they are.
        self._carriers: dict[str, Any] = {}
        self._async_carriers: dict[str, Any] = {}

    def handle_request(self, request: Any) -> Any:
        return self._carrier(self._carriers, request, "HTTPTransport").handle_request(request)

    async def handle_async_request(self, request: Any) -> Any:
        carrier = self._carrier(self._async_carriers, request, "AsyncHTTPTransport")
        return await carrier.handle_async_request(request)

    def close(self) -> None:
        for carrier in self._carriers.values():
            carrier.close()

    async def aclose(self) -> None:
        for carrier in self._async_carriers.values():
            await carrier.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _carrier(self, carriers: dict[str, Any], request: Any, kind: str) -> Any:
        # The class itself, as somebody's own requests may be made of it.
        library = type(request).__mro__[-2].__module__
        carrier = carriers.get(library)
        # Of two threads that come first at once, one loses a carrier that has carried nothing yet.
        return carrier or carriers.setdefault(library, getattr(sys.modules[library], kind)(**self._options))

"""Who listens: requests drawn from the types of a dialect, and judges of clients and of servers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockvideo.conformance.client.check import check_client
    from mockvideo.conformance.client.suite import ClientConformance
    from mockvideo.conformance.differential import compare
    from mockvideo.conformance.provider.check import check_provider
    from mockvideo.conformance.provider.suite import ProviderConformance

__all__ = ["ClientConformance", "ProviderConformance", "check_client", "check_provider", "compare"]

_PLACES = {
    "ClientConformance": "mockvideo.conformance.client.suite",
    "ProviderConformance": "mockvideo.conformance.provider.suite",
    "check_client": "mockvideo.conformance.client.check",
    "check_provider": "mockvideo.conformance.provider.check",
    "compare": "mockvideo.conformance.differential",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)

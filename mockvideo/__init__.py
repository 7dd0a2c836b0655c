"""A local stand-in for the video-generation APIs an application pays for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockvideo.testing.handle import MockVideo
    from mockvideo.testing.receiving.receiver import Receiver

__all__ = ["MockVideo", "Receiver"]
__version__ = "0.1.0"

_PLACES = {"MockVideo": "mockvideo.testing.handle", "Receiver": "mockvideo.testing.receiving.receiver"}


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)

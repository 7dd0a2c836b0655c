"""Clips from nothing: bytes in, bytes out."""

from mockvideo.media.clip import Clip
from mockvideo.media.mp4 import pad, write
from mockvideo.media.sniff import media_type

__all__ = ["Clip", "media_type", "pad", "write"]

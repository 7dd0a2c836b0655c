"""Clips from nothing: bytes in, bytes out."""

from mockvideo.media.clip import Clip
from mockvideo.media.damage import DAMAGES
from mockvideo.media.mp4 import padding, write
from mockvideo.media.sniff import media_type

__all__ = ["DAMAGES", "Clip", "media_type", "padding", "write"]

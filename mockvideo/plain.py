"""Text from outside that can be shown anywhere."""

from __future__ import annotations


def clean(text: object) -> str:
    """Return a text without the bytes that steer a terminal, and without what else cannot be seen."""
    shown = str(text)
    return shown if shown.isprintable() else "".join(filter(str.isprintable, shown))

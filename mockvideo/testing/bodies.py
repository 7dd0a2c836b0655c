"""What the journal keeps of a request's body, read as the document that it was."""

from __future__ import annotations

import json
import re
from typing import Any

# Fields of a form stand one a line; what begins otherwise goes on with the line before.
FIELD = re.compile(r"\A[A-Za-z_][\w.\[\]-]{0,99}=")


def document(text: str, content_type: str) -> Any:
    """Return a document from its text, that of a form with texts as values; None: it is none, or not whole."""
    if "form" in content_type:
        return _form(text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _form(text: str) -> dict[str, str] | None:
    fields: dict[str, str] = {}
    name = ""
    for line in text.split("\n"):
        if FIELD.match(line):
            name, _, fields[name] = line.partition("=")
        elif name:
            fields[name] += f"\n{line}"
    return fields or None

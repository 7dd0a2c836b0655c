"""What the journal keeps instead of a body that carries files: pictures and clips by what they are."""

from __future__ import annotations

import re
from hashlib import sha256

from mockvideo.core.files import File
from mockvideo.operation import Form

LONGEST_FIELD = 4096
DATA_URL = re.compile(rb'data:([\w.+-]+/[\w.+-]+)?[^"\\\s]{256,}')


def of_form(form: Form) -> bytes:
    """The fields of a form, one a line."""
    return b"\n".join(name.encode() + b"=" + _value(value) for name, value in form)


def of_json(body: bytes) -> bytes:
    """The JSON text with every data URL named by its type, size and digest."""
    return DATA_URL.sub(_named, body) if len(body) > LONGEST_FIELD and b"data:" in body else body


def _value(value: str | File) -> bytes:
    if isinstance(value, File):
        return f"<{value.media_type}, {value.size:,} bytes, sha256 {value.digest}>".encode()
    text = DATA_URL.sub(_named, value.encode())
    return text if len(text) <= LONGEST_FIELD else b"%b... (%d bytes)" % (text[:LONGEST_FIELD], len(text))


def _named(match: re.Match[bytes]) -> bytes:
    url = match[0]
    return b"<data URL, %b, %d bytes, sha256 %b>" % (match[1] or b"?", len(url), sha256(url).hexdigest().encode())

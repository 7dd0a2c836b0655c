"""The one strict reader of request bodies: bytes within a cap, then JSON or a form, or a refusal that says why."""

from __future__ import annotations

import binascii
import hashlib
import math
import re
from collections.abc import Iterable

from pydantic_core import from_json
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Receive

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.files import File
from mockvideo.media import media_type

Headers = Iterable[tuple[bytes, bytes]]

# What no client needs. The first one guards memory: `[],` is three bytes on the wire and seventy once parsed.
JSON_VALUES = 50_000
FORM_PARTS = 1_000  # Starlette's own limit, and Django's
FORM_TYPE_BYTES = 1_024
BOUNDARY_BYTES = 256  # RFC 2046, 5.1.1 allows 70; nothing here depends on it
NAME_BYTES = 1_024
PART_HEADER_BYTES = 2_560
PART_PARAMETERS = 32

BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
CLIMBING = re.compile(r"\.\.[/\\]")
PATH_SEPARATOR = re.compile(r"[/\\]")
TEXT_TYPES = (b"text/", b"application/json")


class Disconnected(Exception):  # noqa: N818 - an event, not an error of ours
    """The client hung up before its request was complete."""


def header(headers: Headers, name: bytes) -> bytes:
    """The first value of the header with this lower-case name, empty if there is none."""
    for key, value in headers:
        if key == name:
            return value
    return b""


def content_type(headers: Headers) -> str:
    """The lower-cased media type without parameters, empty if none is declared."""
    return header(headers, b"content-type").partition(b";")[0].strip().lower().decode("latin-1")


def refuse_encoding(headers: Headers) -> None:
    """No body is ever decompressed: that way no small body can become a large one."""
    for name, value in headers:
        if name == b"content-encoding" and value.strip().lower() not in {b"", b"identity"}:
            raise ApiError(
                Kind.UNSUPPORTED_MEDIA_TYPE,
                "Compressed request bodies are not supported; send the body as it is, without Content-Encoding.",
            )


async def receive_body(receive: Receive, length: bytes, *, cap: int) -> bytes:
    """Read the whole body, or refuse it as soon as more than ``cap`` bytes were announced or have arrived.

    ``length`` is the Content-Length, empty if there is none.
    """
    if _announced(length) > cap:
        raise _too_large(cap)
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) + len(chunk) > cap:
            raise _too_large(cap)
        if not more and not body:
            return chunk
        body += chunk
    return bytes(body)


def parse_json(data: bytes) -> object:
    """The JSON document in ``data``. Of duplicate keys the last one wins.

    pydantic_core refuses NaN, depth over 201, integers over 4,300 digits, lone surrogates, a byte order mark and
    whatever is not UTF-8.
    """
    if not data:
        raise _invalid("The body is empty; send a JSON document.")
    # Every value but the first of its container follows one of these bytes; text that contains them is counted too.
    if len(data) > JSON_VALUES and sum(map(data.count, (b",", b"[", b"{"))) > JSON_VALUES:
        raise _invalid(f"The body holds more than {JSON_VALUES:,} JSON values; send fewer.")
    try:
        document: object = from_json(data, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        raise _invalid(f"The body is not valid JSON ({error}); send one document in UTF-8.") from error
    if _overflows(document):
        raise _invalid("The body holds a number too large for a double; send a finite one.")
    return document


def parse_form(data: bytes, content_type: str) -> list[tuple[str, str | File]]:
    """The fields of a form in their order; ``content_type`` is the whole header, with its boundary.

    A part with a file name, or of a type that is not text, is a file.
    """
    if len(content_type) > FORM_TYPE_BYTES:
        raise _invalid(f"The Content-Type is longer than {FORM_TYPE_BYTES:,} bytes; use a shorter boundary.")
    media, options = parse_options_header(content_type)
    if not data:
        raise _invalid("The body is empty; send the fields of the form.")
    if media == b"application/x-www-form-urlencoded":
        return _urlencoded(data)
    if media == b"multipart/form-data":
        return [_field(headers, content) for headers, content in _multipart(data, options.get(b"boundary", b""))]
    raise ApiError(
        Kind.UNSUPPORTED_MEDIA_TYPE, "Send the form as multipart/form-data or application/x-www-form-urlencoded."
    )


def _announced(length: bytes) -> int:
    """What Content-Length says; the HTTP parser has already refused what is no number."""
    return int(length) if length.isdigit() and len(length) < 20 else 0


def _invalid(message: str, field: str | None = None) -> ApiError:
    return ApiError(Kind.INVALID_REQUEST, message, field=field)


def _too_large(cap: int) -> ApiError:
    return ApiError(
        Kind.PAYLOAD_TOO_LARGE, f"The body is larger than the {cap:,} bytes allowed here; send a smaller one.", cap=cap
    )


def _overflows(document: object) -> bool:
    """Whether a number became infinite, as from_json lets 1e999 and 400 digits with a fraction become."""
    values = [document]
    for value in values:  # which grows meanwhile
        if isinstance(value, str):
            continue
        if isinstance(value, dict):
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)
        elif isinstance(value, float) and math.isinf(value):
            return True
    return False


def _urlencoded(data: bytes) -> list[tuple[str, str | File]]:
    """Fields split by hand: python-multipart's parser takes a second for 6 MB of ``&``, urllib for 5 MB of ``%41``."""
    if data.count(b"&") >= FORM_PARTS:
        raise _too_many_parts()
    broken = BROKEN_ESCAPE.search(data)
    if broken:
        raise _invalid(f"The form has a broken percent escape at byte {broken.start():,}; write a percent sign as %25.")
    fields: list[tuple[str, str | File]] = []
    for pair in filter(None, data.split(b"&")):
        raw, _, value = pair.partition(b"=")
        name = _name(_unescaped(raw))
        fields.append((name, _text(_unescaped(value), name)))
    return fields


def _unescaped(escaped: bytes) -> bytes:
    # Quoted-printable is the same escape behind another sign, and binascii decodes it in C.
    return binascii.a2b_qp(escaped.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"="))


class _Parts:
    """Gathers the parts of a body that is written to the parser at once, so that every span comes whole."""

    def __init__(self) -> None:
        self.found: list[tuple[dict[bytes, bytes], bytes]] = []
        self.complete = False

    def begin(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.content = b""

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self.header = data[start:end].lower()

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.headers[self.header] = data[start:end]

    def part_data(self, data: bytes, start: int, end: int) -> None:
        self.content = data[start:end]

    def end(self) -> None:
        self.found.append((self.headers, self.content))

    def finish(self) -> None:
        self.complete = True


def _multipart(data: bytes, boundary: bytes) -> list[tuple[dict[bytes, bytes], bytes]]:
    """Headers and content of every part."""
    if not 0 < len(boundary) <= BOUNDARY_BYTES:
        raise _invalid(
            f"The Content-Type needs a boundary of at most {BOUNDARY_BYTES} bytes; let the HTTP library write it."
        )
    # Also keeps the parser fast: it examines what looks like a boundary byte by byte.
    if data.count(b"\r\n--" + boundary) > FORM_PARTS:
        raise _too_many_parts()
    parts = _Parts()
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": parts.begin,
            "on_header_field": parts.header_field,
            "on_header_value": parts.header_value,
            "on_part_data": parts.part_data,
            "on_part_end": parts.end,
            "on_end": parts.finish,
        },
        max_header_size=PART_HEADER_BYTES,
    )
    try:
        parser.write(data)
    except FormParserError as error:
        raise _invalid(f"The body is not valid multipart/form-data ({error}); let an HTTP library write it.") from error
    if not parts.complete:
        raise _invalid("The multipart body ends before its last boundary; send all of it.")
    return parts.found


def _field(headers: dict[bytes, bytes], content: bytes) -> tuple[str, str | File]:
    disposition = headers.get(b"content-disposition", b"")
    if disposition.count(b";") > PART_PARAMETERS:
        raise _invalid(f"A part has more than {PART_PARAMETERS} semicolons in its Content-Disposition; send fewer.")
    options = parse_options_header(disposition)[1]
    if b"name" not in options:
        raise _invalid('A part has no name; give each one Content-Disposition: form-data; name="…".')
    name, file_name = _name(options[b"name"]), options.get(b"filename")
    # A part without a type is text (RFC 7578, 4.4).
    if file_name is None and headers.get(b"content-type", b"text/plain").lower().startswith(TEXT_TYPES):
        return name, _text(content, name)
    return name, _file(file_name or b"", content)


def _file(name: bytes, content: bytes) -> File:
    sniffed = media_type(content) or "application/octet-stream"
    return File(_file_name(name), sniffed, len(content), hashlib.sha256(content).hexdigest(), content)


def _file_name(raw: bytes) -> str:
    """The last component of the path a client sent, without control characters; a name that only climbs is empty."""
    last = PATH_SEPARATOR.split(raw.decode("utf-8", "replace"))[-1]
    name = "".join(filter(str.isprintable, last))
    return name if name.strip(".") else ""


def _name(raw: bytes) -> str:
    if len(raw) > NAME_BYTES:
        raise _invalid(f"The name of a field is longer than {NAME_BYTES:,} bytes; send a shorter one.")
    name = _text(raw, None)
    if not name.isprintable() or CLIMBING.search(name):
        raise _invalid("The name of a field has control characters or ../ in it; send plain names.")
    return name


def _text(raw: bytes, name: str | None) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        what = "The name of a field" if name is None else f"The field {name}"
        raise _invalid(f"{what} is not UTF-8; send text in UTF-8, and files with a file name.", name) from error


def _too_many_parts() -> ApiError:
    return _invalid(f"The form has more than {FORM_PARTS:,} fields; send fewer.")

"""Reads the document of a request: the body as JSON or as a form, or the query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import parse_qsl

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.files import File
from mockvideo.operation import Submit
from mockvideo.schema import Json
from mockvideo.server.body import content_type, header, parse_form, parse_json
from mockvideo.server.call import Call

MOST_PARAMETERS = 100
LONGEST_FIELD = 4096


def read_document(call: Call, operation: Submit) -> tuple[Json, bool]:
    """Read the body as JSON or as a form; the second value says whether types are strict, as they are in JSON."""
    media_type = content_type(call.headers)
    if media_type not in operation.accepts:
        _refuse_type(media_type, operation)
    if media_type != "application/json" and operation.form is not None:
        fields = parse_form(call.body, header(call.headers, b"content-type").decode("latin-1"))
        call.record = "\n".join(f"{name}={_shortened(value)}" for name, value in fields).encode()
        return operation.form(fields), False
    document = parse_json(call.body)
    if not isinstance(document, dict):
        raise ApiError(Kind.INVALID_REQUEST, f"The body must be a JSON object, not {_json_type(document)}.")
    return document, True


def _shortened(value: str | File) -> str:
    """A field as the journal keeps it: files and data URLs by what they are."""
    if isinstance(value, File):
        return f"<{value.media_type}, {value.size:,} bytes, sha256 {value.digest}>"
    return value if len(value) <= LONGEST_FIELD else f"{value[:LONGEST_FIELD]}… ({len(value):,} characters)"


def _refuse_type(media_type: str, operation: Submit) -> NoReturn:
    accepted = " or ".join(operation.accepts)
    found = media_type or "none"
    raise ApiError(Kind.UNSUPPORTED_MEDIA_TYPE, f"Content-Type must be {accepted}, not {found}.", field="content-type")


def _json_type(document: object) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(document), "a number")


def read_query(call: Call) -> Mapping[str, str]:
    """Read the query; of a repeated parameter the last value counts."""
    try:
        return dict(
            parse_qsl(
                call.scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_PARAMETERS
            )
        )
    except ValueError:
        message = f"The query has more than {MOST_PARAMETERS} parameters; send fewer."
        raise ApiError(Kind.INVALID_REQUEST, message) from None

"""Reads the document of a request: the body as JSON or as a form, or the query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import parse_qsl

from mockvideo.core.errors import ApiError, Kind
from mockvideo.operation import Submit
from mockvideo.schema import Json
from mockvideo.server import records
from mockvideo.server.body import content_type, parse_form, parse_json
from mockvideo.server.call import Call

MOST_PARAMETERS = 100


def read_document(call: Call, operation: Submit) -> tuple[Json, bool]:
    """Read the body as JSON or as a form; the second value says whether types are strict, as they are in JSON."""
    declared = call.named.get(b"content-type", b"")
    # Most clients say just this.
    media_type = "application/json" if declared == b"application/json" else content_type(call.headers)
    if media_type not in operation.accepts:
        _refuse_type(media_type, operation)
    if media_type != "application/json" and operation.form is not None:
        fields = parse_form(call.body, declared.decode("latin-1"))
        call.record = records.of_form(fields)
        return operation.form(fields), False
    document = parse_json(call.body)
    call.record = records.of_json(call.body)
    if not isinstance(document, dict):
        raise ApiError(Kind.INVALID_REQUEST, f"The body must be a JSON object, not {_json_type(document)}.")
    return document, True


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

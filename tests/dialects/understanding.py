"""What the tests of the sora dialect share: documents and forms on their way through its checks."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.files import File
from mockvideo.core.jobs import VideoRequest
from mockvideo.dialects.sora import DIALECT, schemas
from mockvideo.operation import Form, Submit
from mockvideo.schema import Json, validate

URL = "https://example.com/cat.png"
OTHER = "https://example.com/other"
DATA_URL = "data:image/png;base64,iVBORw0KGgo="
GENERIC = "doubao-seedance-2-0-260128"
SUBMIT = next(route.operation for route in DIALECT.routes if isinstance(route.operation, Submit))


def understood(document: Json, *, strict: bool = True) -> VideoRequest:
    """Push a document through the dialect's checks in its order, as a server does."""
    document = DIALECT.fold(document)
    row = DIALECT.catalog.row(document["model"]) if "model" in document else None
    validate(DIALECT.catalog.schema, document, strict=strict)
    try:
        request = validate(DIALECT.catalog.request(row), document, strict=strict, broken=Kind.MODEL_LIMIT)
        DIALECT.catalog.relate(row, request)
        return DIALECT.understand(request, row)
    except ApiError as error:
        raise ApiError.of(error.refusal, model=row.id) from None


def refused(document: Json, *, strict: bool = True) -> Refusal:
    with pytest.raises(ApiError) as caught:
        understood(document, strict=strict)
    return caught.value.refusal


def status_of(document: Json, *, strict: bool = True) -> int:
    """Return the status of the answer to a submission."""
    try:
        understood(document, strict=strict)
    except ApiError as error:
        return said(error.refusal)[0]
    return SUBMIT.status


def read(*form: tuple[str, str | File]) -> Json:
    """Return the document that a form makes."""
    fields: Form = list(form)
    return SUBMIT.form(fields)


def body(model: str = "grok-video-3", **fields: Any) -> Json:
    named = {"model_name": "kling-v2-6"} if model == "kling-video" else {}
    return {"model": model, "prompt": "a cat", **named, **fields}


def file_of(data: bytes = b"\x89PNG\xff") -> File:
    return File("cat.png", "image/png", len(data), sha256(data).hexdigest(), data)


FILE = file_of()


def said(refusal: Refusal) -> tuple[int, Json]:
    """Return status and error of a refusal's answer."""
    status, document = DIALECT.say(refusal)
    assert schemas.Error.model_validate(document, strict=True)
    assert document.keys() == {"error"}
    return status, document["error"]

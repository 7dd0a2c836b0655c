"""What the control API says instead of doing what was asked."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ValidationError

from mockvideo.core.errors import Kind, Refusal

STATUSES = {
    Kind.INVALID_KEY: 401,
    Kind.INACTIVE_KEY: 403,
    Kind.JOB_NOT_FOUND: 404,
    Kind.PAYLOAD_TOO_LARGE: 413,
    Kind.UNSUPPORTED_MEDIA_TYPE: 415,
    Kind.UNAVAILABLE: 503,
}
MESSAGES = {
    Kind.INVALID_KEY: "This API key is refused: it is not in the closed list, or says itself that it is invalid.",
    Kind.INACTIVE_KEY: "This API key is refused: it says itself that it is inactive.",
    Kind.JOB_NOT_FOUND: "There is no such job; list the account's jobs.",
}


class RefusedError(Exception):
    """A status, what is wrong, and what to do next."""

    def __init__(self, status: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.hint = hint
        self.headers: list[tuple[bytes, bytes]] = []


def of_refusal(refusal: Refusal) -> RefusedError:
    """Say what a part of the server that dialects use, too, has refused."""
    message = refusal.message or MESSAGES.get(refusal.kind, refusal.kind.value)
    return RefusedError(STATUSES.get(refusal.kind, 400), message)


def of_validation(error: ValidationError, asked: type[BaseModel]) -> RefusedError:
    """Say the first thing that is wrong with what was asked, and what may be written there."""
    first = error.errors(include_url=False, include_input=False)[0]
    fields = {field.alias or name: field for name, field in asked.model_fields.items()}
    name = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        return RefusedError(400, f"{name[:100]} is not known here.", f"Known are {_listed(list(fields))}.")
    message = first["msg"].removeprefix("Value error, ")
    if name not in fields:
        return RefusedError(400, f"{message}.", f"Known are {_listed(list(fields))}.")
    return RefusedError(400, f"{name}: {message}.", fields[name].description)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "no fields at all"

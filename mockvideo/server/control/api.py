"""The way of a call through the control API: guard, route, right, body, act, answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from mockvideo.core.errors import ApiError
from mockvideo.dialect import Dialect
from mockvideo.server.body import Disconnected, parse_json, receive_body
from mockvideo.server.control.asked import Asked
from mockvideo.server.control.audits import Audits
from mockvideo.server.control.door import admit, refuse_other_types, refuse_strangers
from mockvideo.server.control.refusals import RefusedError, of_refusal, of_validation
from mockvideo.server.control.routes import TABLE
from mockvideo.server.control.table import PREFIX, Route
from mockvideo.server.control.told import ErrorTold, Refused, Told
from mockvideo.server.control.visit import Desk, Pace, Visit
from mockvideo.server.files import Answer
from mockvideo.server.service import JSON, Service

LARGEST_BODY = 1 << 20
MOST_PARAMETERS = 50
LONGEST_TOLD = 200
HEADERS = [JSON, (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]

logger = logging.getLogger("mockvideo")


class Control:
    """Answers what is asked below ``PREFIX``, never with headers that let web pages of others read it."""

    def __init__(self, service: Service, dialects: Mapping[str, Dialect], pace: Pace | None = None) -> None:
        currencies = {name: dialect.terms.tariff.currency for name, dialect in dialects.items()}
        audits = Audits(currencies, inline=service.options.media == "data")
        self.desk = Desk(service, dialects, audits, pace or Pace())

    async def __call__(
        self, scope: Scope, path: str, named: dict[bytes, bytes], receive: Receive, send: Send
    ) -> Answer | None:
        """Return the answer; None if it was sent already, or nobody is there any more."""
        try:
            return await _answer(Visit(self.desk, scope, named, receive, send), path)
        except RefusedError as error:
            return _refused(error)
        except ApiError as error:
            return _refused(of_refusal(error.refusal))
        except Disconnected:
            return None
        except Exception:
            logger.exception("%s %s failed", scope["method"], path)
            return _refused(RefusedError(500, "This is a fault of mockvideo; its log has more."))


async def _answer(visit: Visit, path: str) -> Answer | None:
    refuse_strangers(visit)
    route = _find(visit, path)
    admit(visit, route)
    if route.writes:
        refuse_other_types(visit)
    asked = await _body(visit, route.asks) if route.writes else _query(visit, route.asks)
    found = await route.act(visit, asked)
    if isinstance(found, Told):
        return _document(route.status, found)
    return found


def _find(visit: Visit, path: str) -> Route:
    found = TABLE.find(path)
    if found is None:
        message = f"The control API has nothing at {path[:LONGEST_TOLD]}."
        raise RefusedError(404, message, f"{PREFIX}/openapi.json lists its paths.")
    method = visit.scope["method"]
    if method not in found.methods:
        allowed = ", ".join(found.methods)
        refused = RefusedError(405, f"{path[:LONGEST_TOLD]} does not answer {method}.", f"It answers {allowed}.")
        refused.headers.append((b"allow", allowed.encode()))
        raise refused
    visit.names = found.names
    return found.methods[method]


async def _body(visit: Visit, asks: type[Asked]) -> Asked:
    body = await receive_body(visit.receive, visit.named.get(b"content-length", b""), cap=LARGEST_BODY)
    if not body:
        return _validated(asks, b"{}")
    # pydantic alone would read more than we want to: see the strict reader.
    if not isinstance(parse_json(body), dict):
        raise RefusedError(400, "The body is no JSON object.", 'Send one like {"name": "value"}.')
    return _validated(asks, body)


def _validated(asks: type[Asked], body: bytes) -> Asked:
    try:
        return asks.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise of_validation(error, asks) from None


def _query(visit: Visit, asks: type[Asked]) -> Asked:
    text = visit.scope["query_string"].decode("latin-1")
    try:
        return asks.model_validate(dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)))
    except ValidationError as error:
        raise of_validation(error, asks) from None
    except ValueError:
        raise RefusedError(400, f"The query has more than {MOST_PARAMETERS} parameters; send fewer.") from None


def _refused(error: RefusedError) -> Answer:
    return _document(error.status, Refused(error=ErrorTold(message=error.message, hint=error.hint)), error.headers)


def _document(status: int, document: Told, more: list[tuple[bytes, bytes]] | None = None) -> Answer:
    body = document.model_dump_json(by_alias=True, exclude_none=isinstance(document, Refused)).encode()
    return Answer(status, [*HEADERS, (b"content-length", b"%d" % len(body)), *(more or [])], body)

"""The OpenAPI 3.1 document of the control API, from its routes and the models of what they read and tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from mockvideo import __version__
from mockvideo.server.control.asked import Asked, Nothing
from mockvideo.server.control.table import PREFIX, Access, Route
from mockvideo.server.control.told import Refused

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"
ABOUT = (
    "What scenario files and the command line can do, over HTTP. An API key opens `/me` for its own account; the "
    "control token opens all accounts, and is needed only where a server has one, or listens beyond this machine."
)
SCHEMES: Json = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key; it is an account from its first use on."},
    "keyHeader": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "token": {"type": "http", "scheme": "bearer", "description": "The control token."},
    "tokenHeader": {"type": "apiKey", "in": "header", "name": "X-Mockvideo-Token"},
}
KEY: list[Json] = [{"key": []}, {"keyHeader": []}]
# An empty one stands for a server that needs none.
TOKEN: list[Json] = [{}, {"token": []}, {"tokenHeader": []}]
SECURITY: dict[Access, list[Json]] = {"open": [], "account": KEY, "token": TOKEN, "either": [*TOKEN, *KEY]}
REFUSALS = {
    400: "What was asked makes no sense; the message says what would.",
    401: "The key or the token is missing, or is not right.",
    403: "A web page of others has no access, and a key that is inactive has none.",
    404: "There is no such account or job.",
    409: "It cannot be done as things stand.",
    415: "Whatever changes something needs Content-Type: application/json.",
}


def document(routes: Iterable[Route], url: str) -> Json:
    """Describe these routes of the server at this URL."""
    routes = list(routes)
    asked = {route.asks.__name__: (route.asks, "validation") for route in routes}
    told = {
        model.__name__: (model, "serialization") for model in (Refused, *(route.tells for route in routes)) if model
    }
    models: Any = [*asked.values(), *told.values()]
    _, schemas = models_json_schema(models, ref_template=REFERENCE)
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "mockvideo control API", "version": __version__, "description": ABOUT},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {"schemas": schemas["$defs"], "securitySchemes": SCHEMES},
    }


def _operation(route: Route) -> Json:
    told = {"description": route.about, "content": _content(route)}
    refused = {"schema": _reference(Refused)}
    written: Json = {
        "operationId": _name(route),
        "summary": route.about,
        "security": SECURITY[route.access],
        "parameters": [*_placed(route), *([] if route.writes else _queried(route.asks))],
        "responses": {
            str(route.status): told,
            **{
                str(status): {"description": about, "content": {"application/json": refused}}
                for status, about in REFUSALS.items()
            },
        },
    }
    if route.writes:
        required = any(field.is_required() for field in route.asks.model_fields.values())
        schema = _reference(route.asks)
        written["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema}}}
    return written


def _content(route: Route) -> Json:
    if route.tells is not None:
        return {"application/json": {"schema": _reference(route.tells)}}
    if route.asks is Nothing:
        return {"application/json": {"schema": {"type": "object"}}}
    return {"text/event-stream": {"schema": {"type": "string"}}}


def _name(route: Route) -> str:
    """A name of our own for the operation, from method and path."""
    words = re.findall(r"\w+", route.path)
    return route.method.lower() + "".join(word[0].upper() + word[1:] for word in words)


def _placed(route: Route) -> Iterator[Json]:
    for name in re.findall(r"{(\w+)}", route.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _queried(asks: type[Asked]) -> Iterator[Json]:
    properties = asks.model_json_schema(ref_template=REFERENCE)["properties"] if asks.model_fields else {}
    for name, schema in properties.items():
        about = schema.pop("description", "")
        yield {"name": name, "in": "query", "required": False, "description": about, "schema": schema}


def _reference(model: type[BaseModel]) -> Json:
    return {"$ref": REFERENCE.format(model=model.__name__)}

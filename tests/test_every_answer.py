"""Whatever is sent to a dialect, the answer is in its own words."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from hypothesis import given
from hypothesis import strategies as st

from mockvideo.conformance.strategies import ANYTHING, models
from mockvideo.core.errors import Kind, Refusal
from mockvideo.dialect import Dialect
from mockvideo.operation import Document, List, Poll, Route, Submit, Upload
from tests.driving import Answer, at_once, exchange
from tests.every import DIALECTS, client_of, each

TYPES = st.sampled_from(
    ["application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain", ""]
)
PARAMETERS = st.sampled_from(
    ["category", "cursor", "include_models", "limit", "modality", "model", "plan", "provider", "q", "status", "type"]
)
SCHEMES = st.sampled_from([b"", b"Bearer", b"Bearer ", b"bearer ", b"Basic "])

# One server for every dialect is enough for what makes no job: to make one takes longer than to ask it.
CLIENTS = {name: client_of(dialect) for name, dialect in DIALECTS.items()}


def is_in_its_words(answer: Answer, dialect: Dialect, route: Route) -> bool:
    """Whether the answer is a document of the route, or a refusal for which the client is to blame."""
    if answer.status < 400:
        return bool(route.operation.answer.model_validate_json(answer.body, strict=True))
    dialect.error.model_validate_json(answer.body, strict=True)
    return answer.status < 500 or answer.status == dialect.spelling(Refusal(Kind.UNKNOWN_MODEL)).status


@each(Submit)
@given(data=st.data())
def test_any_document_is_answered(dialect, route, data) -> None:
    names = st.sampled_from(sorted(dialect.catalog.schema.model_fields)) | st.text()
    usual = data.draw(st.fixed_dictionaries({}, optional={"model": models(dialect), "prompt": st.just("a cat")}))
    answer = client_of(dialect).submit(data.draw(st.dictionaries(names, ANYTHING)) | usual, route)
    assert is_in_its_words(answer, dialect, route), answer


@each(Submit | Upload)
@given(body=st.binary(), content_type=TYPES)
def test_any_body_is_answered(dialect, route, body, content_type) -> None:
    answer = CLIENTS[dialect.name].ask(route.method, route.path, body, content_type)
    assert is_in_its_words(answer, dialect, route), answer


@each(Poll | Document)
@given(name=st.text())
def test_any_name_is_answered(dialect, route, name) -> None:
    answer = CLIENTS[dialect.name].ask(route.method, route.path.replace("{id}", quote(name, safe="")))
    assert is_in_its_words(answer, dialect, route), answer


@each(List | Document)
@given(query=st.dictionaries(PARAMETERS | st.text(), st.text() | st.integers().map(str)))
def test_any_query_is_answered(dialect, route, query) -> None:
    path = route.path.replace("{id}", dialect.example["model"])
    answer = CLIENTS[dialect.name].ask(route.method, f"{path}?{urlencode(query)}")
    assert is_in_its_words(answer, dialect, route), answer


@each(Submit | Poll)
@given(scheme=SCHEMES, key=st.binary())
def test_any_credential_is_answered(dialect, route, scheme, key) -> None:
    named = [(dialect.credential.header, scheme + key)]
    url = f"/{dialect.name}{route.path.replace('{id}', 'x')}"
    answer = at_once(exchange(CLIENTS[dialect.name].app, route.method, url, named, b"{}"))
    assert is_in_its_words(answer, dialect, route), answer

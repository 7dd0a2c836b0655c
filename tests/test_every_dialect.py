"""What holds for every dialect that loads: a new folder or entry point is covered with no new line."""

from __future__ import annotations

import gc
import tracemalloc
from itertools import chain
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mockvideo.conformance.acceptance import refused
from mockvideo.conformance.limits import edges
from mockvideo.conformance.strategies import invalid_requests, requests
from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import Reason, State
from mockvideo.core.scenario import Rule
from mockvideo.dialect import Spelling, spelled
from mockvideo.fidelity import card
from mockvideo.operation import Document, List, Operation, Submit, Upload
from mockvideo.pointer import error_text
from tests.driving import Client, app_of, route_of
from tests.every import (
    DIALECTS,
    client_of,
    each,
    every_dialect,
    every_kind,
    every_limited_model,
    every_polled_dialect,
    is_refused,
)
from tests.server.corpus import REFUSED, STRANGE

VALID = {name: requests(dialect) for name, dialect in DIALECTS.items()}
INVALID = {name: invalid_requests(dialect) for name, dialect in DIALECTS.items()}
BY_TYPE = (Kind.INVALID_REQUEST, Kind.MISSING_INPUT, Kind.MODEL_LIMIT, Kind.UNKNOWN_MODEL)
HEAD = 1 << 10  # what is left of a long content type: over a socket, heads are bounded
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)
FORM = b'--xyz\r\nContent-Disposition: form-data; name="%b"; filename="a.png"\r\n\r\n%b\r\n--xyz--\r\n'


# The vocabulary


@every_dialect
@every_kind
def test_every_kind_of_error_reads_well_even_without_facts(dialect, kind) -> None:
    status, document = dialect.say(Refusal(kind))
    dialect.error.model_validate(document, strict=True)
    text = error_text(document, dialect.pointers.error)
    assert 400 <= status < 600
    assert text
    assert "{" not in text


@every_dialect
def test_every_failure_is_spelled(dialect) -> None:
    assert all(isinstance(dialect.failures[reason], Spelling) for reason in Reason)


@every_polled_dialect
def test_every_state_has_a_word(dialect) -> None:
    assert set(spelled(dialect.states)) == set(State)


@every_dialect
def test_every_field_says_where_it_comes_from(dialect) -> None:
    assert card(dialect).unsourced == ()


@every_dialect
def test_the_routes_are_all_different(dialect) -> None:
    places = [(route.method, route.path) for route in dialect.routes]
    assert len(set(places)) == len(places)


# Refusals


@each(Operation)
def test_a_method_that_a_path_does_not_have_is_refused(dialect, route) -> None:
    answer = client_of(dialect).ask("PURGE", route.path.replace("{id}", "x"))
    assert is_refused(answer, dialect, Kind.METHOD_NOT_ALLOWED)


@every_dialect
@pytest.mark.parametrize("path", ["/", "/nowhere", "//", "/v1/../v2", "/v1/videos/a/b/c", "/\x00"])
def test_a_path_that_leads_nowhere_is_refused(dialect, path) -> None:
    assert is_refused(client_of(dialect).ask("GET", path), dialect, Kind.ROUTE_NOT_FOUND)


@each(Submit)
@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (None, Kind.MISSING_KEY),
        ("", Kind.MISSING_KEY),
        ("sk-invalid", Kind.INVALID_KEY),
        ("sk-revoked", Kind.INVALID_KEY),
        ("k" * 513, Kind.INVALID_KEY),
        ("sk-inactive", Kind.INACTIVE_KEY),
    ],
)
def test_a_key_that_opens_nothing_is_refused(dialect, route, key, kind) -> None:
    client = Client(app_of(), dialect, key)
    assert is_refused(client.ask(route.method, route.path), dialect, kind)


@each(Submit)
@every_kind
def test_a_planned_error_is_spelled_and_noted_as_planned(dialect, route, kind) -> None:
    client = client_of(dialect, rules=(Rule(dialect=dialect.name, on=route.name, error=kind),))
    answer = client.submit(dialect.example, route)
    (entry,) = client.account.journal
    assert answer.status == dialect.spelling(Refusal(kind)).status
    assert is_refused(answer, dialect, kind)
    assert (entry.planned, entry.refusal.kind, entry.status) == (True, kind, answer.status)


@each(Submit | Upload)
def test_a_hostile_body_is_refused(dialect, route) -> None:
    client = client_of(dialect)
    for name, body, content_type in chain(REFUSED, STRANGE):
        answer = client.ask(route.method, route.path, body, content_type)
        assert 400 <= answer.status < 500, name
        assert dialect.error.model_validate_json(answer.body, strict=True), name


@each(Submit | Upload, usually={"apiframe"})
def test_hostile_bodies_leave_no_memory_behind(dialect, route) -> None:
    client = client_of(dialect)

    def refuse_all() -> int:
        for _, body, content_type in REFUSED:
            client.ask(route.method, route.path, body, content_type[:HEAD])
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    refuse_all()  # whatever is built at its first use, and a full journal
    tracemalloc.start()
    before = refuse_all()
    after = refuse_all()
    tracemalloc.stop()
    assert after - before < 300_000  # what the journal keeps of so many refusals


# Requests


@each(Submit)
def test_the_example_is_accepted(dialect, route) -> None:
    answer = client_of(dialect).submit(dialect.example, route)
    assert refused(dialect, dict(dialect.example)) is None
    assert answer.status == route.operation.status
    assert route.operation.answer.model_validate_json(answer.body, strict=True)


@each(Submit)
@given(data=st.data())
def test_a_request_drawn_from_the_types_is_accepted(dialect, route, data) -> None:
    document = data.draw(VALID[dialect.name])
    answer = client_of(dialect, document["model"]).submit(document, route)
    assert answer.status == route.operation.status, answer.body
    assert route.operation.answer.model_validate_json(answer.body, strict=True)


@each(Submit, lambda operation: operation.form is not None)
@given(data=st.data())
def test_a_request_may_be_written_as_a_form(dialect, route, data) -> None:
    document = data.draw(VALID[dialect.name])
    fields = {name: value for name, value in document.items() if isinstance(value, str | int | float)}
    assume(refused(dialect, fields) is None)
    client, body = client_of(dialect, document["model"]), urlencode(fields).encode()
    answer = client.ask(route.method, route.path, body, "application/x-www-form-urlencoded")
    assert answer.status == route.operation.status, answer.body


@each(Submit)
@given(data=st.data())
def test_a_request_that_is_wrong_in_one_place_is_refused(dialect, route, data) -> None:
    invalid = data.draw(INVALID[dialect.name])
    answer = client_of(dialect, invalid.document.get("model")).submit(invalid.document, route)
    assert is_refused(answer, dialect, *BY_TYPE), answer


@every_limited_model
def test_each_limit_is_accepted_and_one_beyond_it_refused(dialect, model) -> None:
    client, success = client_of(dialect, model), route_of(dialect, Submit).operation.status
    for edge in edges(dialect, dialect.catalog.rows[model]):
        assert client.submit(edge.at).status == success, edge
        assert is_refused(client.submit(edge.beyond), dialect, *BY_TYPE), edge


@each(Document)
def test_a_document_parses_with_its_schema(dialect, route) -> None:
    answer = client_of(dialect).ask(route.method, route.path.replace("{id}", dialect.example["model"]))
    assert answer.status == 200
    assert route.operation.answer.model_validate_json(answer.body, strict=True)


@each(List)
def test_a_list_holds_the_jobs_of_its_own_key_only(dialect, route) -> None:
    alice = client_of(dialect)
    job_id = alice.job(dialect.example)
    own, others = (client.ask("GET", route.path) for client in (alice, Client(alice.app, dialect, "sk-bob")))
    assert route.operation.answer.model_validate_json(own.body, strict=True)
    assert (job_id in own.body.decode(), job_id in others.body.decode()) == (True, False)


@each(Upload)
def test_an_uploaded_picture_can_be_fetched_again(dialect, route) -> None:
    client = client_of(dialect)
    form = FORM % (route.operation.field.encode(), PICTURE)
    answer = client.ask("POST", route.path, form, "multipart/form-data; boundary=xyz")
    assert answer.status == route.operation.status
    assert route.operation.answer.model_validate_json(answer.body, strict=True)

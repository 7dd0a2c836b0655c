"""A request's document comes as JSON, as a form, or in the query."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo import dialects
from mockvideo.core.errors import ApiError, Kind
from mockvideo.operation import Submit
from mockvideo.server.call import Call
from mockvideo.server.documents import MOST_PARAMETERS, read_document, read_query
from tests.server.corpus import END, FORM, JSON, MULTIPART, part
from tests.server.driving import call_to, scope_of

DIALECTS = dialects.load()
SORA, BELUGA = DIALECTS["sora"], DIALECTS["beluga"]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)

names = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=20)


def call_of(body: bytes = b"", content_type: str | None = JSON, *, url: str = "/", dialect=SORA) -> Call:
    headers = [] if content_type is None else [(b"content-type", content_type.encode())]
    scope = scope_of("POST", url, *headers)
    call = call_to(dialect, "", "/", scope)
    call.body = body
    return call


def read(call: Call) -> tuple[dict, bool]:
    operation = call.dialect.routes[0].operation
    assert isinstance(operation, Submit)
    return read_document(call, operation)


def refusal(call: Call) -> tuple[Kind, str]:
    with pytest.raises(ApiError) as raised:
        read(call)
    return raised.value.refusal.kind, raised.value.refusal.message


# The body


@given(st.dictionaries(names, st.integers() | names | st.none()))
def test_json_is_read_as_it_is_with_its_types(document) -> None:
    assert read(call_of(json.dumps(document).encode())) == (document, True)


@given(st.dictionaries(names, names, min_size=1))
def test_a_form_is_text_whose_types_are_not_told(fields) -> None:
    document, strict = read(call_of(urlencode(fields).encode(), FORM))
    assert document.keys() == fields.keys()
    assert not strict


def test_a_multipart_form_is_read_alike() -> None:
    assert read(call_of(part(b"a cat") + END, MULTIPART)) == ({"prompt": "a cat"}, False)


@pytest.mark.parametrize(("content_type", "found"), [(None, "none"), ("", "none"), ("Text/Plain; a=b", "text/plain")])
def test_another_type_is_refused_with_those_that_are_accepted(content_type, found) -> None:
    kind, message = refusal(call_of(b"{}", content_type))
    assert kind is Kind.UNSUPPORTED_MEDIA_TYPE
    assert message == (
        "Content-Type must be application/json or multipart/form-data or application/x-www-form-urlencoded, "
        f"not {found}."
    )


def test_a_form_is_refused_where_only_json_is_understood() -> None:
    kind, message = refusal(call_of(b"prompt=a", FORM, dialect=BELUGA))
    assert kind is Kind.UNSUPPORTED_MEDIA_TYPE
    assert message == f"Content-Type must be application/json, not {FORM}."


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"[]", "an array"),
        (b'"a"', "a string"),
        (b"true", "a boolean"),
        (b"null", "null"),
        (b"1", "a number"),
        (b"1.5", "a number"),
    ],
)
def test_json_that_is_no_object_is_refused_by_its_name(body, what) -> None:
    assert refusal(call_of(body)) == (Kind.INVALID_REQUEST, f"The body must be a JSON object, not {what}.")


# What the journal keeps of a form


def test_a_file_is_kept_as_what_it_is() -> None:
    call = call_of(part() + part(PNG, name=b"input_reference", extra=b'; filename="cat.png"') + END, MULTIPART)
    read(call)
    assert call.record is not None
    prompt, picture = call.record.decode().splitlines()
    assert prompt == "prompt=a cat"
    assert picture.startswith("input_reference=<image/png, 40 bytes, sha256 ")


def test_of_json_the_journal_keeps_the_bytes() -> None:
    call = call_of(b'{"prompt": "a cat"}')
    read(call)
    assert call.record == b'{"prompt": "a cat"}'


# The query


@given(st.dictionaries(names, st.text(st.characters(codec="utf-8"))))
def test_a_query_reads_back(query) -> None:
    assert read_query(call_of(url="/?" + urlencode(query))) == query


def test_of_a_repeated_parameter_the_last_value_counts() -> None:
    assert read_query(call_of(url="/?a=1&a=&b")) == {"a": "", "b": ""}


def test_as_many_parameters_as_allowed_are_read_and_one_more_is_not() -> None:
    pairs = [f"a{n}=b" for n in range(MOST_PARAMETERS)]
    assert len(read_query(call_of(url="/?" + "&".join(pairs)))) == MOST_PARAMETERS
    with pytest.raises(ApiError, match="more than 100 parameters") as raised:
        read_query(call_of(url="/?c&" + "&".join(pairs)))
    assert raised.value.refusal.kind is Kind.INVALID_REQUEST

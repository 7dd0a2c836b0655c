from __future__ import annotations

import asyncio
import hashlib
import json
import math
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.files import File
from mockvideo.server.body import Disconnected, content_type, parse_form, parse_json, receive_body, refuse_encoding
from tests.server.corpus import END, FORM, JSON, MIB, MULTIPART, REFUSED, STRANGE, Body, part

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)

names = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=20)
fields = st.lists(st.tuples(names, st.text(st.characters(codec="utf-8"))), min_size=1, max_size=20)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | names,
    lambda inner: st.lists(inner) | st.dictionaries(names, inner),
    max_leaves=20,
)


class Client:
    """Sends a body in chunks and counts how many were taken."""

    def __init__(self, *chunks: bytes, hangs_up: bool = False) -> None:
        self.messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": chunk, "more_body": hangs_up or number < len(chunks)}
            for number, chunk in enumerate(chunks, 1)
        ]
        if hangs_up:
            self.messages.append({"type": "http.disconnect"})
        self.taken = 0

    async def receive(self) -> dict[str, Any]:
        self.taken += 1
        return self.messages[self.taken - 1]


def receive(client: Client, *, cap: int = 100, length: bytes | None = None) -> bytes:
    return asyncio.run(receive_body(client.receive, length or b"", cap=cap))


def read(body: Body) -> object:
    _, data, declared = body
    return parse_json(data) if declared == JSON else parse_form(data, declared)


def refusal(body: Body) -> Kind | None:
    try:
        read(body)
    except ApiError as error:
        return error.refusal.kind
    return None


def name_of(body: Body) -> str:
    return body[0]


def only(data: bytes) -> str | File:
    ((_, value),) = parse_form(data, MULTIPART)
    return value


# Receiving


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=5))
@settings(max_examples=25, deadline=None)
def test_a_body_within_the_cap_arrives_as_it_was_sent(chunks: list[bytes]) -> None:
    assert receive(Client(*chunks)) == b"".join(chunks)


def test_a_body_in_one_piece_is_not_copied() -> None:
    body = bytes(100)

    assert receive(Client(body)) is body


def test_a_message_without_a_body_is_an_empty_one() -> None:
    client = Client(b"")
    client.messages = [{"type": "http.request"}]

    assert receive(client) == b""


@pytest.mark.parametrize("length", [b"101", b"1000000000000", b"9" * 19])
def test_an_announced_body_over_the_cap_is_refused_unread(length: bytes) -> None:
    client = Client(bytes(50), bytes(51))

    with pytest.raises(ApiError, match="100 bytes") as refused:
        receive(client, length=length)

    assert refused.value.refusal.kind is Kind.PAYLOAD_TOO_LARGE
    assert refused.value.refusal.facts == {"cap": 100}
    assert client.taken == 0


@pytest.mark.parametrize("length", [None, b"1", b"-1", b"many", "²".encode("latin-1"), b"9" * 5_000])
def test_a_body_is_refused_with_the_chunk_that_exceeds_the_cap(length: bytes | None) -> None:
    client = Client(*[bytes(40)] * 1_000)

    with pytest.raises(ApiError) as refused:
        receive(client, length=length)

    assert refused.value.refusal.kind is Kind.PAYLOAD_TOO_LARGE
    assert client.taken == 3


def test_a_body_of_exactly_the_cap_is_accepted() -> None:
    assert receive(Client(bytes(60), bytes(40)), length=b"100") == bytes(100)


@pytest.mark.parametrize("chunks", [(), (b"a",)])
def test_a_client_that_hangs_up_is_told_apart_from_one_that_ends(chunks: tuple[bytes, ...]) -> None:
    with pytest.raises(Disconnected):
        receive(Client(*chunks, hangs_up=True))


# Headers


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"application/json", "application/json"),
        (b" Application/JSON ; charset=utf-8", "application/json"),
        (b"multipart/form-data;boundary=A;b", "multipart/form-data"),
        (b"", ""),
        (b"\xff", "\xff"),
    ],
)
def test_a_content_type_is_read_without_parameters(value: bytes, expected: str) -> None:
    assert content_type([(b"host", b"a"), (b"content-type", value)]) == expected


def test_a_missing_content_type_is_empty() -> None:
    assert content_type([]) == ""


@pytest.mark.parametrize("value", [b"gzip", b"br", b"identity, gzip", b"deflate", b"\xff"])
def test_a_compressed_body_is_refused(value: bytes) -> None:
    with pytest.raises(ApiError, match="Content-Encoding") as refused:
        refuse_encoding([(b"content-encoding", b"identity"), (b"content-encoding", value)])

    assert refused.value.refusal.kind is Kind.UNSUPPORTED_MEDIA_TYPE


@pytest.mark.parametrize("value", [b"", b"identity", b" Identity "])
def test_a_body_that_is_said_to_be_itself_is_accepted(value: bytes) -> None:
    refuse_encoding([(b"host", b"a"), (b"content-encoding", value)])


# The hostile corpus


@pytest.mark.parametrize("body", REFUSED, ids=name_of)
def test_a_hostile_body_is_an_invalid_request(body: Body) -> None:
    with pytest.raises(ApiError) as refused:
        read(body)

    assert refused.value.refusal.kind is Kind.INVALID_REQUEST
    assert refused.value.refusal.message.endswith(".")


# Its 53 MiB are for the cap, which comes before.
@pytest.mark.parametrize("body", [body for body in REFUSED if len(body[1]) < 50 * MIB], ids=name_of)
def test_a_hostile_body_is_refused_within_50_ms(body: Body) -> None:
    started = time.process_time()
    with pytest.raises(ApiError):
        read(body)

    assert time.process_time() - started < 0.05


@pytest.mark.parametrize("body", STRANGE, ids=name_of)
def test_a_strange_body_is_read(body: Body) -> None:
    read(body)


@given(st.binary(), st.sampled_from([JSON, FORM, MULTIPART, "text/plain", "multipart/form-data; boundary=\xff"]))
def test_any_bytes_are_read_or_refused(data: bytes, declared: str) -> None:
    assert refusal(("any", data, declared)) in {None, Kind.INVALID_REQUEST, Kind.UNSUPPORTED_MEDIA_TYPE}


# JSON


@given(documents)
def test_a_document_reads_back(document: object) -> None:
    assert parse_json(json.dumps(document).encode()) == document


@given(st.integers(309, 5_000), st.sampled_from(["{}", "[1, {}]", '{{"a": {{"b": [{}]}}}}']))
@settings(max_examples=25)
def test_no_number_becomes_infinite(exponent: int, template: str) -> None:
    with pytest.raises(ApiError, match="too large"):
        parse_json(template.format(f"-1e{exponent}").encode())


def test_the_largest_double_is_a_number() -> None:
    assert math.isfinite(parse_json(b"1.7976931348623157e308"))  # type: ignore[arg-type]  # the test is that it is a float


def test_the_last_of_duplicate_keys_wins() -> None:
    assert parse_json(b'{"a": 1, "a": 2}') == {"a": 2}


def test_a_long_text_of_commas_within_the_limit_is_a_text() -> None:
    text = "," * 49_000 + "a" * 10_000

    assert parse_json(json.dumps(text).encode()) == text


# Forms


@given(fields)
def test_a_urlencoded_form_reads_back(pairs: list[tuple[str, str]]) -> None:
    assert parse_form(urlencode(pairs).encode(), FORM) == pairs


@given(fields)
def test_a_multipart_form_reads_back(pairs: list[tuple[str, str]]) -> None:
    body = b"".join(part(value.encode(), name=name.encode()) for name, value in pairs) + END

    assert parse_form(body, MULTIPART) == pairs


@given(st.binary().filter(lambda data: b"\r\n--xyz" not in data))
def test_a_file_reads_back(data: bytes) -> None:
    file = only(part(data, extra=b'; filename="cat.png"') + END)

    assert isinstance(file, File)
    assert (file.data, file.size, file.digest) == (data, len(data), hashlib.sha256(data).hexdigest())


@given(st.integers(0, 200), st.sampled_from([b"a cat", PNG, b"\r\n--xy", b"\r\n--xyzX--"]))
def test_a_truncated_form_is_refused(cut: int, content: bytes) -> None:
    body = part(content) + part(content, extra=b'; filename="a"') + END

    with pytest.raises(ApiError):
        parse_form(body[: min(cut, len(body) - 3)], MULTIPART)


@pytest.mark.parametrize("declared", ["text/plain", "", "application/json", "multipart/mixed; boundary=xyz"])
def test_another_type_is_no_form(declared: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_form(part() + END, declared)

    assert refused.value.refusal.kind is Kind.UNSUPPORTED_MEDIA_TYPE


def test_form_fields_keep_their_order_and_repetitions() -> None:
    assert parse_form(b"&b=1&a=2&&b=+%2B=&c", FORM) == [("b", "1"), ("a", "2"), ("b", " +="), ("c", "")]


@pytest.mark.parametrize("size", [999, 1_000])
def test_a_thousand_fields_are_accepted(size: int) -> None:
    assert len(parse_form(b"&".join([b"a=b"] * size), FORM)) == size
    assert len(parse_form(part() * size + END, MULTIPART)) == size


@pytest.mark.parametrize(("body", "declared"), [(b"&".join([b"a=b"] * 1_001), FORM), (part() * 1_001 + END, MULTIPART)])
def test_a_thousand_and_one_fields_are_refused(body: bytes, declared: str) -> None:
    with pytest.raises(ApiError, match="1,000 fields"):
        parse_form(body, declared)


@pytest.mark.parametrize(
    "body", [b"a=" + b"%41" * (4 * MIB), b"a=" + b"+" * (12 * MIB), b"=" * (12 * MIB), b"%41" * MIB + b"=a"]
)
def test_escapes_take_time_in_proportion(body: bytes) -> None:
    started = time.process_time()
    refusal(("escapes", body, FORM))

    assert time.process_time() - started < 0.5


def test_a_megabyte_that_resembles_the_boundary_is_read_at_once() -> None:
    content = b"\r\n--xy" * (MIB // 6)
    started = time.process_time()

    assert parse_form(part(content) + END, MULTIPART) == [("prompt", content.decode())]
    assert time.process_time() - started < 0.05


@pytest.mark.parametrize("letter", [b"a", b"-", b"\n"])
def test_a_preamble_of_100_mb_is_refused_at_once(letter: bytes) -> None:
    body = letter * 100_000_000
    started = time.process_time()
    with pytest.raises(ApiError):
        parse_form(body, "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW")

    assert time.process_time() - started < 0.05


# Files and text


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        (b"", str),
        (b"\r\nContent-Type: text/plain; charset=utf-8", str),
        (b"\r\nContent-Type: Application/JSON", str),
        (b"\r\nContent-Type: image/png", File),
        (b'; filename="cat.txt"\r\nContent-Type: text/plain', File),
        (b'; filename=""', File),
    ],
)
def test_a_part_with_a_file_name_or_of_another_type_than_text_is_a_file(extra: bytes, kind: type) -> None:
    assert isinstance(only(part(extra=extra) + END), kind)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(PNG, "image/png"), (b"a cat", "application/octet-stream"), (b"", "application/octet-stream")],
)
def test_the_media_type_of_a_file_is_what_its_bytes_show(content: bytes, media_type: str) -> None:
    file = only(part(content, extra=b'; filename="a"\r\nContent-Type: video/mp4') + END)

    assert isinstance(file, File)
    assert file.media_type == media_type


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("cat.png", "cat.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\cats\\cat.png", "cat.png"),
        ("..", ""),
        ("cats/", ""),
        ("c\0a\x1bt\x7f.\u202epng", "cat.png"),
        ("猫 .png", "猫 .png"),
        ("a;b.png", "a;b.png"),
    ],
)
def test_a_file_name_is_its_last_component_without_control_characters(sent: str, kept: str) -> None:
    escaped = sent.replace("\\", "\\\\").encode()

    file = only(part(extra=b'; filename="%b"' % escaped) + END)

    assert isinstance(file, File)
    assert file.name == kept


def test_a_file_name_that_is_not_utf_8_is_shown_as_far_as_it_is() -> None:
    file = only(part(extra=b'; filename="c\xfft.png"') + END)

    assert isinstance(file, File)
    assert file.name == "c\ufffdt.png"


def test_a_refusal_names_the_field_whose_text_is_not_utf_8() -> None:
    with pytest.raises(ApiError) as refused:
        parse_form(b"prompt=%FF", FORM)

    assert refused.value.refusal.field == "prompt"

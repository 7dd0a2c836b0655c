"""Forms, files and data URLs of the sora relay: what brackets and repeated names make, and what of a file is left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.errors import Kind
from mockvideo.core.files import File
from mockvideo.dialects.sora import DIALECT
from mockvideo.schema import Json, validate
from mockvideo.server.body import parse_form
from mockvideo.server.checks import digest
from tests.dialects.understanding import (
    DATA_URL,
    FILE,
    GENERIC,
    OTHER,
    SUBMIT,
    URL,
    body,
    file_of,
    read,
    refused,
    status_of,
    understood,
)


def parsed(document: Json, *, strict: bool = True) -> Any:
    return validate(DIALECT.catalog.schema, DIALECT.fold(document), strict=strict)


# Forms

LEAST = (("model", GENERIC), ("prompt", "a cat"))


@pytest.mark.parametrize(
    ("form", "document"),
    [
        ([], {}),
        ([("seconds", "8")], {"seconds": "8"}),
        ([("images[]", URL)], {"images": [URL]}),
        ([("images[]", URL), ("images[]", OTHER)], {"images": [URL, OTHER]}),
        ([("images", URL), ("images", OTHER), ("images", "c")], {"images": [URL, OTHER, "c"]}),
        ([("images", URL), ("images[]", OTHER)], {"images": [URL, OTHER]}),
        ([("metadata[k]", "v"), ("metadata[l]", "w")], {"metadata": {"k": "v", "l": "w"}}),
        ([("metadata[a][b][c]", "v"), ("metadata[a][d]", "w")], {"metadata": {"a": {"b": {"c": "v"}, "d": "w"}}}),
        ([("metadata[k][]", "v"), ("metadata[k][]", "w")], {"metadata": {"k": ["v", "w"]}}),
        ([("input_reference[image_url]", URL)], {"input_reference": {"image_url": URL}}),
        ([("image", FILE)], {"image": FILE}),
        ([("content[][type]", "text"), ("content[][text]", "a")], {"content": {"type": "text", "text": "a"}}),
        ([("images[][url]", URL), ("images[][url]", OTHER)], {"images": {"url": [URL, OTHER]}}),
    ],
)
def test_brackets_and_repeated_names_make_lists_and_objects(form: list[tuple[str, Any]], document: Json) -> None:
    assert read(*form) == document


@pytest.mark.parametrize(
    ("form", "document"),
    [
        ([("", "a")], {"": "a"}),
        ([("[]", "a")], {"": ["a"]}),
        ([("[][][]", "a"), ("[", "b"), ("]", "c")], {"": ["a", "b", "c"]}),
        ([("[a]", "b")], {"a": "b"}),
        ([("a", "b"), ("a[c]", "d")], {"a": "b"}),
        ([("a[]", "b"), ("a[c]", "d")], {"a": ["b"]}),
        ([("a[c]", "d"), ("a", "b")], {"a": [{"c": "d"}, "b"]}),
        ([("a[c]", "d"), ("a[c][e]", "f")], {"a": {"c": "d"}}),
        ([("a", FILE), ("a[c]", "d")], {"a": FILE}),
    ],
)
def test_hostile_and_conflicting_names_break_nothing(form: list[tuple[str, Any]], document: Json) -> None:
    assert read(*form) == document
    assert understood(read(*LEAST, *form), strict=False).prompt == "a cat"


def test_a_name_a_hundred_deep_is_cut() -> None:
    document = read(("metadata" + "[a]" * 100, "b"))
    assert json.dumps(document).count("{") == 8
    assert understood(read(*LEAST, ("metadata" + "[a]" * 100, "b"), ("metadata" + "[a]" * 99, "b")), strict=False)


NAMES = st.text(st.sampled_from("[]ab"), max_size=12) | st.sampled_from(["model", "content[][text]", "images[][url]"])


@given(st.lists(st.tuples(NAMES, st.sampled_from(["", "5", URL, FILE]))))
@settings(max_examples=100, deadline=None)
def test_any_form_is_understood_or_refused(form: list[tuple[str, Any]]) -> None:
    assert status_of(read(*form), strict=False) in {200, 400, 503}


TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=5)
KEYS = st.text(st.sampled_from("abc_1"), min_size=1, max_size=3)
NESTED = st.recursive(
    TEXTS | st.lists(TEXTS, min_size=1, max_size=3),
    lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=2),
    max_leaves=4,
)


def written(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Write a value as SDKs write it in forms."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from written(f"{name}[{key}]", inner)
    elif isinstance(value, list):
        yield from ((f"{name}[]", item) for item in value)
    else:
        yield name, value


@given(st.dictionaries(KEYS, NESTED, max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_sdks_write_as_a_form_reads_back(document: Json) -> None:
    fields = [pair for name, value in document.items() for pair in written(name, value)]
    assert read(*fields) == document


@given(st.dictionaries(KEYS, NESTED, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_both_kinds_of_form_say_the_same(document: Json) -> None:
    fields = [pair for name, value in document.items() for pair in written(name, value)]
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields]
    multipart = ("".join(parts) + "--x--\r\n").encode()
    plain = parse_form(urlencode(fields).encode(), "application/x-www-form-urlencoded")
    assert SUBMIT.form(parse_form(multipart, "multipart/form-data; boundary=x")) == SUBMIT.form(plain) == document


def test_numbers_may_be_texts_in_a_form_but_not_in_json() -> None:
    texts = {"width": "512", "height": "512", "fps": "30", "seed": "7", "n": "1", "cfg_scale": "0.5"}
    request = understood(read(*LEAST, *texts.items()), strict=False)
    assert (request.width, request.height, request.fps) == (512, 512, 30)
    assert refused(body(**texts)).field == "width"


@pytest.mark.parametrize(
    "form",
    [
        [("mode", "i2v"), ("image", FILE)],
        [("mode", "i2v"), ("images[]", FILE), ("images[]", FILE)],
        [("mode", "i2v"), ("images[][image_url]", URL), ("images[][image_url]", OTHER)],
        [("mode", "i2v"), ("input_reference", FILE)],
        [("mode", "i2v"), ("input_reference[image_url]", URL)],
        [("mode", "i2v"), ("input_reference[image_url]", FILE)],
        [("mode", "i2v"), ("content[][type]", "image_url"), ("content[][image_url][url]", URL)],
        [("mode", "i2v"), ("content[][image_url][url]", URL), ("content[][image_url][url]", OTHER)],
        [("mode", "i2v"), ("content[][image_url]", URL), ("content[][image_url]", OTHER)],
        [("mode", "reference_images"), ("reference_images", URL), ("reference_images", OTHER)],
        [("mode", "reference_images"), ("reference_images[][url]", URL), ("reference_images[][url]", OTHER)],
        [("mode", "reference_material"), ("content[][audio_url][url]", URL)],
    ],
)
def test_pictures_come_in_forms_of_every_kind(form: list[tuple[str, Any]]) -> None:
    assert understood(read(*LEAST, *form), strict=False).prompt == "a cat"


def test_of_texts_in_a_list_of_objects_the_first_is_the_prompt() -> None:
    items = [("content[][type]", "text"), ("content[][text]", "a dog"), ("content[][type]", "text")]
    form = read(("model", GENERIC), *items, ("content[][text]", "a bird"))
    assert understood(form, strict=False).prompt == "a dog"


@pytest.mark.parametrize("field", ["model", "prompt", "seconds", "size", "mode", "callback_url", "video_id"])
def test_a_file_is_no_text(field: str) -> None:
    form = read(*(pair for pair in LEAST if pair[0] != field), (field, FILE))
    refusal = refused(form, strict=False)
    assert (refusal.kind, refusal.field) == (Kind.INVALID_REQUEST, field)


# Files and data URLs

REFERENCES = ("image", "image_url", "input_reference", "end_image_url", "last_image_url", "video", "video_url")
MANY = ("images", "image_urls", "reference_images", "videos", "video_urls", "audio_urls")
ANYTHING = ("content", "metadata", "parameters", "camera_control", "image_list", "watermark_info")


@pytest.mark.parametrize("field", REFERENCES)
@pytest.mark.parametrize("given", [FILE, DATA_URL])
def test_a_file_or_data_url_becomes_a_digest_wherever_it_stands(field: str, given: str | File) -> None:
    plain, inside = parsed(body(**{field: given})), parsed(body(**{field: {"image_url": {"url": given}}}))
    assert getattr(plain, field).startswith("sha256:")
    assert getattr(plain, field) == getattr(inside, field)
    assert digest(plain) == digest(inside) != digest(parsed(body(**{field: URL})))


@pytest.mark.parametrize("field", MANY)
@pytest.mark.parametrize("given", [FILE, DATA_URL])
def test_each_file_or_data_url_of_a_list_becomes_a_digest(field: str, given: str | File) -> None:
    found = getattr(parsed(body(**{field: [given, URL, {"url": given}]})), field)
    assert found[0] == found[2] != given
    assert found[0].startswith("sha256:")
    assert found[1] == URL


@pytest.mark.parametrize("field", ANYTHING)
def test_nothing_of_a_file_is_left_in_fields_of_any_form(field: str) -> None:
    form = [(field, FILE), (f"{field}[a]", FILE), (f"{field}[a][]", FILE), (f"{field}[][b]", DATA_URL)]
    for field_of_form in form:
        request = parsed(read(*LEAST, field_of_form), strict=False)
        assert "sha256:" in json.dumps(getattr(request, field))
        assert "base64" not in json.dumps(getattr(request, field))
        assert digest(request)


def test_the_digest_of_a_file_is_that_of_its_bytes() -> None:
    assert parsed(body(image=FILE)).image == f"sha256:{FILE.digest}"
    assert parsed(body(image=file_of(b"another"))).image != f"sha256:{FILE.digest}"


def test_a_url_stays_a_url() -> None:
    assert parsed(body(image=URL, metadata={"url": URL})).image_url == URL
    assert parsed(body(metadata={"url": [URL, 5, None]})).metadata == {"url": [URL, 5, None]}

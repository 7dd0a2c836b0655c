"""The journal keeps what a body said, and its files by what they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.files import File
from mockvideo.server.records import LONGEST_FIELD, of_form, of_json

URL = "data:image/png;base64," + "A" * 5000


def test_a_short_json_body_is_kept_as_it_is() -> None:
    assert of_json(b'{"image": "data:,x"}') == b'{"image": "data:,x"}'


def test_a_data_url_in_json_is_named_by_type_size_and_digest() -> None:
    record = of_json(f'{{"image": "{URL}", "prompt": "x"}}'.encode())
    assert record.startswith(b'{"image": "<data URL, image/png, 5022 bytes, sha256 ')
    assert record.endswith(b'>", "prompt": "x"}')


def test_two_pictures_have_two_names() -> None:
    first, second = (of_json(b'{"i": "data:;base64,' + letter * 5000 + b'"}') for letter in (b"A", b"B"))
    assert first != second


def test_a_file_of_a_form_is_named_by_what_it_is() -> None:
    file = File("cat.png", "image/png", 1234, "d1g3st", b"...")
    assert of_form([("prompt", "x"), ("image", file)]) == b"prompt=x\nimage=<image/png, 1,234 bytes, sha256 d1g3st>"


def test_a_data_url_in_a_form_is_named_too() -> None:
    assert b"<data URL, image/png, " in of_form([("image_url", URL)])


@given(st.integers(LONGEST_FIELD + 1, 3 * LONGEST_FIELD))
def test_a_long_field_is_cut(length) -> None:
    assert of_form([("prompt", "é" * length)]) == b"prompt=%b... (%d bytes)" % ("é".encode() * 2048, 2 * length)


def test_a_field_that_is_not_long_is_kept_whole() -> None:
    assert of_form([("prompt", "a" * LONGEST_FIELD)]) == b"prompt=" + b"a" * LONGEST_FIELD

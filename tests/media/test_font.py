"""The bitmap font."""

from __future__ import annotations

from string import ascii_letters, digits, punctuation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.media import font

PRINTABLE = " " + ascii_letters + digits + punctuation


@pytest.mark.parametrize("letter", PRINTABLE)
def test_every_letter_is_nine_rows_of_five_dots_and_a_gap(letter):
    rows = font.glyph(letter)

    assert [len(row) for row in rows] == [6] * 9
    assert all(set(row) <= {0, 1} and row[5] == 0 for row in rows)


def test_no_two_letters_look_the_same():
    assert len({font.glyph(letter) for letter in PRINTABLE}) == 95


@given(st.text())
def test_what_the_font_does_not_have_is_a_question_mark(text):
    shown = font.printable(text)

    assert len(shown) == len(text)
    assert all(new == old or (new == "?" and old not in PRINTABLE) for old, new in zip(text, shown, strict=True))

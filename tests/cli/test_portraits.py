"""What there is to know of a dialect, besides what commands show of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import Result

from mockvideo.cli.portraits import portrait
from mockvideo.cli.tables import console, show
from mockvideo.dialects import load

Invoke = Callable[..., Result]
DIALECTS = load()


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_shows_its_advice_with_the_sources(invoke: Invoke, name: str) -> None:
    lines = [" ".join(line.split()) for line in invoke("dialects", name).stdout.splitlines()]

    for advice in DIALECTS[name].advice:
        (told,) = (line for line in lines if line.startswith(f"{advice.id} {advice.sentence} {advice.source.origin}"))
        assert told.endswith((advice.source.where, "seed"))


def test_a_dialect_without_advice_has_no_such_section(capsys: pytest.CaptureFixture[str]) -> None:
    show(console(), *portrait(replace(DIALECTS["sora"], advice=())))

    assert "\nadvice " not in capsys.readouterr().out

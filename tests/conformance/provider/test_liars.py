"""Every rule catches the server that breaks just it."""

from __future__ import annotations

import pytest

from mockvideo.conformance.provider.rules import RULES
from mockvideo.core.settings import Settings
from mockvideo.script.read import document
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from tests.conformance.provider.examining import examined
from tests.conformance.provider.liars import LIARS, Liar

# Few jobs show most lies, but not those about accounts in other states, about failures and about sound.
FEW = 4
HIDDEN = {"no-credits", "no-plan", "rate-limit", "foreign-poll", "failure-explained", "clip-sound", "list-private"}


def test_there_is_a_liar_for_every_rule() -> None:
    assert [liar.rule for liar in LIARS] == [rule.id for rule in RULES]


@pytest.mark.parametrize(
    ("liar", "most"),
    [
        *(pytest.param(liar, None if liar.rule in HIDDEN else FEW, id=liar.rule) for liar in LIARS),
        *(pytest.param(liar, None, id=f"{liar.rule}, all jobs", marks=pytest.mark.full) for liar in LIARS),
    ],
)
def test_a_liar_is_caught_by_its_own_rule(liar: Liar, most: int | None) -> None:
    lying = liar.lying()
    if liar.scenario is not None:
        settings = Settings(scenario=document(liar.scenario, name="lie"))
        lying.app = create_app(Options(settings=settings))
    report = examined(lying, liar.dialect, most=most)
    assert {result.rule.id for result in report.broken} == {liar.rule, *liar.also}

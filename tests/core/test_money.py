"""How a dialect bills is a value."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from mockvideo.core.money import RICH, Tariff


def test_a_tariff_charges_at_submit_unless_it_holds() -> None:
    assert (Tariff("USD").held, Tariff("USD", held=True).held) == (False, True)


def test_a_new_account_is_rich_enough_for_a_million_dear_jobs() -> None:
    dear = Decimal(100)
    assert Tariff("USD").opening == RICH
    assert dear * 1_000_000 < RICH


def test_a_tariff_never_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        Tariff("USD").held = True


def test_tariffs_of_the_same_terms_are_equal() -> None:
    assert Tariff("USD", held=True) == Tariff("USD", held=True, opening=RICH) != Tariff("USD")

"""How a test wants its account to be."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

from mockvideo.core.events import Secret
from mockvideo.core.scenario import Documented, Rule, Scenario
from mockvideo.testing.clock import ClockMode
from mockvideo.testing.scripting import ordered


class Settings(TypedDict, total=False):
    """What is not said, or None, is as for any new key of the server; but clocks are ``auto``."""

    clock: ClockMode | None
    speed: float | Literal["instant"] | None
    seed: int | None
    scenario: str | Path | Rule | Scenario | None
    credits: Decimal | float | str | None
    plan: str | None
    slots: int | Documented | None
    requests_per_minute: int | Documented | None
    requests_per_day: int | Documented | None
    strict: bool | None
    webhook_secret: Secret | None


def account_order(key: str | None, **settings: Unpack[Settings]) -> dict[str, Any]:
    """Return what to send for such an account; raises ScriptError if its scenario is a file that cannot be used."""
    order = {"key": key, **settings, "clock": settings.get("clock") or "auto"}
    if (scenario := settings.get("scenario")) is not None:
        order["scenario"] = ordered(scenario)
    if (amount := settings.get("credits")) is not None:
        order["credits"] = str(amount)
    return {name: value for name, value in order.items() if value is not None}

"""What the models' rows say, worked out beforehand, and the prices."""

from __future__ import annotations

import re
from decimal import Decimal

from mockvideo.catalog import Row
from mockvideo.dialects.apiframe.request import CATALOG
from mockvideo.schema import Json

# The parameters object that each model takes.
FAMILIES = {
    row.id: next(family for family, _, field in (path.partition(".") for path in row.limits) if field)
    for row in CATALOG.rows.values()
}

# What a model does where its parameters object is silent, by the object's own fields.
DEFAULTS = {
    row.id: {path.partition(".")[2]: value for path, value in row.defaults.items()} for row in CATALOG.rows.values()
}

SOUND = ("generate_audio", "audio_enabled")

GAP = Decimal(2)  # credits a second, twice that with sound, where the price list has a gap: our guess
WHOLE_CLIP = re.compile(r"\ds(-audio)?$")


def price(row: Row, quality: str, duration: int, *, sound: bool) -> Decimal:
    """Return the credits of a job; the price list's keys name a whole clip (``pro-5s-audio``) or a second (``pro``)."""
    audio = "-audio" if sound else ""
    clips = (f"{quality}-{duration}s{audio}", f"{quality}-{duration}s", f"{duration}s{audio}", f"{duration}s")
    for key in clips:
        if key in row.prices:
            return row.prices[key]
    second = row.prices.get(f"{quality}{audio}") or row.prices.get("second") or GAP * (2 if sound else 1)
    return second * duration


def costs(row: Row) -> Json:
    """Return the least and the most that a model costs, a clip or a second, as the model list has it."""
    amounts = row.prices.values() or (GAP, GAP * 2 if _has_sound(row) else GAP)
    whole = any(map(WHOLE_CLIP.search, row.prices))
    return {
        "costMin": int(min(amounts)),
        "costMax": int(max(amounts)),
        "pricingMode": "flat" if whole else "per-second",
    }


def _has_sound(row: Row) -> bool:
    return any(field in DEFAULTS[row.id] for field in SOUND) or f"{FAMILIES[row.id]}.audio" in row.limits

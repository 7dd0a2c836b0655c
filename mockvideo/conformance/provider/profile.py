"""What is known of one server: its model, what it lacks, and which rules are waived for it, why and until when."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Gt, MinLen
from pydantic import TypeAdapter, ValidationError, with_config

Capability = Literal["content", "idempotency", "lists", "ranges", "sound", "uploads"]
# Real seconds that a job may take where time cannot be moved.
PATIENCE = 900.0


class ProfileError(ValueError):
    """A profile that cannot be used; the message says where and what to write instead."""


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule that need not hold, the reason, and the last day of that; without one it holds for ever."""

    rule: str
    reason: Annotated[str, MinLen(1)]
    until: date | None = None

    def expired(self, today: date) -> bool:
        return self.until is not None and self.until < today


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """``hosts`` may be asked for results beside the base URL's own; ``patience`` is in seconds."""

    model: str | None = None
    hosts: tuple[str, ...] = ()
    patience: Annotated[float, Gt(0)] = PATIENCE
    capabilities: dict[Capability, bool] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()

    def lacks(self, capability: Capability) -> bool:
        return self.capabilities.get(capability) is False

    def waiver(self, rule: str) -> Waiver | None:
        return next((waiver for waiver in self.waivers if waiver.rule == rule), None)


PLAIN = Profile()


def load(path: Path) -> Profile:
    """Read a profile from a TOML file; raises ProfileError."""
    try:
        return TypeAdapter(Profile).validate_python(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: cannot be read ({error}); give the path of a TOML file") from None
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path}: is no TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ProfileError(f"{path}: {place}: {first['msg']}; see mockvideo guide check-provider") from None

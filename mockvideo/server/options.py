"""How a server presents itself, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mockvideo.core.settings import Settings
from mockvideo.server.webhooks.egress import Mode, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What ``create_app`` and the command line agree on.

    ``media``: results are URLs on this server, or ``data:`` URLs. ``public_url`` replaces scheme and host in them.
    ``token`` opens the control API for all accounts, which needs none if the server listens on loopback and none is
    given; ``control``: there is one. ``webhooks`` may go to this machine and private networks (``local``), only to the
    places in ``webhook_allow``, or anywhere; to those places also if they are ``local``.
    """

    settings: Settings = field(default_factory=Settings)
    media: Literal["http", "data"] = "http"
    public_url: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    beyond_loopback: bool = False
    token: str | None = None
    control: bool = True
    webhooks: Mode = "local"
    webhook_allow: tuple[Place, ...] = ()

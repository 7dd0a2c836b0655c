"""The postman of one server: what it writes, and whom it may call."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mockvideo.core.account import Account
from mockvideo.core.deliveries import Delivery
from mockvideo.core.events import Webhook
from mockvideo.core.jobs import Snapshot, State
from mockvideo.dialect import Dialect
from mockvideo.operation import Links
from mockvideo.server import clips
from mockvideo.server.options import Options
from mockvideo.server.webhooks import egress
from mockvideo.server.webhooks.egress import Policy
from mockvideo.server.webhooks.letters import Letter
from mockvideo.server.webhooks.postman import Postman
from mockvideo.server.webhooks.rounds import Manners, Observer
from mockvideo.webhook import Signer

NOWHERE = Webhook("", ())


def hire(
    options: Options,
    dialects: Mapping[str, Dialect],
    made: clips.Clips,
    ports: Collection[int],
    observer: Observer | None,
) -> Postman:
    """Return the postman of a server on these ports, which may become others."""
    scribe = Scribe(dialects, made, inline=options.media == "data")
    return Postman(scribe.write, manners=Manners(policy=policy(options, ports)), observer=observer)


def policy(options: Options, ports: Collection[int]) -> Policy:
    """Return whom a server may call; itself never, by whatever name."""
    own = () if options.public_url is None else (egress.parse(options.public_url).place,)
    return Policy(mode=options.webhooks, allowed=options.webhook_allow, own_ports=ports, own_places=own)


class Scribe:
    """Writes what is sent. ``inline``: results are ``data:`` URLs."""

    def __init__(self, dialects: Mapping[str, Dialect], made: clips.Clips, *, inline: bool) -> None:
        self._webhooks = {name: each.webhooks for name, each in dialects.items() if each.webhooks is not None}
        self._clips = made
        self._inline = inline

    def write(self, account: Account, delivery: Delivery) -> Letter:
        """Return what the next attempt of a delivery sends."""
        webhooks = self._webhooks[delivery.dialect]
        signer = Signer(account.key, account.settings.webhook_secret)
        written = webhooks.write(delivery, self._links(account, delivery.snapshot), signer)
        return Letter(delivery.url, list(written.headers), written.body, webhooks.timeout)

    def _links(self, account: Account, snapshot: Snapshot) -> Links:
        """What leads from the job's document to this server, as its client reached it."""
        job = snapshot.job
        webhook = job.request.webhook or NOWHERE
        if snapshot.state is not State.SUCCEEDED:
            return Links(webhook.prefix)
        if self._inline:
            return Links(webhook.prefix, tuple(clips.DATA + text for text in self._clips.base64(job)))
        return Links(webhook.prefix, tuple(webhook.base + path for path in clips.paths(account, job)))

"""Code under test that asks to be called."""

from __future__ import annotations

from mockvideo.operation import Submit
from mockvideo.pointer import find, put
from mockvideo.testing.handle import MockVideo
from tests.driving import route_of
from tests.owing import CALLING, webhooks_of

SIGNING, UNSIGNED = "apiframe", "sora"


def ask_for_webhooks(held: MockVideo, name: str, url: str) -> str:
    """Submit the dialect's example, with all webhooks that there are; return the job's id."""
    dialect = CALLING[name]
    webhooks = webhooks_of(dialect)
    document = put(dict(dialect.example), webhooks.url, url)
    if webhooks.wanted is not None:
        document = put(document, webhooks.wanted, [call.event.name for call in webhooks.calls])
    answer = held.client(name).post(route_of(dialect, Submit).path, json=document)
    assert answer.is_success, answer.text
    return str(find(answer.json(), dialect.pointers.submitted))

"""What a server's postman writes, and whom it may call."""

from __future__ import annotations

import json

import pytest

from mockvideo.core import control
from mockvideo.core.timing import AT_ONCE
from mockvideo.server.clips import Clips
from mockvideo.server.options import Options
from mockvideo.server.webhooks.egress import Place
from mockvideo.server.webhooks.post import Scribe, policy
from tests.core.accounting import account_of
from tests.every import DIALECTS
from tests.owing import CALLING, URL, account_under, submit, verified

every_caller = pytest.mark.parametrize("dialect", CALLING.values(), ids=list(CALLING))


def test_options_say_whom_a_server_may_call() -> None:
    place, ports = Place("hooks.test", 443), {1, 2}
    found = policy(Options(webhooks="allowlist", webhook_allow=(place,)), ports)
    assert (found.mode, found.allowed, found.own_ports, found.own_places) == ("allowlist", (place,), ports, ())


@pytest.mark.parametrize(
    ("url", "place"),
    [("https://Mock.Test/x", Place("mock.test", 443)), ("http://[::1]:8420", Place("::1", 8420))],
)
def test_a_server_is_not_called_at_its_public_url(url, place) -> None:
    assert policy(Options(public_url=url), ()).own_places == (place,)


@every_caller
def test_a_letter_is_the_dialects_own_for_the_url_of_the_client(dialect) -> None:
    account = account_under()
    submit(account, dialect)
    control.advance(account, 3600)
    delivery = control.take_due(account)[0]
    letter = Scribe(DIALECTS, Clips(), inline=False).write(account, delivery)
    assert (letter.url, letter.timeout) == (URL, 10.0)
    assert verified(account, dialect, letter)


@every_caller
def test_results_can_be_in_the_letter(dialect) -> None:
    account = account_of(timing=AT_ONCE)
    submit(account, dialect)
    control.advance(account, 3600)
    delivery = control.take_due(account)[0]
    letter = Scribe(DIALECTS, Clips(), inline=True).write(account, delivery)
    assert "data:video/mp4;base64," in json.dumps(json.loads(letter.body))

"""Free requests are none that a server could make a job of, whatever the dialect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockvideo.catalog import Catalog, Row
from mockvideo.conformance.provider.exchange import Purpose
from mockvideo.conformance.provider.probes.free import calls
from mockvideo.conformance.provider.profile import PLAIN
from mockvideo.core.jobs import VideoRequest
from mockvideo.dialect import Dialect
from mockvideo.operation import Poll, Submit
from mockvideo.schema import Lenient
from tests.conformance.provider.examining import DIALECTS


def purposes(dialect: Dialect) -> set[Purpose]:
    return {call.purpose for call in calls(dialect, PLAIN, has_key=True)}


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=str)
def test_no_free_submission_says_what_to_film(dialect) -> None:
    routes = [route for route in dialect.routes if isinstance(route.operation, Submit)]
    sent = [call for call in calls(dialect, PLAIN, has_key=True) if call.route in routes]
    assert len(sent) > 4
    assert {(call.creates, call.document or None) for call in sent} == {(False, None)}
    assert {call.content for call in sent} <= {None, b"", b"[]", b'{"model":'}


class Modest(Lenient):
    """A submission that need not say anything."""

    prompt: str | None = None


def test_a_submission_that_says_nothing_is_not_sent_where_it_is_one() -> None:
    modest = replace(
        DIALECTS["beluga"],
        catalog=Catalog(Modest, {"m": Row(id="m")}),
        understand=lambda request, row: VideoRequest("m", "", 16, 16, 1.0),
        model="m",
    )
    assert Purpose.EMPTY in purposes(DIALECTS["beluga"])
    assert Purpose.EMPTY not in purposes(modest)


def test_keys_are_not_tried_where_something_else_is_looked_at_first() -> None:
    dialect = DIALECTS["sora"]
    late = replace(dialect, checks=tuple(reversed(dialect.checks)))
    assert not purposes(late) & {Purpose.NO_KEY, Purpose.WRONG_KEY}


def test_an_id_that_a_dialect_takes_is_not_expected_to_be_refused() -> None:
    dialect = DIALECTS["apiframe"]
    routes = tuple(
        replace(route, operation=replace(route.operation, check=lambda _: None))
        if isinstance(route.operation, Poll)
        else route
        for route in dialect.routes
    )
    lax = replace(dialect, routes=routes)
    (call,) = [each for each in calls(lax, PLAIN, has_key=True) if each.purpose is Purpose.IMPOSSIBLE_ID]
    assert call.expects is None

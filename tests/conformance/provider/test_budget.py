"""Jobs are counted before they are made, whatever the server answers."""

from __future__ import annotations

import pytest

from mockvideo.conformance.provider.check import check_provider
from mockvideo.conformance.provider.profile import PLAIN
from mockvideo.conformance.provider.rule import Outcome
from mockvideo.conformance.provider.session import Budget
from mockvideo.server.thread import ServerThread
from tests.conformance.provider.examining import target
from tests.conformance.provider.lying import Lying, Request, Response


class Generous:
    """A server that takes every submission, whatever it says, and counts them."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.submissions = 0

    def answer(self, request: Request, response: Response) -> Response:
        if request.method != "POST" or not isinstance(request.document, dict) or not request.document:
            return response
        self.submissions += 1
        return response.saying({"task_id": f"vtask_{self.submissions}", "status": "pending"}, self.status)


@pytest.mark.parametrize("status", [200, 500, 302])
@pytest.mark.parametrize("most", [0, 1, 2, 5])
def test_a_server_that_takes_everything_is_asked_no_more_often_than_agreed(most, status) -> None:
    generous = Generous(status)
    with ServerThread(Lying(answer=generous.answer)) as server:
        said = {"control_url": None, "api_key": "sk-generous", "profile": PLAIN, "sleep": lambda _: None}
        report = check_provider(target(server.url, "beluga", **said), max_jobs=most)
    assert generous.submissions == report.jobs == most
    assert report["missing-key"].outcome is Outcome.KEPT


def test_a_budget_without_a_limit_always_has_something_left() -> None:
    assert Budget().left(1_000_000)


def test_a_budget_is_not_overdrawn() -> None:
    assert [Budget(3, made).left(2) for made in range(4)] == [True, True, False, False]

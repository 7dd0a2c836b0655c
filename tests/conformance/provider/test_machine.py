"""The search finds what one straight story does not show, and shows it as shortly as it can."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockvideo.conformance.provider.check import check_provider
from mockvideo.conformance.provider.exchange import Purpose
from mockvideo.conformance.provider.machine import Hunt, Lifecycle, accepted_documents, refused_documents
from mockvideo.conformance.provider.probes.life import Life
from mockvideo.conformance.provider.profile import PLAIN
from mockvideo.conformance.provider.report import Report
from mockvideo.conformance.provider.rule import Outcome, Situation
from mockvideo.conformance.provider.target import opened
from tests.conformance.provider.examining import TODAY, examined, target
from tests.conformance.provider.lying import Lying, Request, Response

ON_THE_WAY = {"pending", "processing"}


class Forgetful:
    """Loses an account's job when it has another one, as one that keeps only the last in its memory would.

    What has ended is not lost: one broken rule is enough to find, and the search for a second one takes twice as long.
    """

    def __init__(self) -> None:
        self.jobs: dict[bytes, list[str]] = {}

    def answer(self, request: Request, response: Response) -> Response:
        mine = self.jobs.setdefault(request.key, [])
        if request.method == "POST" and response.status == 200:
            mine.append(json.loads(response.body)["task_id"])
        lost = request.path.rpartition("/")[2] in mine[:-1] and self.is_on_its_way(response)
        missing = {"error": {"message": "Gone", "type": "invalid_request_error", "code": None, "param": None}}
        return response.saying(missing, 404) if lost else response

    @staticmethod
    def is_on_its_way(response: Response) -> bool:
        return response.status == 200 and json.loads(response.body)["status"] in ON_THE_WAY


@pytest.fixture(scope="module")
def forgotten() -> Report:
    return examined(Lying(answer=Forgetful().answer), "beluga", examples=8)


def test_an_order_that_breaks_a_rule_is_found(forgotten) -> None:
    assert [result.rule.id for result in forgotten.broken] == ["polls-answered"]
    lost = forgotten.broken[0].faults[0].sight.exchange
    assert (lost.status, lost.purpose) == (404, Purpose.POLL)


def test_a_found_order_is_as_short_as_can_be(forgotten) -> None:
    plain = examined(Lying(), "beluga")
    # Two jobs show it.
    assert submissions(forgotten) == submissions(plain) + 2
    assert len(forgotten.record.exchanges) < len(plain.record.exchanges) + 20


def submissions(report: Report) -> int:
    return sum(1 for _ in report.record.of(Purpose.SUBMIT))


@pytest.mark.parametrize(("other", "purpose"), [(False, Purpose.REPLAY), (True, Purpose.CONFLICT)])
def test_a_submission_can_be_sent_again(url, other, purpose) -> None:
    there = target(url, "apiframe")
    with opened(there, None) as bench:
        situation = Situation(there.dialect, there.profile, metered=True, makes_accounts=True)
        drawn = (accepted_documents(bench), refused_documents(bench))
        hunt = Hunt(bench, situation, TODAY, set(), *drawn)
        machine = type("Replaying", (Lifecycle,), {"hunt": hunt})()
        life = Life(machine.session, there.profile, lambda: None)
        life.submit(dict(there.dialect.example))
        machine.replay(life, other=other)
        machine.teardown()
    assert [exchange.purpose for exchange in machine.recorder.exchanges] == [Purpose.SUBMIT, purpose]


class Moody:
    """Lies once in all its life."""

    def __init__(self, poll: int) -> None:
        self.left = poll

    def answer(self, request: Request, response: Response) -> Response:
        document: Any = json.loads(response.body) if b'"task_id"' in response.body else {}
        if request.method == "GET" and document.get("status"):
            self.left -= 1
            if self.left == 0:
                return response.saying({**document, "status": "NEW"})
        return response


@pytest.fixture(scope="module")
def moody() -> Report:
    return examined(Lying(answer=Moody(60).answer), "beluga", examples=20)


def test_what_a_server_says_only_once_counts(moody) -> None:
    assert "status-words" in {result.rule.id for result in moody.broken}


def test_a_found_order_stands_behind_what_was_asked_before(moody) -> None:
    numbers = [exchange.number for exchange in moody.record.exchanges]
    assert numbers == sorted(set(numbers))
    (difference,) = moody["status-words"].faults
    assert difference.sight.exchange.purpose in {Purpose.POLL, Purpose.SETTLED}


def test_nothing_is_searched_without_accounts_or_without_examples(url) -> None:
    without = target(url, "sora", profile=PLAIN, control_url=None, api_key="sk-search", sleep=lambda _: None)
    assert check_provider(without, max_jobs=0, examples=9).jobs == 0
    some, none = (check_provider(target(url, "sora"), examples=number).requests for number in (2, 0))
    assert some > none


def test_a_search_makes_no_more_jobs_than_it_may(url) -> None:
    report = check_provider(target(url, "apiframe"), max_jobs=9, examples=5)
    assert report.jobs <= 9
    assert report["limits"].outcome is Outcome.KEPT

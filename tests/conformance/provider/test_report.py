"""The report as a value, as JSON and as JUnit XML."""

from __future__ import annotations

import json
from xml.etree.ElementTree import fromstring

import pytest

from mockvideo.conformance.provider import junit
from mockvideo.conformance.provider.profile import Profile, Waiver
from mockvideo.conformance.provider.report import Report, as_json, described
from mockvideo.conformance.provider.rule import Outcome
from mockvideo.core.settings import Settings
from mockvideo.script.read import document
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from tests.conformance.provider.examining import examined

LIES = {
    "rules": [
        {"on": "poll", "document": {"omit": ["/model"], "set": {"/hint\u001b": "new"}}, "times": 4},
        {"on": "content", "bytes": {"ranges": "shifted"}},
        {"on": "submit", "bytes": {"content_type": "text/\u00fcml"}},
    ]
}


@pytest.fixture(scope="module")
def report() -> Report:
    app = create_app(Options(settings=Settings(scenario=document(LIES, name="lies"))))
    waivers = (Waiver("result-ranges", "an old cache"),)
    return examined(app, "lemondata", profile=Profile(model="sora-2", patience=60, waivers=waivers))


def test_all_that_differs_alike_is_one_drift(report) -> None:
    (drift,) = [drift for drift in report.drift if drift.difference.sight.place == "/model"]
    assert drift.times >= 4
    assert (drift.difference.rule.id, drift.is_ours) == ("poll-document", False)


def test_what_differs_is_told_with_its_source(report) -> None:
    told = described(report["poll-document"].faults[0])
    assert told.startswith("GET /v1/tasks/")
    assert "a poll: /model: is missing [page: docs.lemondata.cc" in told


def test_what_is_new_is_told_as_ours(report) -> None:
    assert [drift.difference.sight.differs for drift in report.drift if drift.is_ours] == ['is new: "new"']


def test_a_report_is_json(report) -> None:
    told = json.loads(json.dumps(as_json(report)))
    assert (told["dialect"], told["passed"], told["jobs"]) == ("lemondata", False, report.jobs)
    outcomes = {rule["rule"]: rule["outcome"] for rule in told["rules"]}
    assert outcomes["poll-document"] == "broken"
    assert outcomes["result-ranges"] == "waived"
    broken = next(rule for rule in told["rules"] if rule["outcome"] == "broken")
    assert broken["cure"]
    assert {"rule", "field", "differs", "source", "ours", "times"} <= told["drift"][0].keys()


def test_a_report_is_junit(report) -> None:
    suite = fromstring(junit.document(report)).find("testsuite")
    counts = {name: int(suite.get(name)) for name in ("tests", "failures", "skipped")}
    found = {case.get("name"): case for case in suite.findall("testcase")}
    assert counts["tests"] == len(found) == len(report.results)
    assert counts["failures"] == sum(case.find("failure") is not None for case in found.values()) == len(report.broken)
    assert counts["skipped"] == len(report.of(Outcome.NOT_EXERCISED, Outcome.WAIVED))
    assert found["result-ranges"].find("skipped").get("message") == "an old cache"
    assert "/model: is missing" in found["poll-document"].find("failure").text


def test_what_nobody_can_see_is_spelled() -> None:
    assert junit.legible("a\x1b\nü") == "a\\x1b\nü"

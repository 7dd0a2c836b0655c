"""The function that judges a client, and the class that does so in pytest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import httpx
import pytest
import reference
from mutants import MUTANTS

import mockvideo.conformance
from mockvideo.conformance import ClientConformance, check_client
from mockvideo.conformance.client.check import Options
from mockvideo.conformance.client.schedules import Schedule
from mockvideo.conformance.client.search import no_traces
from mockvideo.dialects import load
from mockvideo.testing.control import ControlError


def mutant(name: str) -> Callable[..., bytes]:
    return MUTANTS[name].generate()


def test_the_same_seed_is_the_same_verdict(url: str) -> None:
    options = Options(control_url=url, rules=("C12",), examples=6, every=False)
    one, other = (check_client(mutant("UnknownIsFailed"), "beluga", options) for _ in range(2))

    assert one.findings == other.findings
    assert one.runs == other.runs


def test_a_cause_is_told_once_at_its_first_request(url: str) -> None:
    verdict = check_client(mutant("OneBlipIsTheEnd"), "beluga", Options(control_url=url, rules=("C7",), examples=10))

    assert [str(finding.schedule) for finding in verdict.findings] == ["poll 1: 503 once"]
    assert verdict.broken == {"C7"}


def test_a_client_that_makes_no_clip_on_a_good_day_is_not_judged_further(url: str) -> None:
    verdict = check_client(lambda *_: None, "beluga", Options(control_url=url))

    assert verdict.trouble == "it returned NoneType; bytes, a path or a URL are a clip"
    assert (verdict.runs, verdict.broken) == (1, frozenset())


def test_a_client_that_asks_for_nothing_exercises_nothing(url: str) -> None:
    canned = b"\0\0\0\x08ftyp"
    verdict = check_client(lambda *_: canned, "beluga", Options(control_url=url))

    assert {outcome.standing for outcome in verdict.outcomes} == {"not exercised"}


def test_how_far_it_is_can_be_watched(url: str) -> None:
    seen: list[tuple[int, int, Schedule]] = []
    options = Options(control_url=url, rules=("C9",), examples=2, every=False, progress=lambda *told: seen.append(told))
    verdict = check_client(reference.generate, "beluga", options)

    assert [done for done, _, _ in seen] == list(range(1, verdict.runs + 1))
    assert all(done <= total for done, total, _ in seen)


def test_what_takes_real_seconds_is_left_out_unless_it_is_wanted(url: str) -> None:
    def quick(base_url: str, api_key: str, request: dict[str, Any]) -> bytes:
        client = reference.Client(load()["beluga"], base_url, api_key)
        client.http.timeout = httpx.Timeout(0.5)
        return client.generate(request)

    options = Options(control_url=url, rules=("C28",), examples=1)
    usual = check_client(quick, "beluga", options)["C28"].runs

    slow = check_client(quick, "beluga", Options(control_url=url, rules=("C28",), examples=1, slow=True))["C28"].runs
    assert slow > usual


def test_a_base_url_may_lie_before_the_server(url: str) -> None:
    called: list[str] = []

    def generate(base_url: str, api_key: str, request: dict[str, Any]) -> bytes:
        called.append(base_url)
        return reference.Client(load()["beluga"], base_url, api_key).generate(request)

    other = url.replace("127.0.0.1", "localhost") + "/beluga"
    options = Options(control_url=url, base_url=other, request=load()["beluga"].example, rules=("C33",))
    check_client(generate, "beluga", options)

    assert called == [other]


@pytest.mark.parametrize(
    ("dialect", "rules", "message"),
    [("belluga", ("C1",), "no dialect 'belluga'; did you mean beluga"), ("beluga", ("C99",), "no rule 'C99'")],
)
def test_what_nobody_knows_is_refused(url: str, dialect: str, rules: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_client(reference.generate, dialect, Options(control_url=url, rules=rules))


def test_without_a_server_there_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKVIDEO_URL", "http://127.0.0.1:9/")

    with pytest.raises(ControlError, match=r"No server answers at http://127\.0\.0\.1:9"):
        check_client(reference.generate, "beluga")


def test_no_folder_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.chdir(tmp_path)
    with no_traces():
        check_client(reference.generate, "beluga", Options(control_url=url, rules=("C9",), examples=2))

    assert list(tmp_path.iterdir()) == []


def test_the_public_names_are_loaded_when_they_are_asked_for() -> None:
    assert ClientConformance.__name__ == "ClientConformance"
    with pytest.raises(AttributeError, match="no attribute 'check_nobody'"):
        _ = mockvideo.conformance.check_nobody


class TestReference(ClientConformance):
    """The reference client in pytest; what is not exercised is skipped."""

    dialect = "beluga"
    rules: ClassVar = ("C1", "C9", "C23")
    examples = 2

    def generate(self, base_url: str, api_key: str, request: dict[str, Any]) -> bytes:
        return reference.Client(load()["beluga"], base_url, api_key).generate(request)


class Careless(TestReference):
    rules: ClassVar = ("C1",)

    def generate(self, base_url: str, api_key: str, request: dict[str, Any]) -> bytes:
        return MUTANTS["SubmitsAgain"].client(load()["beluga"], base_url, api_key).generate(request)


class Useless(TestReference):
    def generate(self, *_: Any) -> None:
        return None


def test_a_broken_rule_fails_its_test(mockvideo_server: SimpleNamespace) -> None:
    with pytest.raises(AssertionError, match=r"C1 MUST: After a submission[\s\S]*when submit 1: the reply is lost"):
        Careless().test_C1(mockvideo_server)


def test_a_rule_that_is_not_asked_for_is_no_test() -> None:
    assert Careless.test_C2 is None
    assert callable(TestReference.test_C9)


def test_a_client_that_fails_on_a_good_day_fails_every_test(mockvideo_server: SimpleNamespace) -> None:
    with pytest.raises(AssertionError, match="where nothing goes wrong the client fails"):
        Useless().test_C9(mockvideo_server)


def test_a_class_without_a_client_says_so() -> None:
    with pytest.raises(NotImplementedError):
        ClientConformance().generate("", "", {})

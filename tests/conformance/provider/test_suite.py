"""The test class for people who serve a dialect: here it holds mockvideo itself."""

from __future__ import annotations

from typing import ClassVar
from unittest import SkipTest

import pytest

from mockvideo.conformance.provider import ProviderConformance
from mockvideo.conformance.provider.profile import Profile
from mockvideo.conformance.provider.rules import RULES
from mockvideo.server.thread import ServerThread
from tests.conformance.provider.liars import status
from tests.conformance.provider.lying import Lying


class TestMockvideo(ProviderConformance):
    """Every rule of apiframe, one test each."""

    dialect = "apiframe"
    profile = Profile(model="kling-3.0", patience=60)
    examples = 0

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def served(cls, url) -> None:
        cls.base_url, cls.control_url = f"{url}/apiframe", url


class Gateway(ProviderConformance):
    """A server that answers no key with 400."""

    dialect = "beluga"
    examples: ClassVar[int] = 0


def gateway(**said: object) -> type[ProviderConformance]:
    return type("Gateway", (Gateway,), said)


@pytest.fixture(scope="module")
def lying():
    with ServerThread(Lying(answer=status(400, lambda asked, told: told.status == 401 and not asked.key))) as server:
        yield f"{server.url}/beluga"


def test_there_is_a_test_for_every_rule() -> None:
    found = {name for name in vars(ProviderConformance) if name.startswith("test_")}
    assert found == {f"test_{rule.id.replace('-', '_')}" for rule in RULES}


def test_a_broken_rule_fails_with_what_differs_and_the_cure(lying) -> None:
    suite = gateway(base_url=lying, api_key="sk-suite")()
    with pytest.raises(AssertionError, match="400, not 401") as raised:
        suite.test_missing_key()
    assert "Ask for the key before anything else" in str(raised.value)


def test_a_rule_that_cannot_be_seen_is_skipped(lying) -> None:
    with pytest.raises(SkipTest, match="not exercised: it takes a job"):
        gateway(base_url=lying, api_key="sk-suite")().test_status_words()


def test_a_waived_rule_is_skipped(lying, tmp_path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text('waivers = [{ rule = "missing-key", reason = "an old proxy" }]', "utf-8")
    with pytest.raises(SkipTest, match="waived: an old proxy"):
        gateway(base_url=lying, api_key="sk-suite", profile=path)().test_missing_key()


def test_a_server_is_examined_once_for_each_class(lying) -> None:
    first, second = (gateway(base_url=lying, api_key="sk-suite") for _ in range(2))
    assert first.report() is first().report()
    assert first.report() is not second.report()

"""A test class for people who write a client: one test a rule, for pytest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, Protocol
from unittest import SkipTest

from mockvideo.conformance.client.check import Options, check_client
from mockvideo.conformance.client.report import told
from mockvideo.conformance.client.rules import RULES, ClientRule
from mockvideo.conformance.client.verdict import Verdict


class Server(Protocol):
    """Where clients are run; the fixture of the pytest plugin is one."""

    url: str
    token: str | None


class ClientConformance:
    """Subclass it with ``dialect`` and ``generate(self, base_url, api_key, request)``, which may be asynchronous.

    Every one of its ``rules`` is a test; one that is not exercised, or inconclusive, is skipped. The client is judged
    once, at the first test, on the server of the fixture ``mockvideo_server``.
    """

    dialect: ClassVar[str]
    request: ClassVar[Mapping[str, Any] | None] = None
    rules: ClassVar[Collection[str]] = tuple(RULES)
    examples: ClassVar[int] = 40
    seed: ClassVar[int] = 0

    _verdict: ClassVar[Verdict]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for rule, test in TESTS.items():
            setattr(cls, f"test_{rule}", test if rule in cls.rules else None)

    def generate(self, base_url: str, api_key: str, request: Mapping[str, Any]) -> Any:
        """Return the clip's bytes, its path or its URL."""
        raise NotImplementedError

    def verdict(self, server: Server) -> Verdict:
        """Judge the client, once for each class."""
        cls = type(self)
        if "_verdict" not in cls.__dict__:
            options = Options(
                control_url=server.url,
                token=server.token,
                request=self.request,
                rules=self.rules,
                examples=self.examples,
                seed=self.seed,
            )
            cls._verdict = check_client(self.generate, self.dialect, options)
        return cls._verdict


def _test(rule: ClientRule) -> Callable[[ClientConformance, Server], None]:
    def test(self: ClientConformance, mockvideo_server: Server) -> None:
        verdict = self.verdict(mockvideo_server)
        outcome = verdict[rule.id]
        if outcome.findings:
            raise AssertionError("\n".join(line for finding in outcome.findings for line in told(finding)))
        if verdict.trouble:
            raise AssertionError(f"where nothing goes wrong the client fails: {verdict.trouble}")
        if outcome.standing != "kept":
            raise SkipTest(f"{outcome.standing}: {outcome.note}")

    test.__name__ = f"test_{rule.id}"
    test.__doc__ = rule.sentence
    return test


TESTS: Mapping[str, Callable[[ClientConformance, Server], None]] = {name: _test(rule) for name, rule in RULES.items()}

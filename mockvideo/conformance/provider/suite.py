"""A test class for people who serve a dialect: one test a rule, for pytest or any other runner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar
from unittest import SkipTest

from mockvideo import dialects
from mockvideo.conformance.provider.check import EXAMPLES, check_provider
from mockvideo.conformance.provider.profile import PLAIN, Profile, load
from mockvideo.conformance.provider.report import Report, described
from mockvideo.conformance.provider.rule import Outcome, Rule
from mockvideo.conformance.provider.rules import RULES
from mockvideo.conformance.provider.target import Target, Tier


class ProviderConformance:
    """Subclass it with ``dialect`` and ``base_url``; every rule is a test, and a rule that cannot be seen is skipped.

    ``profile`` is a value or the path of a file. The server is examined once, at the first test.
    """

    dialect: ClassVar[str]
    base_url: ClassVar[str]
    api_key: ClassVar[str | None] = None
    tier: ClassVar[Tier | None] = None
    max_jobs: ClassVar[int | None] = None
    profile: ClassVar[Profile | str | Path] = PLAIN
    control_url: ClassVar[str | None] = None
    token: ClassVar[str | None] = None
    examples: ClassVar[int] = EXAMPLES

    @classmethod
    def report(cls) -> Report:
        """Examine the server, once for each class."""
        if "_report" not in cls.__dict__:
            cls._report = check_provider(cls._target(), max_jobs=cls.max_jobs, examples=cls.examples)
        return cls._report

    _report: ClassVar[Report]

    @classmethod
    def _target(cls) -> Target:
        return Target(
            dialect=dialects.load()[cls.dialect],
            base_url=cls.base_url,
            api_key=cls.api_key,
            tier=cls.tier,
            profile=cls.profile if isinstance(cls.profile, Profile) else load(Path(cls.profile)),
            control_url=cls.control_url,
            token=cls.token,
        )


def _test(rule: Rule) -> Callable[[ProviderConformance], None]:
    def test(self: ProviderConformance) -> None:
        result = self.report()[rule.id]
        if result.outcome in {Outcome.NOT_EXERCISED, Outcome.WAIVED}:
            raise SkipTest(f"{result.outcome}: {result.why}")
        if result.outcome is Outcome.BROKEN:
            told = "\n  ".join(map(described, result.faults))
            raise AssertionError(f"{rule.sentence}\n  {told}\n{rule.cure}")

    test.__name__ = f"test_{rule.id.replace('-', '_')}"
    test.__doc__ = rule.sentence
    return test


for _rule in RULES:
    setattr(ProviderConformance, f"test_{_rule.id.replace('-', '_')}", _test(_rule))

"""Profiles: read, refused, and what they change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mockvideo.conformance.provider.check import check_provider
from mockvideo.conformance.provider.profile import PLAIN, Profile, ProfileError, Waiver, load
from mockvideo.conformance.provider.rule import Outcome
from mockvideo.conformance.provider.rules import RULES
from mockvideo.core.settings import Settings
from mockvideo.script.read import document
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from tests.conformance.provider.examining import examined, target

WHOLE = """
model = "kling-3.0"
hosts = ["cdn.example.com"]
patience = 60
capabilities = { lists = false, ranges = true }

[[waivers]]
rule = "result-ranges"
reason = "the cache in front of it"
until = 2026-12-31
"""


def test_a_profile_is_read(tmp_path) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(WHOLE, "utf-8")
    profile = load(path)
    assert (profile.model, profile.hosts, profile.patience) == ("kling-3.0", ("cdn.example.com",), 60)
    assert (profile.lacks("lists"), profile.lacks("ranges"), profile.lacks("uploads")) == (True, False, False)
    assert profile.waiver("result-ranges") == Waiver("result-ranges", "the cache in front of it", date(2026, 12, 31))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("model = ", "is no TOML"),
        ("modle = 'x'", "modle"),
        ("capabilities = { speed = false }", "capabilities"),
        ("waivers = [{ rule = 'limits' }]", "reason"),
        ("waivers = [{ rule = 'limits', reason = '' }]", "reason"),
        ("patience = 0", "patience"),
    ],
)
def test_what_is_wrong_with_a_profile_is_told(tmp_path, text, wrong) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ProfileError, match=wrong):
        load(path)


def test_a_profile_that_is_not_there_is_told(tmp_path) -> None:
    with pytest.raises(ProfileError, match="cannot be read"):
        load(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("profile", "wrong"),
    [
        (Profile(model="kling-3"), "did you mean kling-3.0"),
        (Profile(waivers=(Waiver("limit", "for now"),)), "did you mean limits"),
        (Profile(waivers=(Waiver("xyz", "for now"),)), "one of missing-key"),
    ],
)
def test_a_profile_names_what_there_is(url, profile, wrong) -> None:
    with pytest.raises(ValueError, match=wrong):
        check_provider(target(url, "apiframe", profile=profile))


def typed_wrongly(waiver: Waiver | None):
    """How a server is judged whose polls are called plain text."""
    rules = {"rules": [{"on": "poll", "bytes": {"content_type": "text/plain"}}]}
    app = create_app(Options(settings=Settings(scenario=document(rules, name="lie"))))
    return examined(app, "beluga", profile=Profile(patience=60, waivers=(waiver,) if waiver else ()))


def test_a_waiver_holds_while_it_lasts() -> None:
    waiver = Waiver("content-type", "an old proxy", date(2999, 1, 1))
    report = typed_wrongly(waiver)
    assert (report.passed, report["content-type"].outcome) == (True, Outcome.WAIVED)
    assert report["content-type"].why == "an old proxy, until 2999-01-01"


def test_a_waiver_without_a_day_holds_for_ever() -> None:
    assert typed_wrongly(Waiver("content-type", "an old proxy"))["content-type"].why == "an old proxy"


def test_a_waiver_that_ended_is_told() -> None:
    report = typed_wrongly(Waiver("content-type", "an old proxy", date(2020, 1, 1)))
    assert (report.passed, report["content-type"].why) == (False, "its waiver ended on 2020-01-01")


@pytest.mark.parametrize(
    ("capability", "dialect", "rule"),
    [
        ("content", "sora", "download"),
        ("idempotency", "apiframe", "replay-same-job"),
        ("lists", "apiframe", "list-holds-jobs"),
        ("ranges", "sora", "result-ranges"),
        ("uploads", "apiframe", "upload-document"),
    ],
)
def test_what_a_server_lacks_is_not_asked_for(url, capability, dialect, rule) -> None:
    there = target(url, dialect)
    lacking = replace(there, profile=replace(there.profile, capabilities={capability: False}))
    result = check_provider(lacking, examples=0)[rule]
    assert (result.outcome, result.why) == (
        Outcome.NOT_EXERCISED,
        f"the profile rules out {capability}",
    )


def test_every_capability_is_needed_by_a_rule() -> None:
    assert {need.otherwise for rule in RULES for need in rule.needs} >= {
        f"the profile rules out {name}" for name in ("content", "idempotency", "lists", "ranges", "uploads")
    }
    assert not any(PLAIN.lacks(name) for name in ("content", "ranges"))

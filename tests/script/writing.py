"""Scenarios drawn by Hypothesis, and a writer of TOML."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter

from mockvideo.core.errors import HttpDate, Kind, Literally
from mockvideo.core.faults import Bytes, Changes, Connection, Damage, Earlier, Mishap
from mockvideo.core.jobs import Reason, Refund, State
from mockvideo.core.scenario import Allowance, Outcome, Rule, Scenario
from mockvideo.core.timing import Lognormal, Polls, Stuck, Timing

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
SHARES = st.floats(0, 1)
SECONDS = st.floats(0, 1e6)
COUNTS = st.integers(1, 1_000)
PLACES = st.sampled_from(["id", "status", "progress", "video", "error", "poll_url", "/a/0/b~1c", "/é"])
JSON = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS.filter(bool), inner, max_size=3),
    max_leaves=5,
)


def ordered(low: float, high: float) -> tuple[float, float]:
    return min(low, high), max(low, high)


STRETCHES = st.builds(ordered, SECONDS, SECONDS)
PARTED = STRETCHES.filter(lambda stretch: stretch[0] < stretch[1])
SPANS = (
    SECONDS | STRETCHES | st.builds(Lognormal, median=SECONDS, sigma=st.floats(0, 5)) | st.builds(Polls, polls=COUNTS)
)
STEPS = st.lists(SHARES, min_size=1, max_size=5).map(sorted).map(tuple)
TIMINGS = st.builds(
    Timing,
    queue=SPANS,
    render=SPANS,
    progress=st.sampled_from(["linear", "absent"]) | STEPS | st.builds(Stuck, stuck_at=SHARES),
)
LEFT = st.none() | SECONDS
OUTCOMES = st.one_of(
    st.builds(
        Outcome,
        clips_expire_after=LEFT,
        forgotten_after=LEFT,
        id=st.none() | st.just("a/{id}=+é"),
        opaque_poll_url=st.booleans(),
        idempotent=st.booleans(),
    ),
    st.builds(
        Outcome,
        ends=st.just("failed"),
        reason=st.sampled_from(Reason),
        at=st.none() | SHARES,
        refund=st.sampled_from(Refund),
    ),
    st.builds(Outcome, ends=st.sampled_from(["cancelled", "never"]), at=st.none() | SHARES),
)
CHANGES = st.builds(
    Changes,
    set=st.dictionaries(PLACES, JSON, max_size=2),
    null=st.lists(PLACES, max_size=2).map(tuple),
    omit=st.lists(PLACES, max_size=2).map(tuple),
    text=st.lists(PLACES, max_size=2).map(tuple),
    rename=st.dictionaries(PLACES, PLACES, max_size=2),
    wrap=st.none() | TEXTS,
    beside=st.dictionaries(TEXTS.filter(bool), JSON, max_size=2),
    extra=st.integers(0, 1_000),
    blob=st.integers(0, 1 << 20),
).filter(lambda changes: changes != Changes())
EARLIER = st.builds(
    Earlier, state=st.sampled_from([State.QUEUED, State.RUNNING]), progress=st.none() | SHARES, cached=LEFT
)
HEADERS = st.dictionaries(
    st.sampled_from(["Age", "x-a", "ETag"]), st.just("ü") | st.lists(st.just("b"), max_size=2).map(tuple), max_size=2
)
BYTES = st.one_of(
    st.builds(Bytes, html=st.integers(400, 599), headers=HEADERS, content_type=st.none() | st.just("a/b")),
    st.builds(Bytes, body=TEXTS, headers=HEADERS, content_length=st.none() | st.integers(1, 9)),
    st.builds(Bytes, status=st.integers(200, 599), chunked=st.none() | st.sampled_from(["unended", "early"])),
    st.builds(Bytes, redirect=st.sampled_from(["self", "elsewhere", "/a", "https://a.example/"]), status=st.just(307)),
    st.builds(Bytes, garbage=st.just(True)),
    st.builds(Bytes, ranges=st.sampled_from(["ignored", "shifted", "refused"])),
)
PARTS = st.sampled_from(["head", "body"])
CONNECTIONS = st.one_of(
    st.builds(Connection, reset=PARTS, at=SHARES, delay=SECONDS),
    st.builds(Connection, close=PARTS, drip=PARTS, piece=COUNTS, every=SECONDS),
    st.builds(Connection, hang=st.just("before"), bandwidth=COUNTS),
    st.builds(Connection, not_kept=st.just(True), delay=SECONDS),
)
DAMAGES = st.one_of(
    st.builds(Damage, kind=st.sampled_from(["no_moov", "cut", "wrong_codec", "empty", "html", "error", "picture"])),
    st.builds(Damage, size=st.integers(0, 4 << 30), base64=st.none() | st.sampled_from(["urlsafe", "lines", "cut"])),
)
MISHAPS = st.one_of(
    st.builds(Mishap, drop=st.just(True)),
    st.builds(
        Mishap,
        delay=SECONDS,
        times=st.integers(1, 100),
        reorder=st.booleans(),
        signature=st.none() | st.sampled_from(["wrong", "missing", "stale", "other_key"]),
        body=st.none() | st.sampled_from(["altered", "reencoded"]),
        url=st.none() | st.just("altered"),
        status=st.none() | st.just("conflicting"),
        job=st.none() | st.just("another"),
    ),
)
RETRIES = st.none() | SECONDS | st.builds(HttpDate, st.floats(-1e6, 1e6)) | st.just(Literally("só so"))
WHEN: dict[str, st.SearchStrategy[Any]] = {
    "dialect": TEXTS,
    "model": TEXTS,
    "prompt": TEXTS,
    "image": st.none() | st.booleans(),
    "between": st.none() | PARTED,
    "share": st.none() | SHARES,
    "times": st.none() | COUNTS,
    "lasts": st.none() | SECONDS,
}
RULES = st.one_of(
    st.builds(Rule, on=st.sampled_from(["submit", "*", "generate", "s*"]), outcome=OUTCOMES, nth=COUNTS, **WHEN),
    st.builds(Rule, timing=TIMINGS | st.just("documented"), first=st.just(9), after=st.integers(1, 8), **WHEN),
    st.builds(Rule, error=st.sampled_from(Kind), message=TEXTS, retry_after=RETRIES, every=COUNTS, **WHEN),
    st.builds(Rule, on=st.just("poll"), poll=COUNTS | st.just((2, 5)), status=st.sampled_from([400, 503]), **WHEN),
    st.builds(Rule, on=st.sampled_from(["poll", "content"]), age=PARTED, snapshot=EARLIER, **WHEN),
    st.builds(Rule, document=CHANGES, **WHEN),
    st.builds(Rule, bytes=BYTES, needless_key=st.none() | st.booleans(), **WHEN),
    st.builds(Rule, error=st.sampled_from(Kind), connection=CONNECTIONS, **WHEN),
    st.builds(Rule, on=st.sampled_from(["content", "generate", "*"]), clip=DAMAGES, **WHEN),
    st.builds(Rule, on=st.sampled_from(["webhook", "*"]), event=TEXTS, webhook=MISHAPS, **WHEN),
)
LIMITS = st.none() | COUNTS | st.just("documented")
SCENARIOS = st.builds(
    Scenario,
    name=st.just("drawn"),
    description=TEXTS,
    seed=st.none() | st.integers(-(2**63), 2**63 - 1),
    strict=st.booleans(),
    timing=st.none() | TIMINGS | st.just("documented"),
    account=st.builds(
        Allowance,
        credits=st.none() | st.decimals(0, 10**9, places=2),
        plan=st.none() | TEXTS,
        slots=LIMITS,
        requests_per_minute=LIMITS,
        requests_per_day=LIMITS,
    ),
    rules=st.lists(RULES, max_size=4).map(tuple),
)


def document(scenario: Scenario) -> dict[str, Any]:
    """A scenario as a file has it: without its name, and without what it does not say."""
    return said({**TypeAdapter(Scenario).dump_python(scenario, mode="json", exclude_defaults=True), "name": None})


def said(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: said(inner) for key, inner in value.items() if inner is not None}
    return [said(inner) for inner in value] if isinstance(value, list) else value


def written(scenario: Scenario) -> str:
    """A scenario as TOML."""
    return "".join(f"{key} = {toml(value)}\n" for key, value in document(scenario).items())


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    # JSON's texts are TOML's, but for surrogates in pairs and DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

"""Draws scenarios, and what clients do under them: values of the types that files are read into, bounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st

from mockvideo.core.errors import HttpDate, Kind, Literally
from mockvideo.core.faults import Bytes, Changes, Connection, Damage, Earlier
from mockvideo.core.scenario import Allowance, Outcome, Rule, Scenario
from mockvideo.core.timing import Lognormal, Polls, Stuck, Timing
from tests.every import DIALECTS

KEYS = ("sk-one", "sk-two")
NAMES = ("a", "b")
OPERATIONS = ("submit", "poll", "content", "list")

SECONDS = st.integers(0, 40).map(lambda quarters: quarters / 4)
STRETCHES = st.tuples(SECONDS, SECONDS).map(sorted).map(tuple)
SHARES = st.integers(0, 20).map(lambda parts: parts / 20)
COUNTS = st.integers(1, 3)
TEXTS = st.text(max_size=5)

SPANS = SECONDS | STRETCHES | st.builds(Lognormal, median=SECONDS) | st.builds(Polls, polls=COUNTS)
PROGRESS = st.lists(SHARES, min_size=1, max_size=4).map(sorted).map(tuple) | st.builds(Stuck, stuck_at=SHARES)
TIMINGS = st.builds(Timing, SPANS, SPANS, st.sampled_from(["linear", "absent"]) | PROGRESS) | st.just("documented")
OUTCOMES = st.builds(
    Outcome,
    ends=st.sampled_from(["succeeded", "failed", "failed", "cancelled", "never"]),
    reason=...,
    at=...,
    refund=...,
    forgotten_after=st.none() | SECONDS,
    clips_expire_after=st.none() | SECONDS,
    id=st.none() | st.sampled_from(["a/{id}", ".{id}+/==", "é{id}"]),
    opaque_poll_url=st.booleans(),
    idempotent=st.booleans(),
)
WAITS = SECONDS | st.builds(HttpDate, st.floats(-60, 60)) | st.builds(Literally, TEXTS)
PLACES = st.sampled_from(["id", "status", "progress", "video", "error", "/extra", "/nowhere/at/all"])
VALUES = st.none() | st.integers() | TEXTS
CHANGES = st.builds(
    Changes,
    set=st.dictionaries(PLACES, VALUES, max_size=1),
    null=st.lists(PLACES, max_size=1).map(tuple),
    omit=st.lists(PLACES, max_size=1).map(tuple),
    text=st.lists(PLACES, max_size=1).map(tuple),
    rename=st.dictionaries(PLACES, PLACES, max_size=1),
    wrap=st.none() | TEXTS,
    beside=st.dictionaries(TEXTS, VALUES, max_size=1),
    extra=st.integers(0, 2),
    blob=st.integers(0, 9),
)
BYTES = st.builds(
    Bytes,
    status=st.none() | st.sampled_from([200, 304, 500]),
    html=st.none() | st.sampled_from([200, 502, 524]),
    body=st.none() | TEXTS,
    headers=st.dictionaries(st.sampled_from(["age", "etag"]), TEXTS, max_size=1),
    garbage=st.sampled_from([False, False, True]),
    redirect=st.none() | st.sampled_from(["self", "elsewhere", "clip"]),
    content_length=st.none() | st.integers(-9, 9),
    chunked=st.none() | st.sampled_from(["unended", "early"]),
    ranges=...,
)
CONNECTIONS = st.builds(Connection, reset=..., close=..., hang=..., delay=SECONDS, not_kept=...)
DAMAGES = st.builds(Damage, kind=..., size=st.none() | st.integers(0, 200_000), base64=...)
WHEN: dict[str, st.SearchStrategy[Any]] = {
    "on": st.sampled_from(["*", "submit", "generate", "poll", "content", "list"]),
    "dialect": st.sampled_from([*DIALECTS, "*a*"]),
    "model": st.sampled_from(["sora*", "*-2", "veo*"]),
    "prompt": st.sampled_from(["*fox*", "*1*"]),
    "image": st.booleans(),
    "between": STRETCHES,
    "age": STRETCHES,
    "poll": COUNTS | st.tuples(COUNTS, COUNTS),
    "nth": COUNTS,
    "first": COUNTS,
    "every": COUNTS,
    "share": SHARES,
    "times": COUNTS,
    "lasts": SECONDS,
}
WHAT: dict[str, st.SearchStrategy[Any]] = {
    "timing": TIMINGS,
    "outcome": OUTCOMES,
    "error": st.sampled_from(Kind),
    "status": st.sampled_from([200, 402, 404, 418, 429, 500, 503]),
    "message": TEXTS,
    "retry_after": WAITS,
    "snapshot": st.builds(Earlier, state=..., progress=st.none() | SHARES, cached=st.none() | SECONDS),
    "document": CHANGES,
    "bytes": BYTES,
    "connection": CONNECTIONS,
    "clip": DAMAGES,
}


HARSH = ("error", "status", "message", "retry_after")
MILD = ("timing", "outcome", "outcome", "outcome", "snapshot", "document", "bytes", "connection", "clip")


@st.composite
def rules(draw: st.DrawFn, *when: str, **always: st.SearchStrategy[Any]) -> Rule:
    """Draw rules under few of these conditions, as many are never met together; ``always`` are there in every one.

    What refuses has a condition: where all is refused, nothing else happens.
    """
    harsh = draw(st.sampled_from([False, False, True]))
    names = draw(st.lists(st.sampled_from(when), min_size=int(harsh), max_size=2))
    names += draw(st.lists(st.sampled_from(HARSH if harsh else MILD), min_size=1, max_size=2))
    return Rule(
        **{name: draw(strategy) for name, strategy in ((WHEN | WHAT) | always).items() if name in {*names, *always}}
    )


ALLOWANCES = st.builds(
    Allowance,
    credits=st.none() | st.none() | st.integers(0, 40).map(lambda tenths: Decimal(tenths) / 10),
    slots=st.none() | COUNTS | st.just("documented"),
    requests_per_minute=st.none() | COUNTS | st.just("documented"),
    requests_per_day=st.none() | st.integers(3, 9) | st.just("documented"),
)


def scenarios(
    name: str, drawn: st.SearchStrategy[Rule], **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[Scenario]:
    listed = st.lists(drawn, min_size=1, max_size=4).map(tuple)
    return st.builds(Scenario, name=st.just(name), rules=listed, **fields)


def any_scenario(name: str) -> st.SearchStrategy[Scenario]:
    return scenarios(
        name,
        rules(*WHEN),
        seed=st.none() | st.integers(0, 2),
        strict=st.booleans(),
        timing=st.none() | TIMINGS,
        account=st.just(Allowance()) | ALLOWANCES,
    )


class Step(NamedTuple):
    """One request, after so many seconds; ``target`` picks which job it asks for, ``dialect`` where else it goes."""

    verb: str
    dialect: str
    key: str
    header: str | None
    target: int
    seconds: float


@dataclass(frozen=True)
class Play:
    """A script and what clients do under it: scenarios by name, which is in force, and the steps."""

    clock: str
    scenario: str | None
    steps: tuple[Step, ...]
    library: dict[str, Scenario] = field(default_factory=dict)


def steps(
    keys: tuple[str, ...] = ("sk-one", "sk-one", "sk-one", "sk-one--a", "sk-two"),
    headers: tuple[str | None, ...] = (None, None, None, *NAMES),
    most: int = 14,
) -> st.SearchStrategy[tuple[Step, ...]]:
    """Draw what clients do; they submit before they do anything else, and look how it ended."""
    step = st.builds(
        Step,
        st.sampled_from(["submit", "poll", "poll", "poll", "content", "list", "download", "settle", "settle"]),
        st.sampled_from(list(DIALECTS)),
        st.sampled_from(keys),
        st.sampled_from(headers),
        st.integers(0, 3),
        st.just(0.0) | SECONDS,
    )
    first = step.map(lambda drawn: drawn._replace(verb="submit", key=keys[0]))
    last = [Step("poll", "sora", keys[0], None, target, 10.0) for target in range(4)]
    return st.tuples(st.lists(first, min_size=1, max_size=4), st.lists(step, min_size=most // 2, max_size=most)).map(
        lambda drawn: (*drawn[0], *drawn[1], *last)
    )


def plays() -> st.SearchStrategy[Play]:
    """Draw any script and any client."""
    return st.builds(
        Play,
        clock=st.sampled_from(["manual", "auto"]),
        scenario=st.sampled_from([None, "a", "a", "a"]),
        steps=steps(),
        library=st.fixed_dictionaries({name: any_scenario(name) for name in NAMES}),
    )

"""One scenario, one request, all dialects: where an adapter for several providers does not end alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import shorten
from typing import Any, NamedTuple

import httpx

from mockvideo.conformance.client.bench import Bench, Limits, Seat, reached
from mockvideo.conformance.client.callables import Call, Function, answered, file_of, is_url
from mockvideo.conformance.client.check import refuse_unknown
from mockvideo.conformance.client.evidence import Run
from mockvideo.conformance.client.schedules import Schedule
from mockvideo.conformance.clips import ClipError
from mockvideo.conformance.clips import read as movie
from mockvideo.core.scenario import Scenario
from mockvideo.core.timing import Timing
from mockvideo.dialect import Dialect
from mockvideo.dialects import load
from mockvideo.script import read
from mockvideo.script.choice import choose
from mockvideo.script.library import Library
from mockvideo.wording import count

Adapter = Callable[..., Any]
AT_ONCE = Timing(queue=0.0, render=0.0)
LONGEST_TOLD = 100
NO_CLIP, NO_END = "a file that is no clip", "no end"
SILENCES = {
    "overtime": "it still sleeps after all the virtual time that it may take",
    "flood": "it sends requests without end",
    "silence": "it still runs after all the real seconds that it may take",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where an adapter is run: a server of mockvideo (else MOCKVIDEO_URL), with a control ``token`` (MOCKVIDEO_TOKEN).

    ``request`` is what it gets for every dialect, in whatever words it understands. Without one it gets the example of
    each dialect; these are not the same clip, so the sizes and lengths of clips are not compared then.
    """

    control_url: str | None = None
    token: str | None = None
    request: Mapping[str, Any] | None = None
    seed: int = 0
    limits: Limits = field(default_factory=Limits)


class Told(NamedTuple):
    """What an adapter made of an ending: ``says`` is compared, ``detail`` is in the words of one provider."""

    says: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an adapter ended in one dialect, and what it took; ``cost`` is what was paid in the end, or is held."""

    dialect: str
    says: str
    detail: str
    requests: int
    submits: int
    cost: Decimal
    currency: str

    def __str__(self) -> str:
        told = ", ".join((count(self.requests, "request"), count(self.submits, "submit")))
        return ": ".join(filter(None, (f"{told}, {self.cost.normalize():f} {self.currency}".rstrip(), self.detail)))


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an adapter ended in one scenario, dialect by dialect."""

    scenario: str
    outcomes: tuple[Outcome, ...]

    @property
    def groups(self) -> dict[str, list[Outcome]]:
        """Those that ended alike, by what they say; the most of them first."""
        found: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            found.setdefault(outcome.says, []).append(outcome)
        return dict(sorted(found.items(), key=lambda group: -len(group[1])))

    @property
    def odd(self) -> list[str]:
        """The dialects that do not end as most do."""
        return [outcome.dialect for group in list(self.groups.values())[1:] for outcome in group]

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.scenario}: " + (f"{', '.join(self.odd)} not as the others" if self.odd else "all alike")
        for says, group in self.groups.items():
            yield f"  {says}"
            yield from (f"    {outcome.dialect.ljust(10)} {outcome}" for outcome in group)


@dataclass(frozen=True, slots=True)
class Differences:
    """What a comparison found: true if any scenario ends otherwise in some dialect; as a text it tells where."""

    comparisons: tuple[Comparison, ...]

    @property
    def found(self) -> tuple[Comparison, ...]:
        """The scenarios that do not end alike."""
        return tuple(comparison for comparison in self.comparisons if comparison.odd)

    def __bool__(self) -> bool:
        return bool(self.found)

    def __str__(self) -> str:
        many = count(len(self.comparisons), "scenario")
        return "\n".join((f"{len(self.found)} of {many} not alike in all dialects", *map(str, self.found)))


def compare(
    adapter: Adapter,
    scenarios: Iterable[str | Path | Scenario],
    dialects: Collection[str] | None = None,
    options: Options | None = None,
) -> Differences:
    """Run ``adapter(dialect, base_url, api_key, request)`` in every scenario and dialect, and compare how it ends.

    It returns the clip's bytes, its path or its URL, or any value that tells how it ended, or raises an error, which is
    compared by its class; it may be asynchronous. Each run has a fresh account and virtual time. A scenario is a name,
    one rule as a text, the path of a file, or a value; what its rules leave to chance differs from run to run. Of a
    provider that answers when the clip is there jobs take no time, as nothing but a sleep can be virtual. Raises
    ValueError for what nobody knows, ControlError if no server of mockvideo answers.
    """
    options, library = options or Options(), Library()
    compared = _chosen(dialects)
    played = [(_name(given), _scenario(given, library)) for given in scenarios]
    with reached(options.control_url) as http:
        benches = [_bench(dialect, http, options) for dialect in compared]
        return Differences(
            tuple(
                Comparison(name, tuple(_outcome(adapter, bench, scenario, options) for bench in benches))
                for name, scenario in played
            )
        )


def _chosen(names: Collection[str] | None) -> list[Dialect]:
    """Return the dialects of these names, or all; raises ValueError for what nobody knows."""
    known = load()
    for name in names or ():
        refuse_unknown(name, known, "dialect")
    return [dialect for name, dialect in known.items() if names is None or name in names]


def _name(given: str | Path | Scenario) -> str:
    return (given.name or given.description) if isinstance(given, Scenario) else str(given)


def _scenario(given: str | Path | Scenario, library: Library) -> Scenario:
    """Return the scenario that is meant; raises ScriptError."""
    if isinstance(given, Scenario):
        return given
    if isinstance(given, Path) or given.endswith(".toml"):
        return read.load(Path(given))
    return choose(given, library)


def _bench(dialect: Dialect, http: httpx.Client, options: Options) -> Bench:
    return Bench(
        http=http,
        token=options.token or os.environ.get("MOCKVIDEO_TOKEN"),
        dialect=dialect,
        request=dialect.example if options.request is None else options.request,
        limits=options.limits,
    )


def _outcome(adapter: Adapter, bench: Bench, scenario: Scenario, options: Options) -> Outcome:
    """Run the adapter once, in one dialect."""
    dialect = bench.dialect
    blocking = dialect.pointers.submitted is None
    tables = read.tables(_at_once(scenario) if blocking else scenario)
    with (
        bench.playing(tables, Schedule(seed=options.seed)) as seat,
        TemporaryDirectory(prefix="mockvideo-") as folder,
    ):
        call = Function(partial(adapter, dialect.name)).call(seat, folder)
        run = seat.run(answered(call))
        told = _told(call, run, seat, sizes=options.request is not None)
    return Outcome(
        dialect=dialect.name,
        says=_without_ids(told.says, run) + (f", for {len(run.jobs)} jobs" if len(run.jobs) > 1 else ""),
        detail=_without_ids(told.detail, run),
        requests=len(run.exchanges),
        submits=len(run.of("submit")),
        cost=run.paid,
        currency=run.currency,
    )


def _at_once(scenario: Scenario) -> Scenario:
    """The same scenario, but jobs take no time."""
    rules = (rule if rule.timing is None else replace(rule, timing=AT_ONCE) for rule in scenario.rules)
    return replace(scenario, timing=AT_ONCE, rules=tuple(rules))


def _told(call: Call, run: Run, seat: Seat, *, sizes: bool) -> Told:
    """Say how a call ended in words that all dialects share."""
    if run.answer.kind in SILENCES:
        return Told(NO_END, SILENCES[run.answer.kind])
    if call.error is not None:
        return Told(type(call.error).__name__, str(call.error))
    try:
        data = seat.download(call.answer) if is_url(call.answer) else file_of(call.answer)
        if data is None:
            return Told(str(call.answer))
        clip = movie(data)
    except (ClipError, httpx.HTTPError) as error:
        return Told(NO_CLIP, str(error))
    size = f"{clip.width} x {clip.height}, {round(clip.seconds, 1):g} s"
    return Told(f"a clip of {size}") if sizes else Told("a clip", size)


def _without_ids(text: str, run: Run) -> str:
    for job in run.jobs:
        text = text.replace(job.job or "", "(id)")
    return shorten(text, LONGEST_TOLD, placeholder="…")

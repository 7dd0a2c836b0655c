"""Judges a client: a function of Python, or any program."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from mockvideo.conformance.client.bench import Bench, Limits, reached
from mockvideo.conformance.client.callables import Function
from mockvideo.conformance.client.programs import Program
from mockvideo.conformance.client.rules import RULES
from mockvideo.conformance.client.search import Plan, Progress, search
from mockvideo.conformance.client.verdict import Verdict
from mockvideo.dialects import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is asked of a check.

    ``control_url`` is a server of mockvideo (else MOCKVIDEO_URL), whose accounts are made with ``token`` (else
    MOCKVIDEO_TOKEN); clients are sent to ``base_url`` if it stands before that server. ``request`` is the document that
    a client gets to submit, the dialect's example unless another one is given. Only these ``rules`` are judged, with so
    many ``examples`` of several events at once; ``slow`` takes in what takes real seconds, and ``every`` tries a single
    event at every request of its kind, not at one alone. With a ``speed`` jobs, and what tells clients to wait, are
    faster.
    """

    control_url: str | None = None
    token: str | None = None
    base_url: str | None = None
    request: Mapping[str, Any] | None = None
    rules: Collection[str] = tuple(RULES)
    examples: int = 40
    seed: int = 0
    slow: bool = False
    every: bool = True
    singles: bool = True
    speed: float = 1.0
    limits: Limits = field(default_factory=Limits)
    progress: Progress = field(default=lambda *_: None)


def check_client(client: Callable[..., Any] | Program, dialect: str, options: Options | None = None) -> Verdict:
    """Return which rules a client breaks, with the smallest script that shows it.

    A function is called as ``generate(base_url, api_key, request)`` and returns the clip's bytes, its path or its URL;
    it may be asynchronous. Raises ValueError for a dialect or a rule that nobody knows, ControlError if no server of
    mockvideo answers, OSError if a program cannot be started.
    """
    options = options or Options()
    known = load()
    refuse_unknown(dialect, known, "dialect")
    for rule in options.rules:
        refuse_unknown(rule, RULES, "rule")
    judged = client if isinstance(client, Program) else Function(client)
    plan = Plan(
        rules=[rule for rule in RULES if rule in options.rules],
        examples=options.examples,
        seed=options.seed,
        slow=options.slow,
        every=options.every,
        singles=options.singles,
        progress=options.progress,
    )
    with reached(options.control_url) as http:
        bench = Bench(
            http=http,
            token=options.token or os.environ.get("MOCKVIDEO_TOKEN"),
            dialect=known[dialect],
            request=known[dialect].example if options.request is None else options.request,
            base_url=options.base_url,
            limits=options.limits,
            speed=options.speed,
        )
        return search(judged, bench, plan)


def refuse_unknown(name: str, known: Collection[str], what: str) -> None:
    """Raise ValueError with the names that may be meant."""
    if name not in known:
        near = get_close_matches(name, known, n=1) or known
        message = f"there is no {what} {name!r}; did you mean {', '.join(near)}?"
        raise ValueError(message)

"""What of a scenario a provider's documents do not know: the mock plays it all the same, the provider may never."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from mockvideo.core.errors import Kind
from mockvideo.core.faults import Changes, Earlier, Mishap
from mockvideo.core.jobs import State
from mockvideo.core.scenario import Allowance, Outcome, Rule, Scenario
from mockvideo.core.timing import Timing
from mockvideo.dialect import Absent, Dialect, Pointers
from mockvideo.provenance import Origin, Source
from mockvideo.script.problems import Problem, Trail, instead, told
from mockvideo.script.sense import operations
from mockvideo.webhook import Webhooks

Remarks = Iterator[tuple[Trail, str]]

LIMITS = ("slots", "requests_per_minute", "requests_per_day")


def remarks(scenario: Scenario, dialect: Dialect) -> list[Problem]:
    """Return what of a scenario is undocumented in a dialect, or cannot be seen there."""
    made = [*_account(scenario.account, dialect), *_timing(scenario.timing, dialect)]
    for place, rule in enumerate(scenario.rules):
        if fnmatchcase(dialect.name, rule.dialect) and _any_match(dialect.catalog.rows, rule.model):
            made += [(("rules", place, *trail), says) for trail, says in _rule(rule, dialect)]
    return [Problem(trail, says) for trail, says in made]


def strangers(scenario: Scenario, dialects: Iterable[Dialect]) -> list[Problem]:
    """Return the patterns that match no dialect, or no model of those that they match."""
    known = {dialect.name: list(dialect.catalog.rows) for dialect in dialects}
    made = []
    for place, rule in enumerate(scenario.rules):
        models = [model for name, rows in known.items() if fnmatchcase(name, rule.dialect) for model in rows]
        if not _any_match(known, rule.dialect):
            cure = instead(rule.dialect, known, f"one of {', '.join(known)}")
            made.append(Problem(("rules", place, "dialect"), f"{told(rule.dialect)} matches no dialect; {cure}"))
        elif not _any_match(models, rule.model):
            cure = instead(rule.model, models, "one that mockvideo models lists")
            made.append(Problem(("rules", place, "model"), f"{told(rule.model)} matches no model; {cure}"))
    return made


def _any_match(names: Iterable[str], pattern: str) -> bool:
    return pattern == "*" or any(fnmatchcase(name, pattern) for name in names)


def _rule(rule: Rule, dialect: Dialect) -> Remarks:
    if _known_operations(dialect).isdisjoint(operations(rule.on)):
        yield ("on",), f"{told(rule.on)} never happens: {dialect.name} has no such operation"
        return
    yield from _timing(rule.timing, dialect)
    yield from _outcome(rule.outcome or Outcome(), dialect)
    yield from _error(rule, dialect)
    yield from _snapshot(rule.snapshot or Earlier(), dialect)
    yield from _document(rule.document or Changes(), dialect.pointers)
    if dialect.webhooks is not None:
        yield from _webhook(rule, dialect.webhooks)
    elif rule.webhook is not None:
        yield ("webhook",), f"changes nothing: {dialect.name} calls nobody"


def _known_operations(dialect: Dialect) -> set[str]:
    routes = {route.name for route in dialect.routes}
    # What a poll tells of is fetched by a URL that is not the provider's to document.
    fetched = {"content"} if "poll" in routes else set()
    called = {"webhook"} if dialect.webhooks is not None else set()
    return routes | fetched | called


def _webhook(rule: Rule, webhooks: Webhooks) -> Remarks:
    names = [call.event.name for call in webhooks.calls]
    if not _any_match(names, rule.event):
        cure = instead(rule.event, names, f"one of {', '.join(names)}")
        yield ("event",), f"{told(rule.event)} matches no event; {cure}"
    if rule.webhook is not None:
        yield from _mishap(rule.webhook, webhooks)


def _mishap(mishap: Mishap, webhooks: Webhooks) -> Remarks:
    if mishap.signature is not None and webhooks.signature is None:
        yield ("webhook", "signature"), "changes nothing: webhooks are not signed"
    if mishap.reorder and not any(call.event.steps for call in webhooks.calls):
        yield ("webhook", "reorder"), "changes nothing: a job has one webhook, at its end"


def _snapshot(snapshot: Earlier, dialect: Dialect) -> Remarks:
    if snapshot.state is not None:
        yield from _state(snapshot.state, ("snapshot", "state"), dialect)
    if snapshot.progress is not None and dialect.pointers.progress is None:
        yield ("snapshot", "progress"), "is told by no document"


def _document(changes: Changes, pointers: Pointers) -> Remarks:
    named = {*changes.set, *changes.null, *changes.omit, *changes.text, *changes.rename, *changes.rename.values()}
    for place in _undeclared(pointers):
        if place in named:
            yield ("document",), f"{told(place)} is in no document, nothing is changed there"


def _undeclared(pointers: Pointers) -> Iterator[str]:
    declared = {
        "id": pointers.submitted or pointers.polled,
        "status": pointers.status,
        "progress": pointers.progress,
        "poll_url": pointers.poll_path,
    }
    return (place for place, pointer in declared.items() if pointer is None)


def _account(account: Allowance, dialect: Dialect) -> Remarks:
    terms, plans = dialect.terms, _plans(dialect)
    if account.plan is not None and plans and account.plan not in plans:
        cure = instead(account.plan, plans, f"one of {', '.join(plans)}")
        yield ("account", "plan"), f"{told(account.plan)} is no plan; {cure}"
    figures = terms.figures_on(account.plan or "")
    for name in LIMITS:
        if getattr(account, name) == "documented":
            yield from _figure(getattr(figures, name), name, ("account", name), dialect)


def _plans(dialect: Dialect) -> list[str]:
    """The plans that anything in a dialect depends on."""
    unlocking = (plan for row in dialect.catalog.rows.values() for plan in row.plans)
    return list(dict.fromkeys([*dialect.terms.plans, *unlocking]))


def _timing(timing: Timing | str | None, dialect: Dialect) -> Remarks:
    if timing == "documented":
        yield from _figure(dialect.terms.figures.timing, "timing", ("timing",), dialect)
    elif isinstance(timing, Timing) and timing.progress != "linear" and dialect.pointers.progress is None:
        yield ("timing", "progress"), "is told by no document"


def _figure(figure: object, name: str, trail: Trail, dialect: Dialect) -> Remarks:
    if figure is None:
        yield trail, "has no figure in any document, so it changes nothing"
    else:
        yield from _guess(dialect.figure_sources.get(name), trail, "the figure")


def _outcome(outcome: Outcome, dialect: Dialect) -> Remarks:
    if outcome.ends == "cancelled":
        yield from _state(State.CANCELLED, ("outcome", "ends"), dialect)
    if outcome.ends == "failed":
        failure = dialect.failures[outcome.reason]
        yield from _guess(failure.source, ("outcome", "reason"), f"how {outcome.reason} is said")
    if outcome.opaque_poll_url and dialect.pointers.poll_path is None:
        yield ("outcome", "opaque_poll_url"), "changes nothing: no answer holds a URL to poll"
    if not outcome.idempotent and not any(route.replay_header for route in dialect.routes):
        yield ("outcome", "idempotent"), "changes nothing: no request has an idempotency key"


def _error(rule: Rule, dialect: Dialect) -> Remarks:
    if rule.status is not None:
        meaning = dialect.literal(rule.status)
        if meaning.standing == "literal":
            yield ("status",), f"{rule.status} is literal, undocumented in {dialect.name}; a strict scenario refuses it"
        else:
            yield from _guess(meaning.spelling.source, ("status",), f"how {rule.status} is said")
    elif rule.error is not None:
        yield from _kind(rule.error, dialect)


def _kind(kind: Kind, dialect: Dialect) -> Remarks:
    word = dialect.errors[kind]
    if isinstance(word, Absent):
        status = dialect.spelling(dialect.ordered(kind)).status
        yield ("error",), f"{kind} has no answer of its own; {word.nearest} answers, with {status}"
    else:
        yield from _guess(word.source, ("error",), f"how {kind} is said")


def _state(state: State, trail: Trail, dialect: Dialect) -> Remarks:
    word = dialect.states[state]
    if isinstance(word, Absent):
        told_as = f"told as {word.nearest}" if word.nearest else "no state has"
        yield trail, f"{state} has no word; {told_as}"
    else:
        yield from _guess(word.source, trail, f"the word for {state}")


def _guess(source: Source | None, trail: Trail, what: str) -> Remarks:
    if source is not None and source.origin is Origin.GUESS:
        yield trail, f"{what} is our guess: {source.where}"

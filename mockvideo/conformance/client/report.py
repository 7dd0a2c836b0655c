"""A verdict for people, as lines of text, and for programs, as JSON and as JUnit XML."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from mockvideo.conformance.client.schedules import scenario, written
from mockvideo.conformance.client.verdict import Finding, Outcome, Verdict, costs

Paint = Callable[..., str]
COLOURS = {"kept": "green", "broken": "red", "inconclusive": "yellow", "not exercised": "bright_black"}
# Findings of one rule that are told in full; all of them have a file.
SHOWN = 3
INDENT = " " * 6


def plain(text: str, **_: object) -> str:
    return text


def page(verdict: Verdict, paint: Paint = plain, replays: Mapping[str, str] | None = None) -> str:
    """Return what people read; ``replays`` are the commands that play findings again, by their names."""
    return "\n".join(_page(verdict, paint, replays or {}))


def told(finding: Finding) -> list[str]:
    """Say one finding: what was broken, when, by which requests, at what cost, and what to do."""
    numbers = ", ".join(map(str, finding.requests))
    lines = [
        f"{finding.rule.id} {finding.rule.level}: {finding.rule.sentence}",
        f"when {finding.schedule}",
        f"then {finding.says}" + (f" (requests {numbers})" if numbers else ""),
    ]
    if finding.wasted:
        lines.append(f"cost {_money(finding.wasted)} {finding.currency} for nothing")
    return [_legible(line) for line in (*lines, f"cure {finding.rule.cure}", f"from {finding.rule.source}")]


def document(verdict: Verdict, replays: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what programs read; amounts are texts, because they are exact."""
    return {
        "dialect": verdict.dialect,
        "passed": verdict.passed(),
        "trouble": verdict.trouble or None,
        "runs": verdict.runs,
        "seconds": round(verdict.seconds, 1),
        "wasted": {currency: _money(amount) for currency, amount in costs(verdict).items()},
        "rules": [_rule(outcome, replays or {}) for outcome in verdict.outcomes],
    }


def as_json(verdict: Verdict, replays: Mapping[str, str] | None = None) -> str:
    return json.dumps(document(verdict, replays), indent=2, ensure_ascii=False)


def junit(verdict: Verdict) -> bytes:
    """Return one suite with a test case for each rule; what is not kept and not broken is skipped."""
    suite = Element("testsuite", name=f"mockvideo.check-client.{verdict.dialect}", time=f"{verdict.seconds:.3f}")
    skipped = [outcome for outcome in verdict.outcomes if outcome.standing in {"not exercised", "inconclusive"}]
    broken = [outcome for outcome in verdict.outcomes if outcome.findings]
    errors = int(bool(verdict.trouble))
    counts = {"tests": len(verdict.outcomes) + errors, "failures": len(broken), "skipped": len(skipped)}
    for name, count in {**counts, "errors": errors}.items():
        suite.set(name, str(count))
    if errors:
        case = SubElement(suite, "testcase", classname=suite.get("name", ""), name="a clean run")
        SubElement(case, "error", message=_legible(verdict.trouble))
    for outcome in verdict.outcomes:
        _case(suite, outcome)
    root = Element("testsuites")
    root.append(suite)
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def files(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of a scenario file for each finding."""
    for finding in verdict.findings:
        head = "\n".join(f"# {line}" for line in told(finding))
        yield f"{finding.name}.toml", f"{head}\n{written(scenario(finding.schedule))}"


def _page(verdict: Verdict, paint: Paint, replays: Mapping[str, str]) -> Iterator[str]:
    if verdict.trouble:
        yield paint(_legible(f"Where nothing goes wrong the client fails: {verdict.trouble}"), fg="red", bold=True)
        yield "Make it work there first: nothing else can be judged before that."
        yield ""
    for outcome in verdict.outcomes:
        if outcome.standing != "not exercised":
            yield from _lines(outcome, paint, replays)
    untold = [outcome.rule.id for outcome in verdict.outcomes if outcome.standing == "not exercised"]
    if untold:
        yield paint(f"  not exercised: {', '.join(untold)}", dim=True)
    yield ""
    yield _sum(verdict, paint)


def _lines(outcome: Outcome, paint: Paint, replays: Mapping[str, str]) -> Iterator[str]:
    standing = paint(outcome.standing.ljust(12), fg=COLOURS[outcome.standing])
    level = paint(outcome.rule.level.ljust(6), dim=True)
    yield f"  {outcome.rule.id.ljust(3)} {level} {standing} {outcome.rule.sentence}"
    if outcome.note:
        yield INDENT + paint(outcome.note, dim=True)
    for finding in outcome.findings[:SHOWN]:
        yield from _evidence(finding, paint, replays)
    if len(outcome.findings) > SHOWN:
        more = "; ".join(str(finding.schedule) for finding in outcome.findings[SHOWN:])
        yield f"{INDENT}{paint('also', dim=True)} when {more}"
    if outcome.findings:
        yield f"{INDENT}{paint('cure', dim=True)} {paint(outcome.rule.cure, fg='yellow')}"


def _evidence(finding: Finding, paint: Paint, replays: Mapping[str, str]) -> Iterator[str]:
    for word, _, text in (line.partition(" ") for line in told(finding)[1:-2]):
        yield f"{INDENT}{paint(word.ljust(4), dim=True)} {text}"
    if finding.name in replays:
        yield f"{INDENT}{paint('play', dim=True)} {paint(replays[finding.name], fg='cyan')}"


def _sum(verdict: Verdict, paint: Paint) -> str:
    counts = {name: sum(outcome.standing == name for outcome in verdict.outcomes) for name in COLOURS}
    said = ", ".join(paint(f"{count} {name}", fg=COLOURS[name]) for name, count in counts.items() if count)
    wasted = ", ".join(f"{_money(amount)} {currency}" for currency, amount in costs(verdict).items())
    cost = f"; what is broken costs {wasted}" if wasted else ""
    return f"{said} in {verdict.runs} runs, {verdict.seconds:.0f} s{cost}"


def _rule(outcome: Outcome, replays: Mapping[str, str]) -> dict[str, Any]:
    rule = outcome.rule
    return {
        "id": rule.id,
        "level": rule.level,
        "sentence": rule.sentence,
        "source": rule.source,
        "cure": rule.cure,
        "standing": outcome.standing,
        "runs": outcome.runs,
        "note": outcome.note or None,
        "findings": [_finding(finding, replays) for finding in outcome.findings],
    }


def _finding(finding: Finding, replays: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": finding.name,
        "events": [event._asdict() for event in finding.schedule.events],
        "says": finding.says,
        "requests": list(finding.requests),
        "wasted": _money(finding.wasted),
        "currency": finding.currency or None,
        "scenario": written(scenario(finding.schedule)),
        "replay": replays.get(finding.name),
    }


def _case(suite: Element, outcome: Outcome) -> None:
    case = SubElement(suite, "testcase", classname=suite.get("name", ""), name=outcome.rule.id)
    if outcome.findings:
        text = "\n\n".join("\n".join(told(finding)) for finding in outcome.findings)
        SubElement(case, "failure", message=_legible(outcome.findings[0].says)).text = _legible(text)
    elif outcome.standing != "kept":
        SubElement(case, "skipped", message=_legible(f"{outcome.standing}: {outcome.note}"))


def _legible(text: str) -> str:
    """Spell out what XML 1.0 has no way to hold, and what nobody can see."""
    return "".join(each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in text)


def _money(amount: Decimal) -> str:
    return f"{amount.normalize():f}"

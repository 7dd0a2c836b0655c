"""A report as JUnit XML, which every CI reads."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from mockvideo.conformance.provider.report import Report, described
from mockvideo.conformance.provider.rule import Outcome, Result

SKIPPED = (Outcome.NOT_EXERCISED, Outcome.WAIVED)


def document(report: Report) -> bytes:
    """Return one suite with a test case for each rule; what was not exercised, or is waived, is skipped."""
    name = f"mockvideo.check-provider.{report.dialect}"
    counts = {"tests": report.results, "failures": report.broken, "skipped": report.of(*SKIPPED), "errors": ()}
    suite = Element("testsuite", {key: str(len(results)) for key, results in counts.items()}, name=name)
    for result in report.results:
        _case(suite, name, result)
    root = Element("testsuites")
    root.append(suite)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _case(suite: Element, name: str, result: Result) -> None:
    case = SubElement(suite, "testcase", classname=name, name=result.rule.id)
    if result.outcome is Outcome.BROKEN:
        told = "\n".join([result.rule.sentence, *map(described, result.faults), result.rule.cure])
        SubElement(case, "failure", message=legible(described(result.faults[0]))).text = legible(told)
    elif result.outcome in SKIPPED:
        SubElement(case, "skipped", message=legible(result.why))


def legible(text: str) -> str:
    """Spell out what XML 1.0 has no way to hold, and what nobody can see."""
    return "".join(each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in text)

"""The checks of a run as JUnit XML, which every CI reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from mockvideo.cli.bounds import Check
from mockvideo.cli.terminal import Unusable

SUITE = "mockvideo"


def put(path: Path, document: bytes = b"") -> None:
    """Write the report where it is wanted, with its folder; raises Unusable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document)
    except OSError as error:
        raise Unusable(f"--junit: cannot write {path}: {error.strerror}; give a file that can be written") from None


def document(checks: Sequence[Check], page: str) -> bytes:
    """Return one suite with a test case for each check; ``page`` is what people were told."""
    counts = {"tests": len(checks), "failures": sum(check.broken for check in checks), "errors": 0, "skipped": 0}
    suite = Element("testsuite", {name: str(count) for name, count in counts.items()}, name=SUITE)
    suite.set("time", f"{sum(check.seconds for check in checks):.3f}")
    for check in checks:
        case = SubElement(suite, "testcase", classname=SUITE, name=check.name, time=f"{check.seconds:.3f}")
        if check.broken:
            SubElement(case, "failure", message=legible(check.found)).text = legible(f"{check.found}\n{check.cure}")
    SubElement(suite, "system-err").text = legible(page)
    root = Element("testsuites")
    root.append(suite)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def legible(text: str) -> str:
    """Spell out what XML 1.0 has no way to hold, and what nobody can see."""
    return "".join(each if each.isprintable() or each == "\n" else _spelled(each) for each in text)


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode()

"""Finds what a disturbance says in vain: words that exclude each other, need each other, or stand where nothing is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any, Literal

from mockvideo.core.faults import LEVELS, Bytes, Connection, Damage, Earlier, Level, Mishap
from mockvideo.script.fields import URL
from mockvideo.script.problems import Problem, Trail, told

Given = Mapping[str, Any]
# What of a rule is a table of words that go wrong.
Table = Level | Literal["webhook"]
TABLES: tuple[Table, ...] = (*LEVELS, "webhook")

# What a header can hold, and be called (RFC 9110, 5.6.2).
HEADER = re.compile("[\x20-\x7e\xa0-\xff]*")
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
TARGET = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:|/)[\x21-\x7e]{0,2000}")
TARGETS = ("self", "elsewhere", "clip")
FRAMING = {"content-length": "content_length", "transfer-encoding": "chunked", "connection": "not_kept"}
WITHOUT_BODY = {204, 205, 304}
LARGEST = 1 << 40

# What says nothing, by table.
NOTHING: Mapping[Table, tuple[object, str]] = {
    "snapshot": (Earlier(), "write state, progress or cached into it"),
    "bytes": (Bytes(), "write html, body, headers … into it"),
    "connection": (Connection(), "write reset, close, hang, delay … into it"),
    "clip": (Damage(), "write kind or size into it"),
    "webhook": (Mishap(), "write delay, times, drop, signature … into it"),
}

# Words of which one is enough, by table.
EITHER: tuple[tuple[Table, tuple[str, ...]], ...] = (
    ("bytes", ("html", "body", "redirect", "garbage", "ranges")),
    ("bytes", ("content_length", "chunked", "redirect", "garbage", "ranges")),
    ("bytes", ("garbage", "status")),
    ("bytes", ("garbage", "headers")),
    ("bytes", ("garbage", "content_type")),
    ("bytes", ("html", "status")),
    ("connection", ("reset", "close", "hang")),
    ("connection", ("reset", "not_kept")),
    ("connection", ("close", "not_kept")),
    ("connection", ("hang", "not_kept")),
    ("connection", ("drip", "bandwidth")),
    ("clip", ("kind", "size")),
    *(
        ("webhook", ("drop", name))
        for name in ("delay", "times", "reorder", "signature", "body", "url", "status", "job")
    ),
)

# Words that say nothing without others: the word, when it does, and what to write.
NEEDS: tuple[tuple[tuple[Table, str], Callable[[Given], bool], str], ...] = (
    (
        ("connection", "at"),
        lambda given: {"head", "body"}.isdisjoint(given.get(name) for name in ("reset", "close", "hang")),
        'is a share of head or body; write reset, close or hang = "body" beside it',
    ),
    (("connection", "piece"), lambda given: "drip" not in given, 'is of a drip; write drip = "body" beside it'),
    (("connection", "every"), lambda given: "drip" not in given, 'is of a drip; write drip = "body" beside it'),
    (("bytes", "html"), lambda given: given["html"] in WITHOUT_BODY, "is of an answer without a page; write 502"),
    (
        ("bytes", "body"),
        lambda given: given.get("status") in WITHOUT_BODY,
        "cannot stand in an answer with this status; leave one of them",
    ),
    (
        ("bytes", "status"),
        lambda given: "redirect" in given and not 300 <= given["status"] < 400,
        "is no redirect; write 301, 302, 303, 307 or 308",
    ),
    (
        ("bytes", "redirect"),
        lambda given: given["redirect"] not in TARGETS and not TARGET.fullmatch(given["redirect"]),
        f'leads nowhere; write "self", "elsewhere", "clip", or {URL}',
    ),
    (("bytes", "content_length"), lambda given: given["content_length"] == 0, "changes nothing; write 100 or -100"),
    (
        ("bytes", "content_length"),
        lambda given: abs(given["content_length"]) > LARGEST,
        f"is too far away; write at most {LARGEST}",
    ),
    (
        ("bytes", "content_type"),
        lambda given: not HEADER.fullmatch(given["content_type"]),
        "cannot stand in a header; write printable letters of Latin-1",
    ),
)


def problems(rule: Given, read: Mapping[str, object], trail: Trail) -> Iterator[Problem]:
    """Yield what makes no sense in what a rule lets go wrong: as a file says them, and as they were ``read``."""
    levels = [level for level in LEVELS if level in rule]
    for level in levels[1:]:
        says = f"disturbs what {levels[0]} disturbs already; leave one of them, or write two rules for two answers"
        yield Problem((*trail, level), says)
    for table in TABLES:
        if table in rule:
            nothing, cure = NOTHING.get(table, (None, ""))
            if read[table] == nothing:
                yield Problem((*trail, table), f"changes nothing; {cure}")
            yield from _either(table, rule[table], (*trail, table))
            yield from _needing(table, rule[table], (*trail, table))
    yield from _headers(rule.get("bytes", {}).get("headers", {}), (*trail, "bytes", "headers"))


def _either(table: Table, given: Given, trail: Trail) -> Iterator[Problem]:
    for names in (names for of, names in EITHER if of == table):
        for first, second in combinations([name for name in names if name in given], 2):
            yield Problem((*trail, second), f"says otherwise than {first}; leave one of them")


def _needing(table: Table, given: Given, trail: Trail) -> Iterator[Problem]:
    for (of, name), wrong, says in NEEDS:
        if of == table and name in given and wrong(given):
            yield Problem((*trail, name), f"is {told(given[name])}, which {says}")


def _headers(headers: Mapping[str, str | list[str]], trail: Trail) -> Iterator[Problem]:
    for name, values in headers.items():
        if not NAME.fullmatch(name):
            yield Problem((*trail, name), 'is no name of a header; write one such as "Age"')
        elif name.lower() in FRAMING:
            yield Problem((*trail, name), f"says how the answer ends; write {FRAMING[name.lower()]} for that")
        elif not all(HEADER.fullmatch(value) for value in ([values] if isinstance(values, str) else values)):
            yield Problem((*trail, name), "cannot stand in a header; write printable letters of Latin-1")

"""What it takes to see whether a rule holds."""

from __future__ import annotations

from mockvideo.conformance.provider.profile import Capability
from mockvideo.conformance.provider.rule import Need
from mockvideo.dialect import Dialect
from mockvideo.operation import Content, Document, List, Operation, Poll, Upload


def _does(dialect: Dialect, kind: type[Operation]) -> bool:
    return any(isinstance(route.operation, kind) for route in dialect.routes)


def _replays(dialect: Dialect) -> bool:
    return any(route.replay_header for route in dialect.routes)


def _checks_ids(dialect: Dialect) -> bool:
    return any(isinstance(route.operation, Poll) and route.operation.check for route in dialect.routes)


def _public(dialect: Dialect) -> bool:
    return any(isinstance(route.operation, Document) and route.operation.public for route in dialect.routes)


def _capable(capability: Capability) -> Need:
    return Need(lambda seen: not seen.profile.lacks(capability), f"the profile rules out {capability}")


JOBS = Need(lambda seen: seen.metered, "it takes a job; allow some with --tier metered")
ACCOUNTS = Need(lambda seen: seen.makes_accounts, "it takes accounts in a state of our choice; give a --control-url")
POLLED = Need(lambda seen: _does(seen.dialect, Poll), "this dialect has no polls")
DOWNLOADED = Need(lambda seen: _does(seen.dialect, Content), "this dialect has no downloads by id")
LISTED = Need(lambda seen: _does(seen.dialect, List), "this dialect has no lists")
TOLD = Need(lambda seen: _does(seen.dialect, Document), "this dialect has no documents beside jobs")
UPLOADED = Need(lambda seen: _does(seen.dialect, Upload), "this dialect has no uploads")
REPLAYED = Need(lambda seen: _replays(seen.dialect), "this dialect has no idempotency keys")
CHECKED = Need(lambda seen: _checks_ids(seen.dialect), "ids of this dialect have no form")
PUBLIC = Need(lambda seen: _public(seen.dialect), "this dialect has no public documents")
LINKED = Need(lambda seen: seen.dialect.pointers.poll_path is not None, "answers of this dialect name no URL to poll")
MEASURED = Need(lambda seen: seen.dialect.pointers.progress is not None, "this dialect tells no progress")
# Never met: what is left to say where all the others are.
FETCHED = Need(lambda _: False, "no result was fetched; if they lie on another host, name it in the profile")
LISTS = _capable("lists")
IDEMPOTENCY = _capable("idempotency")
RANGES = _capable("ranges")
SOUND = _capable("sound")
CONTENT = _capable("content")
UPLOADS = _capable("uploads")

"""What scenarios order for a request: those that it names itself, those of its job, of its key and of the server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from mockvideo.core.account import Account
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.planning import Occasion, Plan
from mockvideo.core.scenario import Rule, Scenario
from mockvideo.operation import Submit
from mockvideo.pointer import find
from mockvideo.schema import Json
from mockvideo.script.choice import choose
from mockvideo.server.call import Call
from mockvideo.server.clips import DOWNLOAD
from mockvideo.server.documents import read_document
from mockvideo.server.files import RESPOND

HEADER = b"x-mockvideo-scenario"
# What a body has to contain to hold a tag, however a form has escaped its brackets.
MARK = b"mockvideo"
LONGEST_TOLD = 200
# Not the first two brackets that close, as the last word may be a list.
TAG = re.compile(r"\[\[\s*mockvideo:\s*(.*?)\s*\]\](?!\])", re.DOTALL)


def direct(call: Call, account: Account) -> None:
    """Plan for this request; raises the API error that is ordered."""
    occasion, chosen = _look(call, account)
    job_id = call.name if call.route is not None and call.route.name in {"poll", "content"} else ""
    call.plan = _possible(account.direct(call.dialect.terms, occasion, chosen, job_id), call)
    if call.plan.fault is not None:
        call.scripted = True
        _refuse_elsewhere(call, call.plan.fault)
    if call.plan.error is not None:
        facts = {"model": occasion.model} if occasion.model else {}
        refusal = order(call, call.plan.error, strict=call.plan.strict or account.settings.strict)
        raise ApiError.of(refusal, method=call.method, path=call.path[:LONGEST_TOLD], **facts)


def _possible(plan: Plan, call: Call) -> Plan:
    """Leave out what the dialect has no place for: a job must not be polled by a URL that nobody is told."""
    if plan.outcome is None or call.dialect.pointers.poll_path is not None:
        return plan
    return plan._replace(outcome=replace(plan.outcome, opaque_poll_url=False))


def _refuse_elsewhere(call: Call, fault: Rule) -> None:
    """Refuse what only our own transport can do where another one serves, lest nothing happens in silence."""
    if not fault.needs_the_wire or RESPOND in call.scope.get("extensions", {}):
        return
    name = call.plan.rules["fault"]
    message = f"{name} disturbs the connection, which takes the server of mockvideo; start it with mockvideo serve."
    call.plan = call.plan._replace(fault=None)
    raise ApiError.of(Refusal(Kind.INTERNAL, message, status=501, text=message), rule=name)


def order(call: Call, rule: Rule, *, strict: bool) -> Refusal:
    """Return the refusal that a rule orders; ``strict`` raises ApiError where the dialect documents no such status."""
    dialect = call.dialect
    refusal = dialect.ordered(rule.error, rule.status, rule.message, rule.retry_after)
    if strict and dialect.standing(refusal) == "literal":
        name = call.plan.rules["error"]
        message = f"{name} is strict, and {dialect.name} documents no status {rule.status}; order an error by its kind."
        raise _unusable(message)
    return refusal


def _look(call: Call, account: Account) -> tuple[Occasion, list[Scenario]]:
    """Return what rules can see of this request, and the scenarios that it names itself."""
    operation = call.route.name if call.route is not None else ""
    keyed = call.dialect.credential.header in call.named or b"authorization" in call.named
    needless = keyed and call.route is DOWNLOAD
    occasion = Occasion(call.dialect.name, operation, needless_key=needless)
    if isinstance(call.operation, Submit):
        occasion = _peek(call, call.operation, occasion)
    library = account.direction.library
    return occasion, [_choose(text, library) for text in _named(call, occasion.prompt)]


def _named(call: Call, prompt: str) -> Iterator[str]:
    """Yield what header and prompt name, the header first."""
    if HEADER in call.named:
        yield call.named[HEADER].decode("latin-1").strip()
    tag = TAG.search(prompt)
    if tag is not None:
        yield tag[1]


def _choose(text: str, library: Mapping[str, Scenario]) -> Scenario:
    """Return the scenario that a text means."""
    try:
        return choose(text, library)
    except ValueError as error:
        raise _unusable(str(error)) from error


def _unusable(message: str) -> ApiError:
    """What is wrong with a script is told in our words, as a dialect has none for it."""
    return ApiError.of(Refusal(Kind.INVALID_REQUEST, message, text=message))


def _peek(call: Call, operation: Submit, occasion: Occasion) -> Occasion:
    """Look at a submission, unchecked."""
    try:
        document, _ = read_document(call, operation)
    except ApiError:
        return occasion
    pointers = call.dialect.pointers
    return occasion._replace(
        model=_text(document, "/model") or call.dialect.model or "",
        prompt=_text(document, pointers.prompt),
        image=any(find(document, pointer) for pointer in pointers.images),
    )


def _text(document: Json, pointer: str) -> str:
    value = find(document, pointer)
    return value if isinstance(value, str) else ""

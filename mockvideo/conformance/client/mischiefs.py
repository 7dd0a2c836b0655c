"""All that can go wrong with one request of a client, as data: the words of a rule, and what is demanded of the client.

What real clients met is in the page on incidents of the guide. Webhooks are not among it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from mockvideo.core.errors import HttpDate, Kind
from mockvideo.core.faults import Bytes, Changes, Connection, Damage, Earlier
from mockvideo.core.jobs import Reason, State
from mockvideo.core.scenario import Outcome, Rule

# this: at the event's request alone; next: at the one after it; from: at it and all that follow; always: at all.
Turn = Literal["this", "next", "from", "always"]
Place = Literal["any", "first", "last", "beyond"]
DAY = 86_400.0


class Order(NamedTuple):
    """A rule of a scenario, but for its place; one that has an operation of its own keeps it."""

    rule: Rule
    turn: Turn = "this"


class Demand(NamedTuple):
    """What a client must do when it happens; ``amount`` is a number of requests, or seconds. See ``demands``."""

    kind: str
    amount: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mischief:
    """One thing that goes wrong.

    ``operation`` is whose request it suits. ``demands`` are by client rule. ``at``: any request of a clean run, its
    ``first`` one, its ``last`` one, or the one ``beyond`` that. ``needs`` names places that the dialect's documents
    must have. ``blocking``: only where the submission waits for the clip (False: only where it does not). ``slow``: a
    client notices only after real seconds. ``twice``: chance matters, so a second run with another seed is compared.
    """

    operation: Literal["submit", "poll", "content"]
    orders: tuple[Order, ...]
    demands: Mapping[str, Demand] = field(hash=False)
    at: Place = "any"
    needs: tuple[str, ...] = ()
    blocking: bool | None = None
    slow: bool = False
    twice: bool = False
    kills: bool = False

    @property
    def survivable(self) -> bool:
        """Whether a good client gets its clip all the same."""
        return any(demand.kind == "delivers" for demand in self.demands.values())


DELIVERS = Demand("delivers")
ONE_JOB = Demand("one_job")
STOPS = Demand("stops", 1)
PATIENT = Demand("patient", 3_600)
WHOLE = Demand("whole")
BACKS_OFF = Demand("backs_off")
LOST = {"C1": ONE_JOB}
TRANSIENT = {"C7": DELIVERS}
FINAL = {"C7": STOPS}
TOLERATED = {"C15": DELIVERS}
NO_JSON = {"C29": Demand("stops", 20)}
NO_URL = {"C16": Demand("honest")}
DAMAGED = {"C19": WHOLE, "C20": ONE_JOB}
ENDED = {"C13": Demand("accepts_end")}

# Retried by a GET: RFC 9110 and the pages of Runway and WaveSpeed; 520 is a CDN's.
TRANSIENT_STATUSES = (408, 425, 429, 500, 502, 503, 504, 520)
HTML_IN_MP4 = Damage(kind="html")
ELSEWHERE = Rule(bytes=Bytes(redirect="elsewhere"))
REFUSES_A_KEY = Order(Rule(on="content", needless_key=True, bytes=Bytes(status=400)), "always")


def _submit(rule: Rule, demands: Mapping[str, Demand], turn: Turn = "this", *, twice: bool = False) -> Mischief:
    return Mischief(operation="submit", orders=(Order(rule, turn),), demands=demands, twice=twice)


def _outcome(outcome: Outcome, demands: Mapping[str, Demand], *needs: str, blocking: bool | None = None) -> Mischief:
    orders = (Order(Rule(outcome=outcome), "always"),)
    return Mischief(operation="submit", orders=orders, demands=demands, at="first", needs=needs, blocking=blocking)


def _poll(rule: Rule, demands: Mapping[str, Demand], turn: Turn = "this", *needs: str, at: Place = "any") -> Mischief:
    return Mischief(operation="poll", orders=(Order(rule, turn),), demands=demands, at=at, needs=needs)


def _content(demands: Mapping[str, Demand], *orders: Order, at: Place = "any") -> Mischief:
    return Mischief(operation="content", orders=orders, demands=demands, at=at)


def _document(**changes: object) -> Rule:
    return Rule(document=Changes(**changes))  # type: ignore[arg-type]  # the words of Changes, as they are written


def _busy(retry_after: float | HttpDate | None = None) -> Rule:
    return Rule(error=Kind.RATE_LIMITED, retry_after=retry_after)


def _killed(operation: Literal["poll", "content"]) -> Mischief:
    silence = Order(Rule(connection=Connection(hang="before")))
    return Mischief(operation=operation, orders=(silence,), demands={"C34": Demand("resumes")}, kills=True)


ON_SUBMIT: Mapping[str, Mischief] = {
    "the reply is lost in a reset": _submit(Rule(connection=Connection(reset="before")), LOST),
    "the connection closes without a reply": _submit(Rule(connection=Connection(close="before")), LOST),
    "the reply is cut in its middle": _submit(Rule(connection=Connection(close="body", at=0.5)), LOST),
    "the reply has no id": Mischief(
        operation="submit", orders=(Order(_document(omit=("id",))),), demands=LOST, blocking=False
    ),
    "the reply never comes": Mischief(
        operation="submit",
        orders=(Order(Rule(connection=Connection(hang="before"))),),
        demands={"C1": ONE_JOB, "C28": ONE_JOB},
        slow=True,
    ),
    "a gateway answers 502": _submit(Rule(bytes=Bytes(html=502)), {"C3": Demand("stops", 10)}),
    "a gateway answers 504": _submit(Rule(bytes=Bytes(html=504)), {"C3": Demand("stops", 10)}),
    "503 for ever": _submit(
        Rule(error=Kind.UNAVAILABLE, status=503), {"C3": Demand("stops", 10), "C6": BACKS_OFF}, "from", twice=True
    ),
    "429, come back in 7 s": _submit(_busy(7), {"C5": Demand("waits", 7)}),
    "429, come back at a date in a minute": _submit(_busy(HttpDate(60)), {"C5": Demand("waits_until", 59)}),
    "429, come back in a day": _submit(_busy(DAY), {"C5": PATIENT}, "from"),
    "429 for ever": _submit(_busy(), {"C6": BACKS_OFF}, "from", twice=True),
    "no credits": _submit(Rule(error=Kind.INSUFFICIENT_CREDITS), {"C4": Demand("stops_paying")}, "from"),
    "the quota is used up": _submit(Rule(error=Kind.QUOTA_EXCEEDED), {"C4": Demand("stops_paying")}, "from"),
    "402": _submit(Rule(status=402), {"C4": Demand("stops_paying")}, "from"),
    "the prompt is moderated": _submit(
        Rule(error=Kind.INVALID_REQUEST, status=400, message="Your prompt was flagged by the content policy."),
        {"C27": Demand("stops", 0)},
        "from",
    ),
    "200 with a page for ever": _submit(Rule(bytes=Bytes(html=200)), NO_JSON, "from"),
    "200 with cut JSON for ever": _submit(Rule(bytes=Bytes(body='{"id": "vid')), NO_JSON, "from"),
    "unknown fields in the reply": _submit(_document(extra=20), TOLERATED),
    "a huge unknown field in the reply": _submit(_document(blob=262_144), TOLERATED),
}
ON_JOBS: Mapping[str, Mischief] = {
    "the job is stuck at 99 %": _outcome(
        Outcome(ends="never", at=0.99),
        {"C11": Demand("has_deadline"), "C28": ONE_JOB, "C10": Demand("paces")},
        blocking=False,
    ),
    "the job is stuck in the queue": _outcome(
        Outcome(ends="never", at=0.0), {"C11": Demand("has_deadline")}, blocking=False
    ),
    "the job fails": _outcome(Outcome(ends="failed", at=0.89), ENDED, blocking=False),
    "the job is moderated": _outcome(
        Outcome(ends="failed", reason=Reason.CONTENT_POLICY, at=0.89), {"C27": Demand("submits_once")}
    ),
    "the job is cancelled": _outcome(Outcome(ends="cancelled", at=0.5), {"C32": Demand("accepts_end")}, blocking=False),
    "the poll URL cannot be guessed": _outcome(
        Outcome(opaque_poll_url=True), {"C31": Demand("follows")}, "poll_path", blocking=False
    ),
}
ON_POLL: Mapping[str, Mischief] = {
    **{f"{status} once": _poll(Rule(status=status), TRANSIENT) for status in TRANSIENT_STATUSES},
    "a gateway answers 502 once": _poll(Rule(bytes=Bytes(html=502)), TRANSIENT),
    "a reset": _poll(Rule(connection=Connection(reset="before")), TRANSIENT),
    "a closed connection": _poll(Rule(connection=Connection(close="before")), TRANSIENT),
    **{f"{status} from then on": _poll(Rule(status=status), FINAL, "from", at="first") for status in (400, 405, 422)},
    **{f"{status} from then on": _poll(Rule(status=status), {"C9": STOPS}, "from") for status in (401, 403)},
    "404 from then on": _poll(Rule(error=Kind.JOB_NOT_FOUND, status=404), {"C8": Demand("grace", 300)}, "from"),
    "503 from then on": Mischief(
        operation="poll", orders=(Order(Rule(status=503), "from"),), demands={"C6": BACKS_OFF}, twice=True
    ),
    "429 for 7 s": _poll(_busy(7), {"C5": Demand("waits", 7)}),
    "429 until a date in a minute": _poll(_busy(HttpDate(60)), {"C5": Demand("waits_until", 59)}),
    "429 for a day": _poll(_busy(DAY), {"C5": PATIENT}, "from", at="first"),
    "an unknown state once": _poll(_document(set={"status": "NOT_START"}), {"C12": DELIVERS}, "this", "status"),
    "a state that is null once": _poll(_document(null=("status",)), {"C12": DELIVERS}, "this", "status"),
    "no state once": _poll(_document(omit=("status",)), {"C12": DELIVERS}, "this", "status"),
    "an unknown state for ever": _poll(
        _document(set={"status": "WARMING_UP"}), {"C11": Demand("has_deadline")}, "from", "status"
    ),
    "success in other letters": _poll(
        _document(set={"status": "Completed"}), {"C13": DELIVERS}, "from", "status", at="last"
    ),
    "success by another name": _poll(
        _document(set={"status": "SUCCESS"}), {"C13": DELIVERS}, "from", "status", at="last"
    ),
    "expired": Mischief(
        operation="poll",
        orders=(
            Order(Rule(on="submit", outcome=Outcome(ends="failed", reason=Reason.TIMED_OUT, at=0.89)), "always"),
            Order(_document(set={"status": "expired"}), "from"),
        ),
        demands=ENDED,
        at="last",
        needs=("status",),
    ),
    "running again after the end": _poll(
        Rule(snapshot=Earlier(state=State.RUNNING)), {"C14": Demand("stays_ended")}, "from", at="beyond"
    ),
    "unknown fields": _poll(_document(extra=20), TOLERATED, "from", at="first"),
    "a huge unknown field": _poll(_document(blob=262_144), TOLERATED, "from", at="first"),
    "progress as a text": _poll(_document(text=("progress",)), TOLERATED, "from", "progress", at="first"),
    "progress that is 100%": _poll(_document(set={"progress": "100%"}), TOLERATED, "from", "progress", at="first"),
    "progress that is null": _poll(_document(null=("progress",)), TOLERATED, "from", "progress", at="first"),
    "200 with a page from then on": _poll(Rule(bytes=Bytes(html=200)), NO_JSON, "from", at="first"),
    "200 with nothing from then on": _poll(Rule(bytes=Bytes(body="")), NO_JSON, "from", at="first"),
    "200 with cut JSON from then on": _poll(Rule(bytes=Bytes(body='{"id": "vid')), NO_JSON, "from", at="first"),
    "completed without a URL": _poll(_document(omit=("video",)), NO_URL, "from", at="last"),
    "completed with a URL that is null": _poll(_document(null=("video",)), NO_URL, "from", at="last"),
    "completed with an empty URL": _poll(_document(set={"video": ""}), NO_URL, "from", at="last"),
}
ON_CONTENT: Mapping[str, Mischief] = {
    "the clip answers 503 once": _content({"C17": DELIVERS}, Order(Rule(status=503))),
    "the clip answers 504 twice": _content({"C17": DELIVERS}, Order(Rule(status=504)), Order(Rule(status=504), "next")),
    "the clip answers 404 from then on": _content({"C17": Demand("stops", 3)}, Order(Rule(status=404), "from")),
    "the clip answers 403 once": _content({"C22": Demand("renews")}, Order(Rule(status=403))),
    "the download is cut": _content(DAMAGED, Order(Rule(connection=Connection(close="body")))),
    "the download is reset": _content(DAMAGED, Order(Rule(connection=Connection(reset="body")))),
    "the download has no end": _content(DAMAGED, Order(Rule(bytes=Bytes(chunked="unended")))),
    "the clip is empty": _content(DAMAGED, Order(Rule(clip=Damage(kind="empty")))),
    "the clip is a page": _content(DAMAGED, Order(Rule(clip=HTML_IN_MP4))),
    "the clip is an error": _content(DAMAGED, Order(Rule(clip=Damage(kind="error")))),
    "the clip is a picture": _content(DAMAGED, Order(Rule(clip=Damage(kind="picture")))),
    "the download is cut, and ranges are ignored": _content(
        {"C21": Demand("appends_right")},
        Order(Rule(connection=Connection(close="body"))),
        Order(Rule(bytes=Bytes(ranges="ignored")), "next"),
    ),
    "the download is cut, and ranges are shifted": _content(
        {"C21": Demand("appends_right")},
        Order(Rule(connection=Connection(close="body"))),
        Order(Rule(bytes=Bytes(ranges="shifted")), "next"),
    ),
    "the clip is at another origin": _content({"C18": Demand("keeps_key")}, Order(ELSEWHERE), REFUSES_A_KEY),
    "the download leads to another origin": _content(
        {"C18": Demand("keeps_key")},
        Order(Rule(bytes=Bytes(redirect="clip"))),
        Order(ELSEWHERE, "next"),
        REFUSES_A_KEY,
    ),
}
KILLS: Mapping[str, Mischief] = {
    "killed while it polls": _killed("poll"),
    "killed while it downloads": _killed("content"),
}
# What leads a client to its second attempt, where something else may wait for it.
COMPANIONS = (
    "429, come back in 7 s",
    "503 once",
    "429 for 7 s",
    "an unknown state once",
    "the clip answers 503 once",
    "the clip answers 504 twice",
    "the download is cut",
)
MISCHIEFS: Mapping[str, Mischief] = {**ON_SUBMIT, **ON_JOBS, **ON_POLL, **ON_CONTENT, **KILLS}

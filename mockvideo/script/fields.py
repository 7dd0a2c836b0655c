"""Every field of a scenario: what it does, and what may be written there. For messages and for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mockvideo.core.errors import HttpDate, Kind, Literally
from mockvideo.core.faults import MOST_TIMES, Bytes, Changes, Connection, Damage, Earlier, Mishap
from mockvideo.core.jobs import Reason, Refund
from mockvideo.core.scenario import Allowance, Outcome, Rule, Scenario
from mockvideo.core.timing import Lognormal, Polls, Stuck, Timing
from mockvideo.script.problems import Trail

OPERATIONS = ("submit", "generate", "poll", "content", "list", "upload", "document", "webhook")
PLACES = ("id", "status", "progress", "video", "error", "poll_url")


class Field(NamedTuple):
    """``form`` goes on after "write …"; ``inside`` are the tables that may stand there."""

    about: str
    form: str
    inside: tuple[type, ...] = ()


COUNT = "a whole number from 1 on"
SHARE = "a number from 0 to 1"
DURATION = 'seconds, or a text such as "90s" or "1m30s"; at most 366 days'
GLOB = 'a text in quotes, in which * stands for anything, such as "*-fast"'
ANY_PLACE = f'{", ".join(PLACES)}, or a JSON pointer such as "/data/0/url"'
LIST_OF_PLACES = f'a list, such as ["progress"]: {ANY_PLACE}'
SPAN = 'seconds (3 or "3s"), least and most ([3, 6]), {median = 4, sigma = 0.5}, or {polls = 3}'
TIMING = 'a table such as {queue = 1, render = [3, 6]}, or "documented"'
ALLOWED = f'{COUNT}, or "documented"'
STATUS = "a whole number from 200 to 599"
YES_NO = "true or false"
PART = '"before", "head" or "body"'
URL = 'a URL such as "https://example.com/"'

FIELDS: Mapping[type, Mapping[str | int, Field]] = {
    Scenario: {
        "description": Field("What happens, and what a good client does.", "a text in quotes"),
        "seed": Field("Another seed is another story.", "a whole number"),
        "strict": Field("Refuse to answer with a status that a dialect does not document.", YES_NO),
        "timing": Field("How long jobs take, unless a rule says otherwise.", TIMING, (Timing,)),
        "account": Field("What an account may use.", "a table such as {credits = 10, slots = 2}", (Allowance,)),
        "rules": Field("The first rule that matches decides.", "[[rules]] above each rule", (Rule,)),
    },
    Allowance: {
        "credits": Field("In the currency of each dialect.", 'an amount from 0 on, such as 10 or "10.50"'),
        "plan": Field("The plan that the account is on.", "its name in quotes"),
        "slots": Field("Renders at once; more jobs wait.", ALLOWED),
        "requests_per_minute": Field("They flow back evenly.", ALLOWED),
        "requests_per_day": Field("They come back at midnight UTC.", ALLOWED),
    },
    Rule: {
        "on": Field("When: the operation; submit means blocking submissions, too.", f"{', '.join(OPERATIONS)} or *"),
        "dialect": Field("When: the dialect.", GLOB),
        "model": Field("When: the model.", GLOB),
        "prompt": Field("When: the prompt.", GLOB),
        "image": Field("When: an image is there, or none.", YES_NO),
        "between": Field(
            "When: between two moments of account time.", 'two of them, the earlier one first: ["5m", "15m"]'
        ),
        "age": Field("When: so long after the job was submitted.", 'two ages, the lesser one first: [0, "5s"]'),
        "poll": Field("When: at this poll of the job.", f"{COUNT}, or the first and the last of several: [2, 5]"),
        "needless_key": Field("When: a key comes with a clip's URL, which needs none, or no such key.", YES_NO),
        "event": Field("When: what the webhook tells.", 'a text in quotes, such as "completed" or "fail*"'),
        "nth": Field("Of the requests that match, the n-th.", COUNT),
        "first": Field("Of the requests that match, so many.", COUNT),
        "after": Field("Of the requests that match, all after so many.", COUNT),
        "every": Field("Of the requests that match, every n-th.", COUNT),
        "share": Field("Of the requests that match, a share drawn from the seed.", SHARE),
        "times": Field("Act at most so often.", COUNT),
        "lasts": Field("Act for so long, from the first time on.", DURATION),
        "timing": Field("What: how long the job takes.", TIMING, (Timing,)),
        "outcome": Field("What: how the job ends.", 'a table such as {ends = "failed", at = 0.5}', (Outcome,)),
        "error": Field("What: an API error, said as the dialect says it.", f"one of {', '.join(Kind)}"),
        "status": Field("What: an API error with this very status.", STATUS),
        "message": Field("The text of the error.", "a text in quotes"),
        "retry_after": Field(
            "The Retry-After of the error.",
            'seconds (30 or "30s"), {date = 30} for an HTTP date so many seconds from now, or {text = "soon"}',
            (HttpDate, Literally),
        ),
        "snapshot": Field(
            "What: one answer as the job may have stood before.", 'a table such as {state = "queued"}', (Earlier,)
        ),
        "document": Field(
            "What: one answer whose document is changed.", 'a table such as {omit = ["progress"]}', (Changes,)
        ),
        "bytes": Field("What: other bytes in the place of an answer.", "a table such as {html = 502}", (Bytes,)),
        "connection": Field(
            "What: a connection that fails or crawls.", 'a table such as {reset = "before"}', (Connection,)
        ),
        "clip": Field("What: another file in the place of a clip.", 'a table such as {kind = "no_moov"}', (Damage,)),
        "webhook": Field("What: a webhook that goes wrong.", "a table such as {times = 2}", (Mishap,)),
    },
    Outcome: {
        "ends": Field("How the job ends.", '"succeeded", "failed", "cancelled" or "never"'),
        "reason": Field("Why it failed.", f"one of {', '.join(Reason)}"),
        "at": Field("The share of the render where it fails, is cancelled, or stands still.", SHARE),
        "refund": Field("What comes back when it ends badly.", f"one of {', '.join(Refund)}"),
        "forgotten_after": Field("After its end, when nobody knows the job any more.", DURATION),
        "clips_expire_after": Field("After its end, when the clip is gone.", DURATION),
        "id": Field("The id of the job; {id} stands for the one that it would have had.", 'a text such as "a/{id}=="'),
        "opaque_poll_url": Field("It can be polled only by the URL that its submission answered.", YES_NO),
        "idempotent": Field("An idempotency key that was used before leads to the job that it made.", YES_NO),
    },
    Earlier: {
        "state": Field("The state that is told.", '"queued" or "running"'),
        "progress": Field("The progress that is told.", SHARE),
        "cached": Field("It comes from a cache, and has an Age.", DURATION),
    },
    Changes: {
        "set": Field("Values by place.", f'a table such as {{status = "odd"}}; places are {ANY_PLACE}'),
        "null": Field("Places that become null.", LIST_OF_PLACES),
        "omit": Field("Places that are left out.", LIST_OF_PLACES),
        "text": Field("Numbers that are written as texts.", LIST_OF_PLACES),
        "rename": Field("New places by old.", f'a table such as {{id = "/task_id"}}; places are {ANY_PLACE}'),
        "wrap": Field("Put the whole document under this field.", "a text in quotes"),
        "beside": Field("Fields beside that one.", "a table such as {code = 0}"),
        "extra": Field("Add so many unknown fields.", "a whole number from 0 to 1000"),
        "blob": Field("Add an unknown field with so many letters.", "a whole number from 0 to 1048576"),
    },
    Bytes: {
        "status": Field("Another status, or that of a redirect.", STATUS),
        "html": Field("A gateway's page with this status.", STATUS),
        "body": Field("This text in the place of the body.", "a text in quotes, of at most 65,536 characters"),
        "content_type": Field("What the body is said to be.", 'a text such as "text/html"'),
        "headers": Field(
            "In the place of headers of the same name.", 'a table such as {Age = "60", Retry-After = ["2", "60"]}'
        ),
        "garbage": Field("Bytes that are no HTTP, drawn from the seed.", YES_NO),
        "redirect": Field("Send the client elsewhere.", f'"self", "elsewhere", "clip", or {URL}'),
        "content_length": Field("Announce so many bytes more, or less.", "a whole number, such as 100 or -100"),
        "chunked": Field("A chunked body without its end, or one that ends too early.", '"unended" or "early"'),
        "ranges": Field("How to be wrong about a Range.", '"ignored", "shifted" or "refused"'),
    },
    Connection: {
        "reset": Field("Where it is reset (RST).", PART),
        "close": Field("Where it is closed (FIN).", PART),
        "hang": Field("Where it falls silent, until the client leaves.", PART),
        "at": Field("The share of head or body after which that happens; 0.77 unless written.", SHARE),
        "delay": Field("Before the first byte, in real time.", DURATION),
        "drip": Field("Send head or body in pieces.", '"head" or "body"'),
        "piece": Field("So many bytes each; 1 unless written.", COUNT),
        "every": Field("From one piece to the next; a second unless written.", DURATION),
        "bandwidth": Field("Bytes a second.", COUNT),
        "not_kept": Field("Close it after the answer, against what that promised.", YES_NO),
    },
    Damage: {
        "kind": Field(
            "What is handed out as the clip.",
            '"no_moov", "cut", "wrong_codec", "empty", "html", "error" or "picture"',
        ),
        "size": Field("A clip that plays, padded to so many bytes.", "a whole number from 0 to 4294967296"),
        "base64": Field("How it is written where it stands in a document.", '"urlsafe", "lines" or "cut"'),
    },
    Mishap: {
        "delay": Field("From the event to the first attempt, in the place of the provider's own wait.", DURATION),
        "times": Field("How often it arrives.", f"a whole number from 1 to {MOST_TIMES}"),
        "reorder": Field("It comes after the next one of its job.", YES_NO),
        "drop": Field("It never comes.", YES_NO),
        "signature": Field("A signature that does not fit.", '"wrong", "missing", "stale" or "other_key"'),
        "body": Field("Other bytes than those that were signed.", '"altered" or "reencoded"'),
        "url": Field("The clip's URL leads elsewhere.", '"altered"'),
        "status": Field("Another end than polls tell.", '"conflicting"'),
        "job": Field("The job of another account.", '"another"'),
    },
    Timing: {
        "queue": Field("How long a job waits.", SPAN, (Lognormal, Polls)),
        "render": Field("How long it renders.", SPAN, (Lognormal, Polls)),
        "progress": Field(
            "How progress is told.",
            '"linear", "absent", steps from 0 to 1 ([0, 0.5, 0.9], at most 100), or {stuck_at = 0.9}',
            (Stuck,),
        ),
    },
    Lognormal: {
        "median": Field("Half take longer, half do not.", DURATION),
        "sigma": Field("How far they spread; 0: not at all.", "a number from 0 to 5"),
    },
    Polls: {"polls": Field("Until the job was polled so often.", COUNT)},
    Stuck: {"stuck_at": Field("Progress stays there until the job ends.", SHARE)},
    HttpDate: {"date": Field("An HTTP date so many seconds from now.", "a number; negative ones are past")},
    Literally: {"text": Field("Just this.", "a text in quotes")},
}


WHOLE = Field("", "", (Scenario,))


def field_at(trail: Trail) -> Field:
    """Return the innermost field that is known on the way to a place."""
    here = WHOLE
    for name in trail:
        here = next((FIELDS[table][name] for table in here.inside if name in FIELDS[table]), here)
    return here

"""What real clients met, as the guide tells it: by number, with the words of a rule, or why there are none."""

from __future__ import annotations

from typing import NamedTuple


class Incident(NamedTuple):
    """``words`` order it; a row without words says in ``why`` that it is not this server's to do, or not built."""

    number: int
    what: str
    words: tuple[str, ...] = ()
    why: str = ""

    @property
    def line(self) -> str:
        """The row of the guide's table."""
        return f"| {self.number} | {self.what} | {self.why or ', '.join(f'`{word}`' for word in self.words)} |"


INCIDENTS = (
    # Submissions
    Incident(
        1, "accepted, and the reply is lost", ('connection = { reset = "before" }', "close", "hang", '"head"', '"body"')
    ),
    Incident(2, "accepted, and the reply comes after the client's time-out", ('connection = { delay = "61s" }',)),
    Incident(3, "accepted, and a gateway answers", ("bytes = { html = 502 }", "503", "504", "524")),
    Incident(
        4,
        "an idempotency key that is ignored, or in use",
        ("outcome = { idempotent = false }", 'error = "idempotency_conflict"'),
    ),
    Incident(5, "429 that says how long to wait", ('error = "rate_limited"', "retry_after = 2")),
    Incident(
        6,
        "429 with an odd time to wait",
        (
            "retry_after = { date = -60 }",
            '{ text = "1.5" }',
            'bytes = { headers = { Retry-After = ["2", "60"], retry-after-ms = "9" } }',
        ),
    ),
    Incident(7, "429 that does not say how long", ('error = "rate_limited"',)),
    Incident(8, "no money left", ('error = "insufficient_credits"', "status = 429")),
    Incident(
        9, "200 with an error in it", ('error = "upstream"', "status = 200", "document = { beside = { code = 1002 } }")
    ),
    Incident(
        10, "no id, or under another name", ('document = { omit = ["id"] }', '{ rename = { id = "/data/task_id" } }')
    ),
    Incident(
        11,
        "200 that is HTML, cut JSON, empty, or no HTTP",
        ("bytes = { html = 200 }", '{ body = "" }', "{ garbage = true }"),
    ),
    Incident(12, "a prompt that is moderated", ('error = "invalid_request"', "status = 400", 'message = "…"')),
    Incident(
        13, "413, 415, and 422 with a list of details", ("status = 422", "document = { beside = { detail = […] } }")
    ),
    Incident(14, "strictness: a text where a number belongs", why="each dialect's own checks"),
    Incident(15, "401 for polls alone", ('on = "poll"', 'error = "invalid_key"')),
    Incident(16, "no such model for some minutes", ('error = "unknown_model"', 'lasts = "5m"')),
    # Polls
    Incident(20, "stuck at 99 % or in the queue", ('outcome = { ends = "never", at = 0.99 }',)),
    Incident(21, "a state that nobody knows, on the way", ('document = { set = { status = "NOT_START" } }',)),
    Incident(22, "a state that nobody knows, at the end", ('document = { set = { status = "expired" } }',)),
    Incident(23, "a state in other letters", ('document = { set = { status = " SUCCESS " } }',)),
    Incident(
        24, "a state that is missing, null, a number", ('document = { omit = ["status"] }', '{ null = ["status"] }')
    ),
    Incident(
        25,
        "all under a field, and another status beside it",
        ('document = { wrap = "data", beside = { status = 200 } }',),
    ),
    Incident(26, "a state that goes back", ('snapshot = { state = "running" }',)),
    Incident(
        27,
        "progress as a text, null, too high, backwards",
        ('document = { set = { progress = "100%" } }', "snapshot = { progress = 0.1 }"),
    ),
    Incident(28, "404 for a fresh id", ('error = "job_not_found"', "poll = [1, 2]")),
    Incident(29, "404 or 410 later", ('outcome = { forgotten_after = "1h" }', "status = 410")),
    Incident(30, "another id in polls", ('document = { set = { id = "another" } }',)),
    Incident(31, "ids of odd letters", ('outcome = { id = "models/a/operations/{id}" }', '{ id = ".{id}+/==" }')),
    Incident(32, "numbers as texts", ('document = { text = ["progress"] }',)),
    Incident(
        33,
        "unknown fields, a huge one, an odd error",
        ("document = { extra = 20 }", "{ blob = 1048576 }", "{ set = { error = [] } }"),
    ),
    Incident(34, "some polls in a row that fail", ("status = 502", "poll = [2, 4]")),
    Incident(35, "401 or 403 midway", ('error = "invalid_key"', "after = 1")),
    Incident(36, "429 for polls", ('on = "poll"', 'error = "rate_limited"')),
    Incident(37, "a captive portal, or nothing", ("bytes = { html = 200 }", '{ body = "" }')),
    Incident(38, "a connection that is not kept", ("connection = { not_kept = true }",)),
    Incident(39, "a stale answer", ('snapshot = { state = "running", cached = "1h" }', "bytes = { status = 304 }")),
    Incident(
        40, "a slow head, a byte now and then", ('connection = { drip = "head", every = "1s" }', "bandwidth = 16000")
    ),
    Incident(41, "times that cannot be", ('document = { set = { "/created_at" = 4102444800000 } }',)),
    # Results
    Incident(
        50,
        "completed without a URL",
        ('document = { omit = ["video"] }', '{ null = ["video"] }', '{ set = { video = "" } }'),
    ),
    Incident(51, "completed, and all filtered", ('document = { omit = ["video"], beside = { filtered = 1 } }',)),
    Incident(52, "completed, and the result is refused", ('on = "content"', "status = 422")),
    Incident(53, "completed, and the result fails for a while", ('on = "content"', "status = 504", "first = 2")),
    Incident(54, "completed, and not there yet", ('on = "content"', 'error = "not_ready"', "first = 1")),
    Incident(55, "an error as a film", ('clip = { kind = "error" }',)),
    Incident(56, "a URL that is forbidden", ('on = "content"', "status = 403")),
    Incident(57, "a URL that expires", ('outcome = { clips_expire_after = "1h" }', "status = 403", "after = 2")),
    Incident(58, "a URL that refuses a key", ('bytes = { redirect = "clip" }', "needless_key = true", "status = 400")),
    Incident(
        59, "redirects: a chain, a loop, another origin", ('bytes = { redirect = "self" }', "first = 3", '"elsewhere"')
    ),
    Incident(60, "a download that ends at 77 %", ('connection = { close = "body" }',)),
    Incident(61, "the same, and a client that does not notice", why="the client's: 60 shows it"),
    Incident(
        62, "a chunked body without its end, or with one too early", ('bytes = { chunked = "unended" }', '"early"')
    ),
    Incident(63, "a download that is reset", ('connection = { reset = "body" }',)),
    Incident(
        64,
        "a wrong Content-Length, an encoding that is none",
        ("bytes = { content_length = -100 }", '{ headers = { Content-Encoding = "gzip" } }'),
    ),
    Incident(
        65,
        "a film that is empty, cut, a page, a picture, without index",
        ('clip = { kind = "no_moov" }', 'bytes = { content_type = "text/plain" }'),
    ),
    Incident(66, "ranges that are ignored, shifted, refused", ('bytes = { ranges = "shifted" }',)),
    Incident(67, "a wrong ETag or checksum", ("bytes = { headers = { ETag = '\"other\"' } }",)),
    Incident(68, "a URL that points inside", ('document = { set = { video = "http://169.254.169.254/" } }',)),
    Incident(69, "a huge file, a slow one", ("clip = { size = 2147483648 }", "connection = { bandwidth = 16000 }")),
    Incident(
        70,
        "base64 that is odd, broken, huge",
        ('clip = { base64 = "urlsafe" }', '"lines"', '"cut"', "clip = { size = 67108864 }"),
    ),
    # Failures, money, webhooks
    Incident(
        80,
        "a failure after long progress, as a code alone",
        ('outcome = { ends = "failed", at = 0.89 }', 'document = { set = { error = "E7" } }'),
    ),
    Incident(
        81,
        "a failure that is charged, or refunded twice",
        ('outcome = { ends = "failed", refund = "none" }', '"twice"'),
    ),
    Incident(82, "moderated after 100 %", ('outcome = { ends = "failed", reason = "content_policy", at = 1 }',)),
    Incident(83, "a webhook twice", ("webhook = { times = 2 }",)),
    Incident(84, "webhooks out of order", ('event = "progress"', "webhook = { reorder = true }")),
    Incident(85, "a webhook too late, too early", ('webhook = { delay = "10m" }', 'connection = { delay = "3s" }')),
    Incident(86, "a webhook that never comes", ("webhook = { drop = true }",)),
    Incident(
        87,
        "a webhook with a wrong signature",
        (
            'webhook = { signature = "wrong" }',
            '"missing"',
            '"stale"',
            '"other_key"',
            '{ body = "reencoded" }',
            '"altered"',
        ),
    ),
    Incident(
        88, "a webhook for somebody else's job, or clip", ('webhook = { job = "another" }', '{ url = "altered" }')
    ),
    Incident(89, "a webhook that tells another end than polls do", ('webhook = { status = "conflicting" }',)),
    Incident(
        90,
        "a cancellation that is billed, or comes too late",
        ('outcome = { ends = "cancelled", refund = "none" }', 'webhook = { status = "conflicting" }'),
    ),
)

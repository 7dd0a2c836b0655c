"""Files that are wrong: where, and what the message has to say of the cure."""

from __future__ import annotations

from typing import NamedTuple


class Broken(NamedTuple):
    """A text, the line of its mistake, and what its message contains."""

    text: str
    line: int
    says: str


RULE = "[[rules]]\n"
FAILS = f"{RULE}error = 'internal'\n"

SYNTAX = [
    Broken(f"{RULE}on = submit", 2, 'cannot be read from "submit" on; write a value: texts in quotes'),
    Broken(f"{RULE}on: 'submit'", 2, 'from ":" on; write key = value'),
    Broken('{"rules": []}', 1, "write key = value, or [[rules]]"),
    Broken(f"{RULE}on = 'submit' status = 402", 2, 'from "status" on; write one key = value a line'),
    Broken(f"{RULE}on =\nstatus = 402", 2, "is not complete; write a value"),
    Broken(f"{RULE}between = ['1m', '5m'\nstatus = 402", 3, "close the list with ]"),
    Broken(f"{RULE}outcome = {{ends = 'failed'\n}}\n", 2, "close the table with } in the same line"),
    Broken("[[rules]\non = 'submit'\n", 1, "as many brackets as it has before it"),
    Broken(f'{RULE}message = """never\nends\n', 4, "close the text with the quotes that began it"),
    Broken(f'{RULE}message = "never ends\n', 2, "close the text with its quote in the same line"),
    Broken(f"{RULE}message = 'never ends", 2, "close the text with the quote that began it"),
    Broken(f'{RULE}message = "C:\\temp\\x"', 2, "write \\\\ for a backslash"),
    Broken(f"{RULE}@on = 'submit'", 2, "write key = value, or [[rules]]"),
    Broken(f"{RULE}outcome = {{@ends = 'failed'}}", 2, "keys are words"),
    Broken(f"{RULE}message = 2026-02-30", 2, "write a text in quotes"),
    Broken(f'{RULE}message = "\\ud800"', 2, "check quotes and brackets"),
    Broken(f"{FAILS}error = 'upstream'\n", 3, "says something twice; leave one of them"),
    Broken("[rules]\non = 'submit'\n[rules]\non = 'poll'\n", 3, "write [[rules]] for each rule"),
    Broken("seed = 0\r\nseed = 1\r\n", 2, "says something twice"),
    Broken("seed = " + "1" * 5_000, 1, "is too long, with 5007 characters; write at most 4200 a line"),
    Broken("seed = " + "0x" + "f" * 4_000, 1, "seed is too large; write a number of at most 64 bits"),
]

WORDS = [
    Broken(f"{FAILS}\n{RULE}eror = 'internal'", 5, "rules[2].eror is not known; did you mean error?"),
    Broken(f"{FAILS}zzz = 1", 3, "rules[1].zzz is not known; write one of on, dialect, model"),
    Broken(f"{FAILS}ends = 'failed'", 3, "rules[1].ends is not known here; it belongs into outcome"),
    Broken("seed = 1\non = 'submit'", 2, "on is not known here; it belongs into rules"),
    Broken("slots = 2", 1, "slots is not known here; it belongs into account"),
    Broken("[account]\ncredit = 3", 2, "account.credit is not known; did you mean credits?"),
    Broken("name = 'x'", 1, "name is not known; a scenario is called as its file is"),
    Broken(f"{RULE}error = 'internel'", 2, 'rules[1].error is "internel"; did you mean internal?'),
    Broken(f"{RULE}error = 'xyz'", 2, 'rules[1].error is "xyz"; write one of invalid_request, missing_input'),
    Broken(f"{RULE}on = 'sumbit'\nstatus = 402", 2, 'is "sumbit", which is no operation; did you mean submit?'),
    Broken(f"{RULE}on = '?'\nstatus = 402", 2, "which is no operation; write submit, generate, poll"),
    Broken(f"{RULE}outcome = {{ends = 'suceeded'}}", 2, "did you mean succeeded?"),
    Broken(f"{RULE}outcome = {{ends = 'failed', reason = 'nsfw'}}", 2, "write one of content_policy, upstream"),
    Broken(f"{RULE}outcome = {{ends = 'failed', refund = 'half'}}", 2, "write one of full, none, twice"),
    Broken(f"{RULE}snapshot = {{state = 'runing'}}", 2, "did you mean running?"),
    Broken("timing = 'documentd'", 1, 'timing is "documentd"; did you mean documented?'),
    Broken("[timing]\nprogress = 'liner'", 2, 'timing.progress is "liner"; did you mean linear?'),
    Broken(f"{RULE}document = {{omit = ['sttus']}}", 2, 'omit[1] "sttus" is no place; did you mean status?'),
    Broken(f"{RULE}document = {{set = {{'data/url' = 1}}}}", 2, 'or a JSON pointer such as "/data/0/url"'),
    Broken(f"{RULE}document = {{rename = {{id = 'task'}}}}", 2, 'document.rename.id "task" is no place'),
    Broken(f"{RULE}document = {{null = ['/a/~2']}}", 2, 'null[1] "/a/~2" is no place'),
]

VALUES = [
    Broken(f"{RULE}status = '402'", 2, 'rules[1].status is "402"; write a whole number from 200 to 599'),
    Broken(f"{RULE}status = 42", 2, "status is 42; write a whole number from 200 to 599"),
    Broken(f"{RULE}nth = 1.5\nstatus = 402", 2, "nth is 1.5; write a whole number from 1 on"),
    Broken(f"{RULE}share = 2\nstatus = 402", 2, "share is 2; write a number from 0 to 1"),
    Broken(f"{RULE}share = nan\nstatus = 402", 2, "share is nan; write a number that can be counted"),
    Broken(f"{RULE}message = 2026-01-01\nstatus = 402", 2, 'or a text in quotes: "2026-01-01"'),
    Broken(f"{RULE}image = 'yes'\nstatus = 402", 2, 'image is "yes"; write true or false'),
    Broken(f"{RULE}lasts = '5x'\nstatus = 402", 2, 'lasts is "5x"; write seconds, or a text such as "90s"'),
    Broken(f"{RULE}between = ['1m']\nstatus = 402", 2, 'between is ["1m"]; write two of them, the earlier one first'),
    Broken(f"{RULE}between = [60, 'x']\nstatus = 402", 2, 'between[2] is "x"; write two of them'),
    Broken(f"{RULE}between = [60, 30]\nstatus = 402", 2, "between is [60, 30]; write two of them, the earlier one"),
    Broken(f"{RULE}poll = 0\nstatus = 402", 2, "poll is 0; write a whole number from 1 on, or the first and the last"),
    Broken(f"{RULE}poll = [1, 0]\nstatus = 402", 2, "poll[2] is 0; write a whole number"),
    Broken(f"{RULE}retry_after = 'soon'\nstatus = 402", 2, "{date = 30} for an HTTP date so many seconds from now"),
    Broken(f"{RULE}retry_after = {{dat = 3}}\nstatus = 402", 2, 'is {dat = 3}; write seconds (30 or "30s")'),
    Broken(f"{RULE}outcome = 'failed'", 2, 'outcome is "failed"; write a table such as {ends = "failed", at = 0.5}'),
    Broken("[timing]\nqueue = -1", 2, "{median = 4, sigma = 0.5}, or {polls = 3}"),
    Broken("[timing]\nrender = {median = 3, sgma = 1}", 2, "timing.render.sgma is not known; did you mean sigma?"),
    Broken("[timing]\nrender = {polls = 0}", 2, "timing.render.polls is 0; write a whole number from 1 on"),
    Broken("[timing]\nrender = {sigma = 1}", 2, "timing.render is {sigma = 1}; write seconds"),
    Broken("[timing]\nprogress = []", 2, "steps from 0 to 1 ([0, 0.5, 0.9], at most 100)"),
    Broken("account = {credits = 'much'}", 1, 'account.credits is "much"; write an amount from 0 on, such as 10'),
    Broken("account = {credits = '1e99'}", 1, "account.credits is 1E+99; write at most 1000000000000"),
    Broken("account = {credits = '1e-99'}", 1, "with at most 12 decimals"),
    Broken("account = {slots = 0}", 1, 'account.slots is 0; write a whole number from 1 on, or "documented"'),
    Broken("seed = 1\nrules = 3", 2, "rules is 3; write [[rules]] above each rule"),
    Broken("[rules]\nstatus = 402", 1, "rules is {status = 402}; write [[rules]] above each rule"),
    Broken(f"{RULE}document = {{omit = 'id'}}", 2, 'omit is "id"; write a list, such as ["progress"]'),
    Broken(f"{RULE}document = {{rename = {{id = 3}}}}", 2, "rename.id is 3; write a table such as {id ="),
    Broken(f"{RULE}document = {{set = {{'' = 1}}}}", 2, "rules[1].document.set has a key without a name; give it one"),
]

SENSE = [
    Broken(f"seed = 1\n\n{RULE}on = 'submit'", 3, "rules[1] orders nothing; write what: timing, outcome, error"),
    Broken(f"{RULE}retry_after = 3", 2, 'retry_after needs an error to stand in; write error = "rate_limited"'),
    Broken(f"{RULE}message = 'no'", 2, "message needs an error to stand in"),
    Broken(f"{RULE}snapshot = {{progress = 0}}\ndocument = {{extra = 1}}", 3, "leave one of them"),
    Broken(f"{FAILS}nth = 3\nfirst = 2", 1, "rules[1] never acts: nth, first, after and every leave no request"),
    Broken(f"{FAILS}every = 3\nfirst = 2", 1, "leave no request; leave one of them out"),
    Broken(f"{FAILS}nth = 3\nevery = 2", 1, "rules[1] never acts"),
    Broken(f"{FAILS}nth = 3\nafter = 3", 1, "rules[1] never acts"),
    Broken(f"{FAILS}every = 4\nafter = 5\nfirst = 7", 1, "rules[1] never acts"),
    Broken(f"{FAILS}between = [3, 3]", 3, "between ends where it begins; write two different moments"),
    Broken(f"{FAILS}age = [0, '0s']", 3, "age ends where it begins; write two different ages"),
    Broken(f"{FAILS}poll = [3, 2]", 3, "poll ends before it begins; write the smaller number first"),
    Broken(f"{FAILS}on = 'submit'\npoll = 2", 4, 'poll counts polls, and the rule is for others; write on = "poll"'),
    Broken(f"{FAILS}on = 'list'\nage = [0, 1]", 4, 'write on = "poll" or on = "content"'),
    Broken(f"{RULE}on = 'poll'\ntiming = 'documented'", 3, "timing is settled at submission"),
    Broken(f"{RULE}on = 'poll'\noutcome = {{ends = 'never'}}", 3, 'write on = "submit"'),
    Broken(f"{RULE}outcome = {{reason = 'upstream'}}", 2, 'ends succeeded; write ends = "failed" beside it'),
    Broken(
        f"{RULE}[rules.outcome]\nends = 'succeeded'\nat = 0.5", 4, 'write ends = "failed" or "cancelled" or "never"'
    ),
    Broken(f"{RULE}snapshot = {{}}", 2, "snapshot changes nothing; write state, progress or cached into it"),
    Broken(f"{RULE}document = {{}}", 2, "document changes nothing; write set"),
    Broken(f"{RULE}status = 204", 2, "status is of an answer without a document; write another one"),
    Broken(f"{FAILS}retry_after = {{text = '…'}}", 3, "cannot stand in a header; write printable letters of Latin-1"),
    Broken(f"{FAILS}retry_after = {{date = 1e300}}", 3, "is too far away; write at most 366 days in seconds"),
    Broken(f"{FAILS}[rules.timing]\nprogress = [0.5, 0.2]", 4, "is [0.5, 0.2], which goes backwards; write them"),
    Broken("timing = {progress = [0.5, 0.2]}", 1, "which goes backwards"),
    Broken(f"{FAILS}prompt = '{'x' * 201}'", 3, "prompt has 201 characters; write at most 200"),
    Broken(FAILS * 201, 401, "rules[201] is too much; write at most 200 rules"),
]

BYTES = f"{RULE}bytes = "
CONNECTION = f"{RULE}connection = "

DISTURBANCES = [
    Broken(f"{BYTES}{{htlm = 502}}", 2, "rules[1].bytes.htlm is not known; did you mean html?"),
    Broken(f"{RULE}html = 502", 2, "rules[1].html is not known here; it belongs into bytes"),
    Broken(f"{BYTES}502", 2, "bytes is 502; write a table such as {html = 502}"),
    Broken(f"{BYTES}{{html = 42}}", 2, "bytes.html is 42; write a whole number from 200 to 599"),
    Broken(f"{BYTES}{{headers = {{Age = 60}}}}", 2, 'write a table such as {Age = "60", Retry-After = ["2", "60"]}'),
    Broken(f"{BYTES}{{chunked = 'erly'}}", 2, 'chunked is "erly"; did you mean early?'),
    Broken(f"{BYTES}{{ranges = true}}", 2, 'ranges is true; write "ignored", "shifted" or "refused"'),
    Broken(f"{CONNECTION}{{reset = 'bdy'}}", 2, 'reset is "bdy"; did you mean body?'),
    Broken(f"{CONNECTION}{{hang = true}}", 2, 'hang is true; write "before", "head" or "body"'),
    Broken(f"{CONNECTION}{{delay = 'soon'}}", 2, 'delay is "soon"; write seconds, or a text such as "90s"'),
    Broken(f"{CONNECTION}{{bandwidth = 0}}", 2, "bandwidth is 0; write a whole number from 1 on"),
    Broken(f"{RULE}clip = {{kind = 'no-moov'}}", 2, 'kind is "no-moov"; did you mean no_moov?'),
    Broken(f"{RULE}clip = {{size = 4294967297}}", 2, "size is 4294967297; write a whole number from 0 to 4294967296"),
    Broken(f"{RULE}needless_key = 1\nstatus = 400", 2, "needless_key is 1; write true or false"),
    Broken(
        f"{RULE}document = {{extra = 1}}\nbytes = {{html = 502}}", 3, "bytes disturbs what document disturbs already"
    ),
    Broken(
        f"{RULE}clip = {{size = 9}}\nsnapshot = {{progress = 0}}", 2, "clip disturbs what snapshot disturbs already"
    ),
    Broken(f"{BYTES}{{}}", 2, "bytes changes nothing; write html, body, headers"),
    Broken(f"{CONNECTION}{{}}", 2, "connection changes nothing; write reset, close, hang, delay"),
    Broken(f"{RULE}clip = {{}}", 2, "clip changes nothing; write kind or size into it"),
    Broken(f"{BYTES}{{html = 502, body = ''}}", 2, "bytes.body says otherwise than html; leave one of them"),
    Broken(f"{BYTES}{{html = 502, status = 503}}", 2, "bytes.status says otherwise than html"),
    Broken(f"{BYTES}{{garbage = true, headers = {{Age = '1'}}}}", 2, "bytes.headers says otherwise than garbage"),
    Broken(f"{BYTES}{{content_length = 1, chunked = 'early'}}", 2, "bytes.chunked says otherwise than content_length"),
    Broken(f"{CONNECTION}{{reset = 'head', hang = 'body'}}", 2, "connection.hang says otherwise than reset"),
    Broken(f"{CONNECTION}{{close = 'body', not_kept = true}}", 2, "connection.not_kept says otherwise than close"),
    Broken(f"{CONNECTION}{{drip = 'body', bandwidth = 9}}", 2, "connection.bandwidth says otherwise than drip"),
    Broken(f"{RULE}clip = {{kind = 'cut', size = 9}}", 2, "clip.size says otherwise than kind"),
    Broken(
        f"{CONNECTION}{{reset = 'before', at = 0.5}}", 2, "at is 0.5, which is a share of head or body; write reset"
    ),
    Broken(f"{CONNECTION}{{delay = 1, at = 0.5}}", 2, "at is 0.5, which is a share of head or body"),
    Broken(f"{CONNECTION}{{delay = 1, piece = 3}}", 2, 'piece is 3, which is of a drip; write drip = "body" beside it'),
    Broken(f"{CONNECTION}{{delay = 1, every = '2s'}}", 2, 'every is "2s", which is of a drip'),
    Broken(f"{BYTES}{{html = 204}}", 2, "html is 204, which is of an answer without a page; write 502"),
    Broken(f"{BYTES}{{body = 'x', status = 304}}", 2, 'body is "x", which cannot stand in an answer with this status'),
    Broken(f"{BYTES}{{redirect = 'self', status = 200}}", 2, "status is 200, which is no redirect; write 301, 302"),
    Broken(
        f"{BYTES}{{redirect = 'nowhere'}}", 2, 'redirect is "nowhere", which leads nowhere; write "self", "elsewhere"'
    ),
    Broken(f"{BYTES}{{redirect = 'http://a b'}}", 2, "which leads nowhere"),
    Broken(f"{BYTES}{{content_length = 0}}", 2, "content_length is 0, which changes nothing; write 100 or -100"),
    Broken(f"{BYTES}{{content_length = 1099511627777}}", 2, "which is too far away; write at most 1099511627776"),
    Broken(f"{BYTES}{{content_type = 'a…'}}", 2, "which cannot stand in a header; write printable letters of Latin-1"),
    Broken(f"{BYTES}{{headers = {{'a b' = '1'}}}}", 2, 'headers.a b is no name of a header; write one such as "Age"'),
    Broken(f"{BYTES}{{headers = {{Connection = 'close'}}}}", 2, "says how the answer ends; write not_kept for that"),
    Broken(
        f"{BYTES}{{headers = {{content-length = '1'}}}}", 2, "says how the answer ends; write content_length for that"
    ),
    Broken(f"{BYTES}{{headers = {{Age = ['1', '…']}}}}", 2, "headers.Age cannot stand in a header; write printable"),
    Broken(f'{BYTES}{{headers = {{Age = "1\\r\\na: b"}}}}', 2, "headers.Age cannot stand in a header"),
    Broken(
        f"{RULE}on = 'upload'\nclip = {{size = 9}}",
        3,
        'clip is in no answer that the rule is for; write on = "content"',
    ),
    Broken(
        f"{RULE}on = 'poll'\nneedless_key = true\nstatus = 400", 3, "is seen when a clip is fetched, and the rule is"
    ),
    Broken(
        f"{RULE}on = 'poll'\nbytes = {{ranges = 'shifted'}}", 3, "bytes speaks of downloads, and the rule is for others"
    ),
    Broken(f"{RULE}on = 'submit'\nbytes = {{redirect = 'clip'}}", 3, 'write on = "content"'),
]
WEBHOOK = f"{RULE}webhook = "
WEBHOOKS = [
    Broken(f"{WEBHOOK}{{tims = 2}}", 2, "webhook.tims is not known; did you mean times?"),
    Broken(f"{WEBHOOK}{{times = 0}}", 2, "times is 0; write a whole number from 1 to 100"),
    Broken(f"{WEBHOOK}{{times = 101}}", 2, "times is 101; write a whole number from 1 to 100"),
    Broken(f"{WEBHOOK}{{delay = 'late'}}", 2, 'delay is "late"; write seconds, or a text such as "90s"'),
    Broken(f"{WEBHOOK}{{signature = 'wrng'}}", 2, 'signature is "wrng"; did you mean wrong?'),
    Broken(f"{WEBHOOK}{{status = 'failed'}}", 2, 'status is "failed"; write "conflicting"'),
    Broken(f"{WEBHOOK}{{}}", 2, "webhook changes nothing; write delay, times, drop, signature"),
    Broken(f"{WEBHOOK}{{times = 1}}", 2, "webhook changes nothing"),
    Broken(f"{WEBHOOK}{{drop = true, times = 2}}", 2, "webhook.times says otherwise than drop; leave one of them"),
    Broken(f"{RULE}on = 'poll'\nwebhook = {{drop = true}}", 3, 'the rule is for others; write on = "webhook"'),
    Broken(f"{RULE}on = 'poll'\nevent = 'completed'\nstatus = 503", 3, "event is what a webhook tells, and the rule"),
    Broken(f"{RULE}on = 'webhook'\nstatus = 503", 2, "on is for webhooks, and the rule is about answers"),
    Broken(f"{RULE}on = 'webhook'\nconnection = {{reset = 'head'}}", 2, "on is for webhooks"),
    Broken(f"{RULE}on = 'webhok'\nwebhook = {{drop = true}}", 2, 'on is "webhok", which is no operation; did you mean'),
    Broken(f"{RULE}on = 'webhook'\ntiming = {{queue = 1}}", 3, "timing is settled at submission"),
]
ALL = [*SYNTAX, *WORDS, *VALUES, *SENSE, *DISTURBANCES, *WEBHOOKS]

DEEP = "{a = " * 40 + "1" + "}" * 40

HOSTILE = {
    "nested lists": ("x = " + "[" * 4_000, "nests too deep; write at most 32"),
    "nested tables": ("x = " + "{a = " * 800, "nests too deep; write at most 32"),
    "tables that close": (f"x = {DEEP}", "is too deep; write at most 32 tables and lists in each other"),
    "a key of many parts": (".".join("a" * 2_000) + " = 1", "has too many dots; write tables in tables"),
    "a table of many parts": (f"[{'.'.join('a' * 20)}]", "has too many dots; write tables in tables"),
    "a million keys": ("".join(f"k{number} = 1\n" for number in range(10**6)), "is too large; write at most 64 KiB"),
    "thousands of keys": (
        "".join(f"k{number} = 1\n" for number in range(5_000)),
        "the file has 5000 entries; write at most 1000",
    ),
    "thousands of texts": (f"{RULE}model = [\n{'1,' * 2_000}]", "has 2000 entries; write at most 1000"),
    "an endless number": ("seed = 0x" + "f" * 4_000, "too large; write a number of at most 64 bits"),
    "no number": ("seed = inf", "is inf; write a number that can be counted"),
    "bytes": ("\0\1\2", "cannot be read from"),
    "controls": (f'{RULE}"\\u001b[2J\\u202e" = 1', "\\u001b[2J\\u202e is not known"),
}

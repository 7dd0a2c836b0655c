"""A request chooses scenarios by header, prompt and key, and is told when there is no such scenario."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo import dialects
from mockvideo.core.errors import HttpDate, Kind, Literally, Refusal
from mockvideo.core.jobs import State
from mockvideo.core.scenario import Allowance, Earlier, Outcome, Rule, Scenario
from mockvideo.core.timing import AT_ONCE
from mockvideo.pointer import error_text, find
from mockvideo.server.app import App
from tests.server.corpus import END, FORM, MULTIPART, part
from tests.server.driving import BEARER, JSON, Header, Reply, app_of, ask, submit

DIALECTS = dialects.load()
every_dialect = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=repr)
POLLED = [dialect for dialect in DIALECTS.values() if dialect.name != "a4f"]
every_polled_dialect = pytest.mark.parametrize("dialect", POLLED, ids=repr)

TEAPOT = 418
BUSY = Rule(on="submit", error=Kind.UNAVAILABLE)
LIBRARY = {
    "teapot": Scenario(name="teapot", rules=(Rule(status=TEAPOT),)),
    "busy": Scenario(name="busy", rules=(BUSY,)),
    "lost": Scenario(name="lost", rules=(Rule(on="poll", error=Kind.JOB_NOT_FOUND),)),
    "no-clip": Scenario(name="no-clip", rules=(Rule(on="content", status=TEAPOT),)),
    "strict": Scenario(name="strict", strict=True, rules=(Rule(status=TEAPOT),)),
}


def choosing(**settings: Any) -> App:
    return app_of(library=LIBRARY, **settings)


def header(text: str) -> Header:
    return b"x-mockvideo-scenario", text.encode()


def told(reply: Reply, dialect: str = "sora") -> str:
    """What an error says, in the dialect's own envelope."""
    DIALECTS[dialect].error.model_validate_json(reply.body, strict=True)
    return error_text(reply.document, DIALECTS[dialect].pointers.error)


def entry_of(app: App, key: str = "sk-test"):
    return list(app.service.accounts.get(key).journal)[-1]


# Where a scenario is named


@pytest.mark.parametrize("text", ["teapot", " teapot ", "status = 418", 'on = "submit", status = 418', "status=418"])
@every_dialect
def test_a_header_names_a_scenario_or_spells_out_a_rule(dialect, text) -> None:
    reply = submit(choosing(), header(text), dialect=dialect.name)
    assert reply.status == TEAPOT
    assert told(reply, dialect.name)


@pytest.mark.parametrize("tag", ["[[mockvideo: teapot]]", "[[ mockvideo:teapot ]]", "[[mockvideo: status = 418]]"])
@every_dialect
def test_a_prompt_names_a_scenario_or_spells_out_a_rule(dialect, tag) -> None:
    assert submit(choosing(), dialect=dialect.name, prompt=f"A cat {tag} on a roof").status == TEAPOT


def test_a_tag_may_end_with_a_list() -> None:
    app = choosing()
    tag = '[[mockvideo: on = "submit", status = 418, between = [0, 5]]]'
    assert submit(app, prompt=f"A cat {tag}").status == TEAPOT


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, urlencode({"model": "sora-2", "prompt": "A cat [[mockvideo: teapot]]"}).encode()),
        (FORM, b"model=sora-2&prompt=" + quote("[[mockvideo: teapot]]", safe="").encode()),
        (MULTIPART, part(b"sora-2", name=b"model") + part(b"A cat [[mockvideo: teapot]]") + END),
    ],
    ids=["urlencoded", "all escaped", "multipart"],
)
def test_a_prompt_in_a_form_names_a_scenario_too(content_type, body) -> None:
    reply = ask(choosing(), "POST", "/sora/v1/videos", BEARER, (b"content-type", content_type.encode()), body=body)
    assert reply.status == TEAPOT


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "mockvideo: teapot"},
        {"prompt": "[mockvideo: teapot]"},
        {"prompt": "[[mockvideos: teapot]]"},
        {"user": "[[mockvideo: teapot]]"},
    ],
)
def test_what_is_no_tag_of_a_prompt_names_nothing(changes) -> None:
    assert submit(choosing(), **changes).status == 200


@every_dialect
def test_a_key_names_a_scenario_by_its_end(dialect) -> None:
    assert submit(choosing(), dialect=dialect.name, key="sk-test--teapot").status == TEAPOT
    assert submit(choosing(clock="auto"), dialect=dialect.name, key="sk-test--coffee").status < 300


@pytest.mark.parametrize(
    ("where", "status"),
    [
        ({"header": "busy", "prompt": "teapot", "key": "teapot", "server": "teapot"}, 503),
        ({"prompt": "busy", "key": "teapot", "server": "teapot"}, 503),
        ({"key": "busy", "server": "teapot"}, 503),
        ({"server": "busy"}, 503),
        ({"header": "lost", "prompt": "teapot"}, TEAPOT),
        ({}, 200),
    ],
)
def test_the_most_specific_place_decides(where, status) -> None:
    app = choosing(scenario=where.get("server"))
    headers = [header(where["header"])] if "header" in where else []
    prompt = f"A cat [[mockvideo: {where['prompt']}]]" if "prompt" in where else "A cat"
    key = f"sk-test--{where['key']}" if "key" in where else "sk-test"
    assert submit(app, *headers, prompt=prompt, key=key).status == status


def test_what_one_request_names_holds_for_no_other() -> None:
    app = choosing()
    assert [submit(app, header("teapot")).status, submit(app).status] == [TEAPOT, 200]


def test_a_rule_in_a_header_counts_as_long_as_it_is_spelled_alike() -> None:
    app = choosing()
    twice = header('error = "unavailable", times = 2')
    assert [submit(app, twice).status for _ in range(3)] == [503, 503, 200]
    assert submit(app, header('error = "unavailable", times = 3')).status == 503


def test_a_header_holds_for_every_operation() -> None:
    app = choosing()
    paths = ["/beluga/v1/models", "/sora/v1/videos/nobody", "/sora/v1/videos/nobody/content"]
    assert [ask(app, "GET", path, BEARER, header("teapot")).status for path in paths] == [TEAPOT] * 3


# What rules see


@pytest.mark.parametrize(
    ("changes", "sees"),
    [
        ({"model": "sora-2"}, 'model = "sora-2"'),
        ({"prompt": "A red fox"}, 'prompt = "*red*"'),
        ({"input_reference": {"image_url": "https://example.com/a.png"}}, "image = true"),
        ({}, "image = false"),
    ],
)
def test_rules_see_model_prompt_and_image_of_a_submission(changes, sees) -> None:
    assert submit(choosing(), header(f"status = 418, {sees}"), **changes).status == TEAPOT


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"prompt": 5, "model": []}', b'{"prompt": null}'])
def test_what_cannot_be_read_is_still_an_occasion_for_an_error(body) -> None:
    app = choosing()
    assert ask(app, "POST", "/sora/v1/videos", BEARER, JSON, header("teapot"), body=body).status == TEAPOT
    assert (
        ask(app, "POST", "/sora/v1/videos", BEARER, JSON, header('status = 418, prompt = "?*"'), body=body).status
        == 400
    )


def test_a_blocking_dialect_has_a_model_that_is_meant_without_one() -> None:
    rule = f'status = 418, model = "{DIALECTS["a4f"].model or ""}"'
    assert submit(choosing(), header(rule), dialect="a4f", model=None).status == TEAPOT


# What cannot be meant


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("teapt", "did you mean teapot?"),
        ("?", "list them with mockvideo scenarios"),
        ("", "or write a rule: status = "),
    ],
)
@every_dialect
def test_an_unknown_name_is_told_with_a_cure(dialect, text, cure) -> None:
    reply = submit(choosing(), header(text), dialect=dialect.name)
    assert reply.status == dialect.spelling(Refusal(Kind.INVALID_REQUEST)).status
    assert f"No scenario is called {text!r}; " in told(reply, dialect.name)
    assert cure in told(reply, dialect.name)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("status = ", "on = "),
        ("statuss = 402", "statuss"),
        ("status = 700", "status"),
        ('error = "teapot"', "teapot"),
        ("status = 402\r\n, share = 1", "several lines"),
        ("status = 402 # " + "x" * 5_000, "4096"),
        ("timing = {queue = [2, 1]}", "timing.queue is [2, 1]"),
    ],
)
@every_dialect
def test_a_rule_that_is_wrong_is_told_in_the_dialects_envelope(dialect, text, wrong) -> None:
    app = choosing()
    reply = submit(app, header(text), dialect=dialect.name)
    assert reply.status == dialect.spelling(Refusal(Kind.INVALID_REQUEST)).status
    assert wrong in told(reply, dialect.name)
    assert (entry_of(app).rule, entry_of(app).job) == (None, None)


@given(st.text(max_size=60))
def test_whatever_a_prompt_names_is_a_rule_or_a_clear_refusal(text) -> None:
    reply = submit(choosing(), prompt=f"[[mockvideo: {text}]]")
    assert reply.status in {200, 400} or "status" in text


def test_a_long_name_is_cut_where_it_is_told() -> None:
    reply = submit(choosing(), header("x" * 5_000))
    assert reply.status == 400
    assert len(told(reply)) < 400


class Broken(dict[str, Scenario]):
    """A library whose files cannot be read."""

    def __getitem__(self, name: str) -> Scenario:
        raise ValueError(f"{name}.toml:3: is no TOML")


@pytest.mark.parametrize("headers", [[header("teapot")], []], ids=["header", "key"])
def test_a_file_that_is_wrong_is_told_to_whom_names_it(headers) -> None:
    app = app_of(library=Broken(LIBRARY))
    reply = submit(app, *headers, key="sk-test" if headers else "sk-test--teapot")
    assert (reply.status, told(reply)) == (400, "teapot.toml:3: is no TOML")


# Strict


@every_dialect
def test_a_strict_scenario_refuses_a_status_that_is_not_documented(dialect) -> None:
    app = choosing()
    reply = submit(app, header("strict"), dialect=dialect.name)
    assert reply.status == dialect.spelling(Refusal(Kind.INVALID_REQUEST)).status
    assert f"strict#1 is strict, and {dialect.name} documents no status 418" in told(reply, dialect.name)
    assert entry_of(app).rule == "strict#1"


def test_a_strict_server_refuses_it_whoever_orders_it() -> None:
    assert submit(choosing(strict=True), header("teapot")).status == 400
    assert submit(choosing(strict=True), header("status = 401")).status == 401


@every_dialect
def test_a_strict_scenario_orders_what_is_documented(dialect) -> None:
    documented = dialect.spelling(Refusal(Kind.RATE_LIMITED)).status
    assert submit(choosing(strict=True), header(f"status = {documented}"), dialect=dialect.name).status == documented


# What stays with a job


@every_polled_dialect
def test_a_scenario_stays_with_the_polls_of_the_job_that_it_was_chosen_for(dialect) -> None:
    app = choosing(timing=AT_ONCE)
    ids = [
        find(submit(app, *headers, dialect=dialect.name).document, dialect.pointers.submitted)
        for headers in ([header("lost")], [])
    ]
    path = next(route.path for route in dialect.routes if route.name == "poll")
    place = dialect.credential
    credential = (place.header, place.prefix + b"sk-test")
    replies = [ask(app, "GET", f"/{dialect.name}{path.replace('{id}', job_id)}", credential) for job_id in ids]
    assert [reply.status for reply in replies] == [dialect.spelling(Refusal(Kind.JOB_NOT_FOUND)).status, 200]


def test_a_scenario_stays_with_the_content_of_its_job() -> None:
    app = choosing(timing=AT_ONCE)
    job_id = submit(app, prompt="A cat [[mockvideo: no-clip]]").document["id"]
    plain = submit(app, prompt="A cat").document["id"]
    paths = [f"/sora/v1/videos/{each}/content" for each in (job_id, plain)]
    assert [ask(app, "GET", path, BEARER).status for path in paths] == [TEAPOT, 200]
    assert ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER).status == 200


def test_a_scenario_of_a_poll_does_not_stay() -> None:
    app = choosing()
    path = f"/sora/v1/videos/{submit(app).document['id']}"
    assert [ask(app, "GET", path, BEARER, *headers).status for headers in ([header("lost")], [])] == [404, 200]


# Clips by their URL


def clip_of(app: App, *headers: Header) -> str:
    """The path of the clip of a new job."""
    job_id = submit(app, *headers, dialect="beluga").document["task_id"]
    document = ask(app, "GET", f"/beluga/v1/videos/tasks/{job_id}", BEARER).document
    return "/media/" + find(document, DIALECTS["beluga"].pointers.video).partition("/media/")[2]


def test_a_download_is_noted_as_one() -> None:
    app = choosing(timing=AT_ONCE)
    path = clip_of(app)
    assert ask(app, "GET", path).status == 200
    entry = entry_of(app)
    assert (entry.operation, entry.path, entry.status, entry.state) == ("content", path, 200, State.SUCCEEDED)
    assert (entry.number, entry.rule, entry.dialect) == (3, None, "beluga")


@pytest.mark.parametrize("chosen", ["header", "job", "server"])
def test_a_download_obeys_rules_whoever_orders_them(chosen) -> None:
    app = choosing(timing=AT_ONCE, scenario="no-clip" if chosen == "server" else None)
    path = clip_of(app, *[header("no-clip")] * (chosen == "job"))
    reply = ask(app, "GET", path, *[header("no-clip")] * (chosen == "header"))
    assert (reply.status, entry_of(app).rule) == (TEAPOT, "no-clip#1")
    assert told(reply, "beluga")


def test_a_clip_whose_url_has_expired_is_refused_by_the_rule_that_says_so() -> None:
    rule = Rule(outcome=Outcome(clips_expire_after=60.0))
    app = app_of(rules=(rule,), timing=AT_ONCE)
    path = clip_of(app)
    assert ask(app, "GET", path).status == 200
    app.service.accounts.get("sk-test").clock.advance(60)
    reply = ask(app, "GET", path)
    assert (reply.status, entry_of(app).rule) == (404, "test#1")


def test_a_clip_that_is_not_there_is_nobodys_download() -> None:
    app = choosing(timing=AT_ONCE)
    path = clip_of(app)
    assert ask(app, "GET", path[:-5] + "x.mp4").status == 404
    assert entry_of(app).number == 2


# When to come back


@pytest.mark.parametrize(
    ("retry_after", "value"),
    [
        ("7", "7"),
        ('"1m30s"', "90"),
        ("0", "0"),
        ("0.2", "1"),
        ('{text = "in a moment"}', "in a moment"),
        ('{text = ""}', ""),
        ('{text = "käse"}', "käse"),
    ],
)
def test_a_refusal_says_when_to_come_back_in_seconds_or_any_words(retry_after, value) -> None:
    app = app_of(clock="wall")
    rule = header(f'error = "rate_limited", retry_after = {retry_after}')
    reply = submit(app, (rule[0], rule[1].decode().encode("latin-1")))
    found = [found.decode("latin-1") for name, found in reply.headers if name == b"retry-after"]
    assert (reply.status, found) == (429, [value])


@given(st.text(max_size=40))
def test_whatever_words_a_rule_has_for_it_they_are_one_header(text) -> None:
    reply = submit(app_of(rules=(Rule(error=Kind.RATE_LIMITED, retry_after=Literally(text)),)))
    (value,) = [value for name, value in reply.headers if name == b"retry-after"]
    assert all(byte >= 0x20 and byte != 0x7F for byte in value)


@pytest.mark.parametrize("seconds", [-3600, 0, 90])
def test_a_refusal_may_name_a_date_even_one_that_is_past(seconds) -> None:
    reply = submit(app_of(clock="wall", rules=(Rule(error=Kind.RATE_LIMITED, retry_after=HttpDate(seconds)),)))
    date = parsedate_to_datetime(reply.header("retry-after")).timestamp()
    assert seconds - 2 < date - time.time() <= seconds + 2


@pytest.mark.parametrize(("clock", "wait"), [("manual", "0"), ("auto", "0"), ("wall", "7")])
def test_virtual_time_needs_no_real_waiting(clock, wait) -> None:
    reply = submit(app_of(clock=clock), header('error = "rate_limited", retry_after = 7'))
    assert reply.header("retry-after") == wait


def test_a_refusal_without_a_time_says_none() -> None:
    assert submit(choosing(), header('error = "rate_limited"')).header("retry-after") is None


# Limits and plans


def test_a_limit_refuses_with_the_true_time_and_its_own_headers() -> None:
    app = app_of(clock="wall", allowance=Allowance(requests_per_minute=2))
    replies = [submit(app, dialect="beluga") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert 25 < int(replies[2].header("retry-after")) <= 30
    assert replies[2].header("x-ratelimit-limit-requests") == "2"
    assert replies[2].header("x-ratelimit-remaining-requests") == "0"


@every_dialect
def test_every_dialect_counts_its_submissions_and_all_else(dialect) -> None:
    app = app_of(timing=AT_ONCE, allowance=Allowance(requests_per_minute=3))
    place = dialect.credential
    credential = (place.header, place.prefix + b"sk-test")
    path = next(route.path for route in dialect.routes if route.name in {"poll", "document", "list"})
    url = f"/{dialect.name}{path.replace('{id}', 'nobody')}"
    replies = [ask(app, "GET", url, credential), submit(app, dialect=dialect.name), ask(app, "GET", url, credential)]
    refused = dialect.spelling(Refusal(Kind.RATE_LIMITED)).status
    assert refused not in [reply.status for reply in replies]
    assert submit(app, dialect=dialect.name).status == ask(app, "GET", url, credential).status == refused
    assert entry_of(app).refusal.facts["limit"] == 3


def test_a_client_that_waits_as_it_was_told_is_admitted() -> None:
    app = app_of(clock="auto", allowance=Allowance(requests_per_minute=1))
    assert [submit(app, dialect="beluga").status for _ in range(4)] == [200, 429, 200, 429]
    assert app.service.accounts.get("sk-test").moment - app.service.accounts.get("sk-test").began == 60


def test_a_quota_is_used_up_until_midnight() -> None:
    app = app_of(allowance=Allowance(requests_per_day=1))
    submit(app, dialect="beluga")
    app.service.accounts.get("sk-test").clock.advance(86_399)
    assert submit(app, dialect="beluga").status == DIALECTS["beluga"].spelling(Refusal(Kind.QUOTA_EXCEEDED)).status
    app.service.accounts.get("sk-test").clock.advance(1)
    assert submit(app, dialect="beluga").status == 200


def test_what_a_rule_refuses_is_not_counted() -> None:
    app = app_of(rules=(Rule(first=3, error=Kind.INTERNAL),), allowance=Allowance(requests_per_minute=1))
    assert [submit(app, dialect="beluga").status for _ in range(5)] == [500, 500, 500, 200, 429]


def test_a_plan_opens_the_models_that_it_has() -> None:
    model = next(row for row in DIALECTS["a4f"].catalog.rows.values() if row.plans and "free" not in row.plans)
    statuses = [
        submit(app_of(clock="auto", allowance=Allowance(plan=plan)), dialect="a4f", model=model.id).status
        for plan in ("free", model.plans[0])
    ]
    assert statuses == [DIALECTS["a4f"].spelling(Refusal(Kind.PLAN_REQUIRED)).status, 200]


# Other places


@every_polled_dialect
def test_a_job_is_polled_by_another_name_only_where_its_answer_tells_a_url(dialect) -> None:
    app = app_of(rules=(Rule(outcome=Outcome(opaque_poll_url=True)),))
    document = submit(app, dialect=dialect.name).document
    (job,) = app.service.accounts.get("sk-test").store.latest(dialect.name)
    assert (job.script.poll_name is not None) is (dialect.pointers.poll_path is not None)
    assert find(document, dialect.pointers.submitted) == job.id


def test_an_error_is_told_with_what_the_request_says() -> None:
    reply = submit(choosing(), header('error = "unknown_model"'), dialect="beluga")
    assert str(DIALECTS["beluga"].example["model"]) in told(reply, "beluga")


def test_a_blocking_call_that_a_rule_fails_is_noted_with_it() -> None:
    app = app_of(clock="auto", rules=(Rule(outcome=Outcome(ends="failed")),))
    reply = submit(app, dialect="a4f")
    assert reply.status >= 500
    assert entry_of(app).rule == "test#1"


def test_an_earlier_snapshot_is_told_once() -> None:
    app = app_of(rules=(Rule(on="poll", nth=1, snapshot=Earlier(progress=0.25)),), timing=AT_ONCE)
    path = f"/sora/v1/videos/{submit(app).document['id']}"
    documents = [ask(app, "GET", path, BEARER).document for _ in range(2)]
    assert [(document["status"], document["progress"]) for document in documents] == [
        ("in_progress", 25),
        ("completed", 100),
    ]

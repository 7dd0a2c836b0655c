"""``mockvideo trigger``: one webhook without a server."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from click.testing import Result

from mockvideo.cli import sending
from mockvideo.cli.messages import MOST_LINES, message
from mockvideo.cli.terminal import painter
from mockvideo.cli.trigger import FORMS, MODES
from mockvideo.core.jobs import State
from mockvideo.dialect import spelled
from mockvideo.dialects import load
from mockvideo.pointer import find
from mockvideo.server.environment import SECRETS, WEBHOOKS
from mockvideo.testing.receiving.receiver import Receiver

Invoke = Callable[..., Result]
CALLING = {name: dialect for name, dialect in load().items() if dialect.webhooks is not None}
EVENTS = [
    pytest.param(dialect, call.event, id=f"{name}-{call.event.name}")
    for name, dialect in CALLING.items()
    for call in dialect.webhooks.calls
]
KEY = "sk-trigger"


@pytest.mark.parametrize(("dialect", "event"), EVENTS)
def test_every_event_of_every_dialect_arrives_as_its_webhooks_do(invoke: Invoke, dialect, event) -> None:
    with Receiver(key=KEY) as receiver:
        result = invoke("trigger", dialect.name, event.name, "--to", receiver.url, "--key", KEY)
    (call,) = receiver.received
    signed = dialect.webhooks.signature is not None
    assert (result.exit_code, call.dialect, call.event) == (0, dialect.name, event.name)
    assert call.verified == ("raw" if signed else None)
    words = spelled(dialect.states)
    states = {word: state for state, word in reversed(words.items())}
    assert states[find(call.document, dialect.pointers.status)] in (event.states or {State.RUNNING})


def test_what_was_sent_and_what_came_back_is_shown(invoke: Invoke) -> None:
    with Receiver() as receiver:
        receiver.answers(202, body=b"thank\x1b[1m you")
        output = invoke("trigger", "apiframe", "completed", "--to", receiver.url + "?id=7").output
    lines = output.splitlines()
    assert lines[:3] == [
        f"POST {receiver.url}?id=7",
        "  Content-Type: application/json",
        "  X-Webhook-Event: completed",
    ]
    assert '    "status": "COMPLETED",' in lines
    assert lines[-2].startswith("delivered after 0.")
    assert (lines[-2][-14:], lines[-1]) == (": answered 202", "  thank[1m you")


def test_each_job_is_another_one(invoke: Invoke) -> None:
    with Receiver() as receiver:
        for _ in range(2):
            invoke("trigger", "sora", "completed", "--to", receiver.url)
    assert len({call.job for call in receiver.received}) == 2


@pytest.mark.parametrize("place", ["flag", "environment"])
def test_the_hexadecimal_text_can_be_the_key(invoke: Invoke, place: str) -> None:
    words = ["--webhook-secret", "hex", "--key", KEY] if place == "flag" else []
    said = {} if words else {"MOCKVIDEO_WEBHOOK_SECRET": "hex", "MOCKVIDEO_API_KEY": KEY}
    with Receiver(key=KEY) as receiver:
        invoke("trigger", "apiframe", "failed", "--to", receiver.url, *words, env=said)
    assert receiver.received[0].verified == "hex"


def test_the_job_may_be_of_another_model(invoke: Invoke) -> None:
    with Receiver() as receiver:
        invoke("trigger", "apiframe", "completed", "--to", receiver.url, "--model", "veo-3.1")
    assert receiver.received[0].document["model"] == "veo-3.1"


def test_what_does_not_arrive_is_a_failure(invoke: Invoke) -> None:
    with Receiver() as receiver:
        receiver.answers(500, body=b'{"why": "\\u00e9"}')
        refused = invoke("trigger", "sora", "failed", "--to", receiver.url)
    gone = invoke("trigger", "sora", "failed", "--to", receiver.url)
    assert [result.exit_code for result in (refused, gone)] == [1, 1]
    assert refused.output.splitlines()[-4].endswith(" s: answered 500")
    assert refused.output.endswith('  {\n    "why": "é"\n  }\n')
    assert gone.output.splitlines()[-1].endswith(" s: refused")


@pytest.mark.parametrize(
    ("url", "words", "said"),
    [
        ("http://93.184.215.14/hook", [], "Allow it with --webhook-allow 93.184.215.14:80"),
        ("http://127.0.0.1:9/", ["--webhooks", "allowlist"], "it is not on the list"),
        ("http://169.254.169.254/", ["--webhooks", "any"], "an address of cloud metadata. No flag allows that."),
        ("http://127.0.0.1:9/", ["--webhooks", "allowlist", "--webhook-allow", "127.0.0.1:9"], "refused"),
    ],
)
def test_nobody_is_called_whom_a_server_would_not_call(invoke: Invoke, url, words, said) -> None:
    result = invoke("trigger", "sora", "completed", "--to", url, *words)
    assert (result.exit_code, said in result.output) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sora", "done"], "sora has no event 'done'; it has completed, failed"),
        (["soar", "completed"], "there is no dialect 'soar'; did you mean sora?"),
        (["beluga", "completed"], "beluga has no webhooks; those that do are apiframe, sora"),
        (["apiframe", "completed", "--model", "klnig-3.0"], "no model 'klnig-3.0'; did you mean kling-3.0, "),
        (["apiframe", "completed", "--model", "???"], "no model '???'; mockvideo models apiframe lists them"),
        (["apiframe", "completed", "--model", "midjourney-video"], "there is no such job: midjourneyVideoParams: "),
        (["sora", "completed", "--webhook-allow", "nowhere"], "'nowhere' is no receiver"),
    ],
)
def test_what_there_is_not_cannot_be_sent(invoke: Invoke, words, said) -> None:
    result = invoke("trigger", *words, "--to", "http://127.0.0.1:9/")
    assert (result.exit_code, said in result.stderr, result.stderr.count("\n")) == (2, True, 1), result.stderr


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "127.0.0.1:9", "http://user:secret@127.0.0.1/"])
def test_what_is_no_url_cannot_be_called(invoke: Invoke, url: str) -> None:
    result = invoke("trigger", "sora", "completed", "--to", url)
    assert (result.exit_code, "is not called: " in result.stderr, "secret" in result.stderr) == (2, True, False)


def test_a_url_has_to_be_given(invoke: Invoke) -> None:
    assert invoke("trigger", "sora", "completed").exit_code == 2


def test_modes_and_forms_are_those_of_a_server() -> None:
    assert (FORMS, MODES) == (SECRETS, WEBHOOKS)
    assert sending.policy("http://h/", None, ()).mode == "local"


# Messages


def shown(body: bytes, **headers: str) -> list[str]:
    return list(message(headers.items(), body, painter(io.StringIO(), {})))


def test_headers_that_every_message_has_are_left_out() -> None:
    assert shown(b"", Host="h", Accept="*/*", Date="now\x1b") == ["  Date: now"]


def test_a_long_body_is_cut() -> None:
    lines = shown(json.dumps([0] * 500).encode())
    assert (len(lines), lines[-1]) == (MOST_LINES + 1, f"  … and {502 - MOST_LINES} lines more")
    assert max(map(len, shown(b'"' + b"x" * 10_000 + b'"'))) < 600


def test_a_body_that_is_no_text_is_shown_as_far_as_it_goes() -> None:
    assert shown(b"\xffok\ta") == ["  �ok a"]
    assert len(shown(b"[" * 100_000)) == 1

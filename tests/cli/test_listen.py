"""``mockvideo listen``: what it prints of the webhooks that arrive."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import Result
from processes import COMMAND, PATIENCE, environment

from mockvideo.dialects import load
from mockvideo.webhook import Signer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

Invoke = Callable[..., Result]
KEY = "sk-listen"
BODY = b'{"event":"completed","jobId":"b2c3","status":"COMPLETED"}'


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def listen(invoke: Invoke) -> Callable[..., Result]:
    """Runs ``listen`` in this process: calls it with this body and these headers, then ends it by a signal."""

    def listened(*words: str, body: bytes = BODY, number: int = signal.SIGINT, **headers: str) -> Result:
        port = free_port()
        calling = threading.Thread(target=call, args=(port, body, headers, number))
        calling.start()
        result = invoke("listen", "--port", str(port), *words)
        calling.join()
        return result

    return listened


def call(port: int, body: bytes, headers: dict[str, str], number: int) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    deadline = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < deadline:
            try:
                httpx.post(f"http://127.0.0.1:{port}/hook?a=b", content=body, headers=named)
            except httpx.ConnectError:
                time.sleep(0.01)
            else:
                break
    finally:
        os.kill(os.getpid(), number)


def signature(form: str = "raw", key: str = KEY) -> dict[str, str]:
    webhooks = load()["apiframe"].webhooks
    assert webhooks is not None
    return {"X-Webhook-Event": "completed", **dict(webhooks.sign(BODY, Signer(key, form)))}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_arrives_is_a_block_and_a_signal_ends_it(listen, number: int) -> None:
    before = signal.getsignal(number)
    result = listen(number=number, **signature())
    first, *lines = result.stdout.splitlines()
    assert (result.exit_code, signal.getsignal(number)) == (0, before)
    assert first[8:] == "  apiframe  completed  b2c3  signed; --key KEY verifies it"
    assert lines[0] == "  POST /hook?a=b"
    assert lines[-5:] == ['    "event": "completed",', '    "jobId": "b2c3",', '    "status": "COMPLETED"', "  }", ""]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (signature(), "the signature fits (raw)"),
        (signature("hex"), "the signature fits (hex)"),
        (signature(key="another"), "the signature does not fit"),
        ({"X-Webhook-Event": "completed"}, "not signed"),
    ],
)
def test_signatures_are_verified_where_a_key_is_given(listen, made: dict[str, str], said: str) -> None:
    assert listen("--key", KEY, **made).stdout.splitlines()[0].endswith(f"  b2c3  {said}")


def test_a_line_of_json_has_everything_byte_for_byte(listen) -> None:
    told = json.loads(listen("--json", "--key", KEY, **signature()).stdout)
    assert (told["dialect"], told["event"], told["job"]) == ("apiframe", "completed", "b2c3")
    assert (told["signed"], told["verified"], told["method"], told["path"]) == (True, "raw", "POST", "/hook?a=b")
    assert (b64decode(told["body"]), told["document"]) == (BODY, json.loads(BODY))
    assert told["headers"]["x-webhook-event"] == "completed"


@pytest.mark.parametrize(("words", "verified"), [((), None), (("--key", "another"), False)])
def test_json_tells_what_was_not_verified_from_what_does_not_fit(listen, words, verified) -> None:
    assert json.loads(listen("--json", *words, **signature()).stdout)["verified"] is verified


def test_what_nobody_knows_is_shown_without_what_steers_a_terminal(listen) -> None:
    output = listen(body="\x1b[31mred\x07\x9b".encode()).stdout
    assert "  of no event that is known  not signed\n" in output
    assert ("\x1b" in output, "\x9b" in output, "  [31mred\n" in output) == (False, False, True)


def test_other_dialects_are_nothing_to_it_where_one_is_named(listen) -> None:
    assert "of no event that is known" in listen("--dialect", "sora", body=b'{"status": "COMPLETED"}').stdout


def test_an_unknown_dialect_is_one_line(invoke: Invoke) -> None:
    result = invoke("listen", "--dialect", "soar")
    assert (result.exit_code, result.stderr) == (2, "Error: there is no dialect 'soar'; did you mean sora?\n")


def test_a_port_that_is_taken_is_one_line(invoke: Invoke) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = invoke("listen", "--port", str(port))
    assert (result.exit_code, result.stderr.startswith(f"Error: port {port} cannot be listened on (")) == (2, True)


@contextmanager
def listening(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that listens on a free port, and its URL."""
    command = (*COMMAND, "listen", "--port", "0", *words)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(command, cwd=folder, env=environment(), **pipes) as process:  # type: ignore[call-overload]
        try:
            assert process.stderr is not None
            yield process, process.stderr.readline().split()[2].rstrip(",")
        finally:
            process.kill()


def test_a_process_says_where_it_listens_and_answers_as_told(tmp_path: Path) -> None:
    with listening(tmp_path, "--answer", "503") as (process, url):
        assert httpx.post(url).status_code == 503
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors, output.splitlines()[1]) == (0, "", "  POST /webhooks")


def test_a_process_whose_reader_has_left_goes_on(tmp_path: Path) -> None:
    with listening(tmp_path) as (process, url):
        assert process.stdout is not None
        process.stdout.close()
        assert [httpx.post(url).status_code for _ in range(3)] == [200] * 3
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0

"""``mockvideo use`` puts scenarios in force on a running server."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import Result

from mockvideo.core.settings import Settings
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread

Invoke = Callable[..., Result]
TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture
def server() -> Iterator[ServerThread]:
    with ServerThread(create_app(Options(settings=Settings(clock="manual"), token=TOKEN))) as running:
        yield running


@pytest.fixture
def use(invoke: Invoke, server: ServerThread) -> Invoke:
    return lambda *words: invoke("use", "--url", server.url, *words)


def in_force(server: ServerThread, key: str) -> list[str]:
    return [order.name for _, order in server.accounts.get(key).direction.orders()]


def test_a_scenario_is_put_in_force_for_all_accounts(use, server) -> None:
    result = use("402", "--token", TOKEN)
    assert (result.exit_code, result.output) == (0, "in force for all accounts: 402\n")
    assert in_force(server, "any") == ["402"]


def test_a_scenario_is_put_in_force_for_one_key_which_needs_no_token(use, server) -> None:
    result = use("402", "--key", "mine", "--for", "10m")
    assert (result.exit_code, result.output) == (0, "in force for this key: 402 for 600 s\n")
    assert (in_force(server, "mine"), in_force(server, "other")) == (["402"], [])


def test_the_token_may_stand_in_the_environment(use, monkeypatch) -> None:
    monkeypatch.setenv("MOCKVIDEO_TOKEN", TOKEN)
    assert use("402").exit_code == 0


def test_a_rule_can_be_spelled_out(use, server) -> None:
    assert use("status = 503, times = 2", "--key", "mine").exit_code == 0
    assert in_force(server, "mine") == ["(account)"]


def test_a_file_is_read_here(use, server, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[account]\nplan = "basic"\n\n[[rules]]\nstatus = 503\n', "utf-8")
    assert use("own.toml", "--key", "mine").exit_code == 0
    assert server.accounts.get("mine").plan == "basic"


def test_what_is_in_force_is_ended(use, server) -> None:
    use("402", "--key", "mine")
    result = use("--end", "--key", "mine")
    assert (result.exit_code, result.output) == (0, "in force for this key: nothing\n")
    assert in_force(server, "mine") == []


@pytest.mark.parametrize("words", [[], ["402", "--end"], ["--end", "--for", "1m"]])
def test_it_must_be_clear_what_is_wanted(use, words) -> None:
    assert use(*words).exit_code == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["402"], 1, "Send the control token"),
        (["402", "--token", "another-token-altogether"], 1, "This is not the control token."),
        (["flaky-pols", "--key", "mine"], 1, "did you mean flaky-polls?"),
        (["402", "--key", "revoked"], 1, "This API key is refused"),
        (["402", "--key", "mine", "--for", "soon"], 1, "'soon' is no duration"),
        (["missing.toml", "--key", "mine"], 2, "there is no such file"),
        (["402", "--key", "mine\nx"], 1, "no mockvideo answers"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(use, words, code, said) -> None:
    result = use(*words)
    assert (result.exit_code, said in result.output, result.output.count("\n")) == (code, True, 1), result.output


def test_where_nobody_listens_it_says_so(invoke: Invoke) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    result = invoke("use", "402", "--url", f"http://127.0.0.1:{port}")
    assert (result.exit_code, f"no mockvideo answers at http://127.0.0.1:{port}" in result.output) == (1, True)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"error": "no"}'])
def test_another_server_is_found_out(invoke: Invoke, body: bytes) -> None:
    class Stranger(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.send_response(418)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        Thread(target=server.handle_request).start()
        result = invoke("use", "402", "--url", f"http://127.0.0.1:{server.server_port}")
    assert (result.exit_code, result.output) == (1, "Error: the server answered 418\n")


# Options of serve


def test_a_server_beyond_this_machine_makes_a_token_and_tells_it_once(serve: Callable[..., Result]) -> None:
    result = serve(lambda told: None, "--host", "0.0.0.0")
    lines = [line for line in result.output.splitlines() if "controlled with the token" in line]
    assert len(lines) == 1
    token = lines[0].rpartition(" ")[2]
    assert (len(token) >= 32, result.output.count(token)) == (True, 1)
    assert "all accounts are open to the token" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "all accounts are open to this machine"),
        (("--token", TOKEN), "all accounts are open to the token"),
        (("--no-control",), "control    none"),
        (("--host", "0.0.0.0", "--no-control"), "control    none"),
    ],
)
def test_the_banner_says_who_may_steer(serve: Callable[..., Result], words, said) -> None:
    output = serve(lambda told: None, *words).output
    assert said in output
    assert TOKEN not in output
    assert "controlled with" not in output


@pytest.mark.parametrize("token", ["short", "with a blank in the middle", "x" * 300])
def test_a_token_that_is_none_is_refused_and_not_repeated(invoke: Invoke, token: str) -> None:
    result = invoke("serve", "--token", token)
    assert (result.exit_code, "--token: this is no token" in result.output) == (2, True)
    assert token not in result.output

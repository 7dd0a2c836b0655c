"""Serving: what is told when it begins, what each option does, and what is refused."""

from __future__ import annotations

import gc
import io
import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from processes import visiting

from mockvideo.cli.launch import launch
from mockvideo.dialects import load
from mockvideo.server.environment import Setup

Serve = Callable[..., Result]
Invoke = Callable[..., Result]
Told = dict[str, Any]

KLING = {"model": "kling-v3", "prompt": "A kite"}


def submit(told: Told, key: str = "sk-serve-1234", **more: object) -> httpx.Response:
    url = told["dialects"]["beluga"] + "/v1/videos/generations"
    return httpx.post(url, headers={"authorization": f"Bearer {key}"}, json=KLING | more, trust_env=False)


def poll(told: Told, job: str, key: str = "sk-serve-1234") -> httpx.Response:
    url = f"{told['dialects']['beluga']}/v1/videos/tasks/{job}"
    return httpx.get(url, headers={"authorization": f"Bearer {key}"}, trust_env=False)


def test_the_base_url_of_every_dialect_is_told(serve: Serve) -> None:
    told: Told = {}

    result = serve(told.update)

    assert result.exit_code == 0
    for name in load():
        assert re.search(rf"^  {name} +{re.escape(told['url'])}/{name}$", result.stdout, re.MULTILINE)


def test_caps_keys_and_time_are_told(serve: Serve) -> None:
    result = serve(lambda _: None, "--speed", "60", "--seed", "7")

    assert "10,000 accounts, 4,096 connections" in result.stdout
    assert "any; each is an account of its own" in result.stdout
    assert "60 times as fast, seed 7" in result.stdout


def test_the_line_for_clients_names_a_port_that_is_not_the_usual_one(serve: Serve) -> None:
    told: Told = {}

    shown = serve(told.update).stdout

    assert f'eval "$(mockvideo env --url {told["url"]})"' in shown


def test_a_served_dialect_answers(serve: Serve) -> None:
    answers: list[httpx.Response] = []

    serve(lambda told: answers.append(submit(told)))

    assert answers[0].json()["status"] == "pending"


def test_a_pipe_gets_no_lines_unless_it_asks(serve: Serve) -> None:
    assert "submit" not in serve(submit).stdout


def test_a_pipe_that_asks_gets_lines_without_colours(serve: Serve) -> None:
    shown = serve(submit, "--log", "text").stdout

    assert re.search(r"^\d\d:\d\d:\d\d  1234  beluga     submit    200  queued     kling-v3$", shown, re.MULTILINE)


def test_programs_get_a_line_of_json_for_each_exchange(serve: Serve) -> None:
    line = json.loads(serve(submit, "--log", "json").stdout.splitlines()[-2])

    assert (line["key"], line["dialect"], line["operation"], line["status"]) == ("1234", "beluga", "submit", 200)
    assert line["state"] == "queued"


def hook(told: Told, url: str) -> None:
    """Submit a job whose end is told to a URL, and wait until that was tried."""
    headers = {"authorization": "Bearer sk-serve-1234"}
    film = {"model": "sora-2", "prompt": "A kite", "callback_url": url}
    with httpx.Client(base_url=told["url"], headers=headers, trust_env=False, timeout=20) as client:
        assert client.post("/sora/v1/videos", json=film).status_code == 200
        assert client.post("/_mockvideo/me/webhooks/wait", json={}).status_code == 200


@pytest.mark.parametrize("log", ["text", "json"])
def test_a_webhook_that_is_refused_is_told_with_the_flag_that_allows_it(serve: Serve, log: str) -> None:
    arguments = ("--log", log, "--speed", "100", "--webhook-secret", "hex", "--webhook-allow", "a.test:1")
    shown = serve(lambda told: hook(told, "http://203.0.113.7/hook"), *arguments).stdout

    (line,) = [line for line in shown.splitlines() if "203.0.113.7" in line]
    assert "refused" in line
    assert "Allow it with --webhook-allow 203.0.113.7:80, or everything with --webhooks any." in line
    assert (
        "  webhooks   to this machine and private networks, and to a.test:1; signed with the text of digests" in shown
    )


def test_every_attempt_gets_a_line(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    shown = serve(lambda told: hook(told, f"http://127.0.0.1:{port}/"), "--log", "text", "--speed", "1000").stdout

    lines = [line for line in shown.splitlines() if "  webhook   " in line]
    assert [line.split()[5] for line in lines] == ["pending", "pending", "failed"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "to this machine and private networks\n"),
        (("--webhooks", "any"), "to anybody\n"),
        (("--webhooks", "allowlist"), "only to nobody; add receivers with --webhook-allow\n"),
        (
            ("--webhooks", "allowlist", "--webhook-allow", "a.test:1", "--webhook-allow", "[::1]:2"),
            "a.test:1, [::1]:2\n",
        ),
    ],
)
def test_the_banner_says_whom_webhooks_may_go_to(serve: Serve, arguments, said) -> None:
    shown = serve(lambda told: None, *arguments).stdout

    assert said in shown
    assert "100,000 webhooks that wait and 10,000 others an account" in shown


def test_an_instant_job_is_done_at_its_first_poll(serve: Serve) -> None:
    states: list[str] = []

    def visit(told: Told) -> None:
        states.append(poll(told, submit(told).json()["task_id"]).json()["status"])

    result = serve(visit, "--speed", "instant")

    assert states == ["completed"]
    assert "jobs end at once" in result.stdout


def test_a_closed_list_admits_its_keys_only(serve: Serve, tmp_path: Path) -> None:
    statuses: list[int] = []
    Path("keys.txt").write_text("# ours\nfirst\n\n second \n", "utf-8")

    def visit(told: Told) -> None:
        statuses.extend(submit(told, key).status_code for key in ("first", "second", "third", "fourth"))

    result = serve(visit, "--keys", "keys.txt", "--key", "third")

    assert statuses == [200, 200, 200, 401]
    assert "3 in a closed list" in result.stdout


def test_a_dialect_is_served_at_the_root_of_its_own_port(serve: Serve) -> None:
    answers: list[httpx.Response] = []

    def visit(told: Told) -> None:
        answers.append(httpx.get(told["roots"]["beluga"] + "/v1/models", trust_env=False))

    result = serve(visit, "--listen", "beluga=0")

    assert answers[0].json()["object"] == "list"
    assert re.search(r"/beluga  and http://127.0.0.1:\d+$", result.stdout, re.MULTILINE)


def test_two_ports_may_serve_one_dialect(serve: Serve) -> None:
    assert serve(lambda _: None, "--listen", "sora=0", "--listen", "sora=0").exit_code == 0


def test_results_can_be_data_urls(serve: Serve) -> None:
    urls: list[str] = []

    def visit(told: Told) -> None:
        urls.append(poll(told, submit(told).json()["task_id"]).json()["result"]["video_url"])

    serve(visit, "--media", "data", "--speed", "instant")

    assert urls[0].startswith("data:video/mp4;base64,")


def test_a_warning_says_who_can_reach_a_server_beyond_this_machine(serve: Serve) -> None:
    result = serve(lambda _: None, "--host", "0.0.0.0")

    assert "0.0.0.0 lets other machines in, with any key" in result.stderr
    assert "--allowed-host" in result.stderr


def test_the_warning_knows_of_a_closed_list(serve: Serve) -> None:
    assert "with any key" not in serve(lambda _: None, "--host", "0.0.0.0", "--key", "k").stderr


def test_garbage_is_collected_as_before_when_the_server_has_ended(serve: Serve) -> None:
    before = gc.get_threshold()
    meanwhile: list[tuple[int, int, int]] = []

    serve(lambda _: meanwhile.append(gc.get_threshold()))

    assert (meanwhile[0] > before, gc.get_threshold(), gc.get_freeze_count()) == (True, before, 0)


def test_a_port_in_use_is_one_line(invoke: Invoke) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = invoke("serve", "--port", str(port))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: port {port} of 127.0.0.1 is in use; choose another one, or 0 for any free one\n"


def test_a_second_port_in_use_frees_the_first(invoke: Invoke) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = invoke("serve", "--port", "0", "--listen", f"sora={taken.getsockname()[1]}")

    assert (result.exit_code, "is in use" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--listen", "sroa=1"], "there is no dialect 'sroa'; did you mean sora?"),
        (["--listen", "zzz=1"], "there is no dialect 'zzz'; did you mean a4f, apiframe, beluga, lemondata, sora?"),
        (["--keys", "none.txt"], "--keys: cannot read none.txt: "),
        (["--speed", "fast"], "--speed: 'fast' is no speed; give a number above 0, or instant"),
        (["--host", "192.0.2.1"], "cannot listen on port 0 of 192.0.2.1: "),
        (["--ready-file", "no/folder.json"], "cannot write no"),
    ],
)
def test_what_cannot_be_done_is_one_line(invoke: Invoke, arguments: list[str], message: str) -> None:
    result = invoke("serve", "--port", "0", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith(f"Error: {message}")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours_lines_and_a_line_of_its_own_for_what_is_next(tmp_path: Path) -> None:
    terminal, ready = Terminal(), tmp_path / "ready.json"
    with visiting(ready, submit):
        launch(Setup(port=0, ready_file=ready), terminal)

    assert "\x1b[36mbeluga   \x1b[0m  http://127.0.0.1:" in terminal.getvalue()
    assert "kling-v3\n\n" in terminal.getvalue()


def test_a_project_file_has_settings_for_its_folder(serve: Serve) -> None:
    Path("pyproject.toml").write_text('[tool.mockvideo]\nspeed = "instant"\nseed = 5\n', "utf-8")

    assert "jobs end at once, seed 6" in serve(lambda _: None, "--seed", "6").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scenario", "503"), "scenario   503\n"),
        (("--scenario", "503", "--strict"), "scenario   503, strict\n"),
        (("--credits", "2.50", "--slots", "2"), "limits     2.50 credits, 2 render slots\n"),
        (("--plan", "free", "--requests-per-day", "5"), "limits     plan free, 5 requests a day\n"),
    ],
)
def test_the_banner_says_what_is_scripted_and_limited(serve: Callable[..., Result], words, said) -> None:
    assert said in serve(lambda told: None, *words).output

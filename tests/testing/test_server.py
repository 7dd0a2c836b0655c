"""Servers on which tests make accounts."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import httpx
import pytest

from mockvideo.core.settings import Settings
from mockvideo.server.options import Options
from mockvideo.testing.control import ControlError
from mockvideo.testing.server import External, Own, Server
from tests.cli.processes import Serving
from tests.testing.holding import VIDEO, send, submit

TOKEN = "a-token-that-nobody-guesses"


def test_keys_that_nobody_made_are_accounts_too(server: Server) -> None:
    with httpx.Client(transport=server.transport(), base_url=server.url) as client:
        answer = client.post("/sora/v1/videos", json=VIDEO, headers={"Authorization": "Bearer sk-stray"})
    assert answer.is_success


def test_our_own_server_is_as_it_was_asked_for() -> None:
    with Own(Options(settings=Settings(seed=7), token=TOKEN)) as own, own.account() as held:
        assert held.control.get("")["seed"] == 7


def test_on_our_own_server_a_stray_key_has_a_clock_that_moves_by_itself() -> None:
    with Own() as own:
        headers = {"Authorization": "Bearer sk-stray"}
        told = httpx.Client(transport=own.transport(), base_url=own.url).get("/_mockvideo/me/clock", headers=headers)
    assert told.json()["mode"] == "auto"


def test_servers_leave_no_thread_behind() -> None:
    threads = threading.active_count()
    for _ in range(10):
        with Own() as own, own.account() as held:
            submit(held)
    assert threading.active_count() == threads


def test_a_server_of_ours_answers_in_process_after_its_socket_is_closed() -> None:
    with Own() as own:
        transport = own.transport()
    with httpx.Client(transport=transport, base_url=own.url) as client:
        assert client.get("/_mockvideo/health").is_success


def test_a_token_makes_accounts(tmp_path: Path) -> None:
    with Serving(tmp_path, MOCKVIDEO_TOKEN=TOKEN) as process:
        with External(f"{process.url}/", TOKEN) as server, server.account() as held:
            assert (server.url, send(held).status_code) == (process.url, 200)
        with External(process.url) as server, pytest.raises(ControlError, match="Send the control token") as caught:
            server.account()
    assert caught.value.status == 401


def test_the_token_is_the_one_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKVIDEO_TOKEN", TOKEN)
    with External("http://127.0.0.1:1") as server:
        assert server.token == TOKEN


def test_a_token_of_the_environment_opens_our_own_server_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKVIDEO_TOKEN", TOKEN)
    with Own() as own, own.account() as held:
        assert send(held).is_success


def test_a_server_that_is_not_there_is_told(server: Server) -> None:
    with External("http://127.0.0.1:1") as gone, pytest.raises(ControlError, match="No server answers at http"):
        gone.account()


def test_the_proxies_of_the_surroundings_are_passed_by(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def use() -> bool:
        return (await held.async_client("sora").post("/v1/videos", json=VIDEO)).is_success

    with type(server)() if isinstance(server, Own) else External(server.url) as fresh, fresh.account() as held:
        assert (send(held).is_success, asyncio.run(use())) == (True, True)


def test_accounts_of_many_threads_are_apart(server: Server) -> None:
    found: dict[int, list[str]] = {}

    def use(number: int) -> None:
        with server.account(f"sk-thread-{number}") as held:
            for _ in range(3):
                submit(held, prompt=str(number))
            found[number] = [job.prompt for job in held.jobs]

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [str(number)] * 3 for number in range(8)}

"""Whoever delivers webhooks is there when the first one is, and no longer than a server."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mockvideo.core import control
from mockvideo.server.app import App
from tests.server.calling_back import ELEVEN
from tests.server.driving import PATIENCE, app_of, submit, until
from tests.server.webhooks.receivers import receiving, silent

LOADED = """
import sys
from mockvideo.server.app import create_app
create_app()
print("httpx" in sys.modules)
"""
UNSERVED = """
from tests.server.test_deliverer import app_of, postmen, submit
app = app_of()
submit(app, callback_url="http://127.0.0.1:9/")
print(postmen())
"""
ROOT = Path(__file__).parents[2]
KEY = "sk-test"


OTHERS: set[threading.Thread] = set()


def postmen() -> int:
    """How many there are beside those of servers that other tests share."""
    return sum(thread.name == "mockvideo-webhooks" for thread in set(threading.enumerate()) - OTHERS)


@pytest.fixture(autouse=True)
def others() -> None:
    gc.collect()
    OTHERS.clear()
    OTHERS.update(threading.enumerate())


def move_on(app: App, seconds: float = 60) -> Any:
    """Let time pass in the account, and return what is done when its webhooks were tried."""
    account = app.service.accounts.get(KEY)
    control.advance(account, seconds)
    return app.service.deliverer.deliver_due(account)


def test_a_server_without_webhooks_loads_no_client() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_nobody_is_hired_without_a_webhook() -> None:
    app = app_of(timing=ELEVEN)
    submit(app)
    assert (move_on(app), postmen()) == (None, 0)


def test_one_is_hired_for_all_accounts() -> None:
    app = app_of(timing=ELEVEN)
    with app.service.deliverer.listening(()):
        for number in range(3):
            submit(app, key=f"sk-{number}", callback_url="http://127.0.0.1:9/")
        assert postmen() == 1
    assert postmen() == 0


def test_nothing_is_waited_for_when_nothing_is_due() -> None:
    app = app_of(timing=ELEVEN)
    with app.service.deliverer.listening(()):
        submit(app, callback_url="http://127.0.0.1:9/")
        assert move_on(app, 11) is None
        assert move_on(app, 1) is not None


def test_the_last_server_to_end_lets_it_go() -> None:
    app = app_of()
    deliverer = app.service.deliverer
    with deliverer.listening([1]):
        with deliverer.listening([2]):
            submit(app, callback_url="http://127.0.0.1:9/")
        assert postmen() == 1
    assert postmen() == 0


def test_what_was_left_when_a_server_ended_is_delivered_by_the_next() -> None:
    app = app_of(timing=ELEVEN)
    with receiving() as found:
        with app.service.deliverer.listening(()):
            submit(app, callback_url=found.url)
        with app.service.deliverer.listening(()):
            move_on(app).result(PATIENCE)
        assert len(found.requests) == 1


def test_an_application_that_nobody_serves_ends_it_when_it_is_gone() -> None:
    app = app_of()
    submit(app, callback_url="http://127.0.0.1:9/")
    assert postmen() == 1
    del app
    gc.collect()
    until(lambda: postmen() == 0)


def test_a_program_ends_without_a_word_though_it_served_nobody() -> None:
    done = subprocess.run([sys.executable, "-c", UNSERVED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_the_port_that_a_client_came_to_is_the_servers_own_whoever_serves() -> None:
    app = app_of(timing=ELEVEN)
    with receiving() as found, app.service.deliverer.listening(()):
        submit(app, callback_url=f"http://localhost:8420/sora?not={found.port}")
        move_on(app).result(PATIENCE)
        (delivery,) = app.service.accounts.get(KEY).outbox
        assert "that is this server itself" in delivery.reason


def test_a_server_on_a_socket_without_a_port_delivers_too() -> None:
    app = app_of(timing=ELEVEN)
    account = app.service.accounts.get(KEY)
    with app.service.deliverer.listening(()), receiving() as found:
        app.service.deliverer.follow(account, None)
        submit(app, callback_url=found.url)
        move_on(app).result(PATIENCE)
        assert len(found.requests) == 1


def test_the_end_of_an_applications_life_ends_what_is_under_way() -> None:
    app = app_of(timing=ELEVEN)

    async def live(url: str) -> list[str]:
        messages, said = asyncio.Queue[str](), asyncio.Queue[str]()

        async def send(message: Any) -> None:
            await said.put(message["type"])

        async def receive() -> dict[str, Any]:
            return {"type": await messages.get()}

        life = asyncio.ensure_future(app({"type": "lifespan"}, receive, send))
        await messages.put("lifespan.startup")
        heard = [await said.get()]
        submit(app, callback_url=url)
        move_on(app)
        await asyncio.to_thread(found.asked.wait, PATIENCE)
        await messages.put("lifespan.shutdown")
        heard.append(await said.get())
        await life
        return heard

    with receiving(silent) as found:
        assert asyncio.run(live(found.url)) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
        assert postmen() == 0


def test_an_observer_hears_of_every_attempt() -> None:
    app, heard = app_of(timing=ELEVEN), []
    app.service.deliverer.observer = lambda account, delivery: heard.append((account.key, delivery.state))
    with app.service.deliverer.listening(()):
        submit(app, callback_url="http://127.0.0.1:9/")
        move_on(app).result(PATIENCE)
    assert heard == [(KEY, "pending"), (KEY, "pending"), (KEY, "failed")]

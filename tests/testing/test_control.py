"""The control API as a test asks it, and what it says when nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mockvideo.testing.control import Control, ControlError, ask
from mockvideo.testing.handle import MockVideo
from tests.testing.holding import send, submit


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> Control:
    http = httpx.Client(base_url="http://there:1", transport=httpx.MockTransport(answer))
    return Control(http, "sk-test")


def refusal(act: Callable[[], Any]) -> ControlError:
    with pytest.raises(ControlError) as caught:
        act()
    return caught.value


def test_an_account_is_asked_by_its_key(held: MockVideo) -> None:
    assert held.control.get("")["tag"] == held.tag


def test_a_query_says_what_is_not_none(held: MockVideo) -> None:
    held.on("submit").times(2).status(418)
    for prompt in ("a", "b", "c"):
        send(held, prompt=prompt)
    told = held.control.get("/journal", status="4xx", limit=1, bodies=1, job=None, planned=True)
    assert [(each["status"], '"b"' in each["body"]["text"]) for each in told["entries"]] == [(418, True)]


def test_documents_are_posted_put_and_deleted(held: MockVideo) -> None:
    held.control.put("/scenario", {"scenario": "flaky-polls"})
    held.control.post("/scenario/rules", {"rule": {"on": "submit", "status": 503}})
    assert [each["source"] for each in held.control.get("/scenario")["in_force"]] == ["rules", "account"]
    assert held.control.delete("/scenario")["in_force"] == []


def test_a_refusal_says_what_is_wrong_and_what_to_do(held: MockVideo) -> None:
    error = refusal(lambda: held.control.put("/clock", {"mode": "sundial"}))
    said = "mode: Input should be 'wall', 'manual' or 'auto'. wall (real time), manual (stands still), or auto."
    assert (str(error), error.status) == (said, 400)


def test_a_refusal_may_have_no_hint(held: MockVideo) -> None:
    held.finish(submit(held))
    job = held.jobs[0]
    error = refusal(lambda: held.control.post(f"/jobs/{job.dialect}/{job.id}/settle", {"state": "failed"}))
    assert (str(error).count("has ended already"), error.status) == (1, 409)


def test_where_nobody_answers_a_server_is_to_be_started() -> None:
    with httpx.Client(base_url="http://127.0.0.1:1", trust_env=False, verify=False) as http:
        error = refusal(lambda: ask(http, "POST", "/accounts", None, json={}))
    assert str(error).startswith("No server answers at http://127.0.0.1:1: ")
    assert str(error).endswith("Start one with mockvideo serve, or give the URL of one that runs.")
    assert error.status == 0


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(200, text="<html>"), httpx.Response(404, json=[]), httpx.Response(502, json={"detail": "gone"})],
    ids=["page", "list", "other errors"],
)
def test_what_answers_otherwise_is_no_mockvideo(answer: httpx.Response) -> None:
    error = refusal(lambda: answering(lambda _: answer).get("/clock"))
    assert str(error).startswith("What answers at http://there:1 is no mockvideo. Start one with mockvideo serve")
    assert error.status == answer.status_code


def test_a_path_before_the_server_stays() -> None:
    asked: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={})

    with httpx.Client(base_url="https://there/mock/", transport=httpx.MockTransport(note)) as http:
        Control(http, "sk-test").get("/clock")
    assert asked == ["https://there/mock/_mockvideo/me/clock"]

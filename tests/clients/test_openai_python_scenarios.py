"""What a plain program gets of the current OpenAI SDK for Python on bad days: the table in the guide."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import openai
import pytest
from openai import OpenAI
from sora_sdk import PROMPT, deprecated

import mockvideo
from mockvideo.core.account import Account
from mockvideo.core.settings import Settings
from mockvideo.core.timing import AT_ONCE
from mockvideo.dialects import load
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread

PAGE = Path(mockvideo.__file__).parent / "guide" / "sdk.md"
HEAD = ("| scenario | the program got | requests | jobs | wasted |", "|---|---|---|---|---|")
# These tell how long to wait, and only a clock that goes on by itself sees whether somebody does.
TIMED = ("429", "503", "rate-limit-day", "busy-then-fine")
SCENARIOS = (
    *("402", *TIMED, "error-in-200", "accepted-reply-lost", "accepted-then-504-page"),
    *("fresh-id-404", "flaky-polls", "key-revoked-midway", "forgotten", "captive-portal"),
    *("unknown-status-transitional", "status-in-capitals", "status-backwards", "stuck-at-99", "fails-at-89-percent"),
    *("completed-without-url", "content-404-after-completed", "content-503-for-a-while"),
    *("download-cut", "download-ends-early", "redirects-in-circles", "clip-url-refuses-the-key"),
)
# The SDK polls without a deadline, so that this has to be one.
GIVEN_UP = 418
HALF_AN_HOUR = {"X-Mockvideo-Scenario": f'on = "poll", age = ["30m", "366d"], status = {GIVEN_UP}'}
LONG_AFTER = 3_600.0
CLIP = "the clip"


class Life(NamedTuple):
    """What the program got, when it sent its requests (account seconds), and what its jobs cost and wasted."""

    got: str
    sent: list[float]
    jobs: int
    wasted: Decimal


def program(client: OpenAI) -> str:
    """Ask for a film as every program would, and say what came of it."""
    try:
        video = client.videos.create_and_poll(
            model="sora-2", prompt=PROMPT, seconds="4", size="1280x720", extra_headers=HALF_AN_HOUR
        )
        if video.status != "completed":
            return f"a video that is `{video.status}`"
        film = client.videos.download_content(video.id).read()
    except (openai.APIStatusError, openai.APIConnectionError) as error:
        return said(error)
    except (ValueError, AttributeError) as error:
        return f"`{type(error).__name__}`: {error}"
    assert film[4:8] == b"ftyp"
    return CLIP


def said(error: openai.APIStatusError | openai.APIConnectionError) -> str:
    status = f" ({error.status_code})" if isinstance(error, openai.APIStatusError) else ""
    if status == f" ({GIVEN_UP})":
        return "nothing, half an hour later"
    download = error.request.url.path.endswith(("/content", ".mp4"))
    method = "create" if error.request.method == "POST" else "download_content" if download else "poll"
    return f"`{type(error).__name__}`{status} from `{method}`"


def live(server: ServerThread, name: str) -> Life:
    """Run the program with a key that names the scenario, and look into its account long after."""
    key = f"sk-plain-program--{name}"
    with OpenAI(api_key=key, base_url=f"{server.url}/sora/v1") as client:
        got = program(client)
    account = server.accounts.get(key)
    prices = [entry.price for entry in account.journal if entry.price is not None]
    wasted = paid(account) - prices[0] if got == CLIP else paid(account)
    return Life(got, [entry.at for entry in account.journal], len(prices), wasted)


def paid(account: Account) -> Decimal:
    """What the account has paid for jobs that are over by now, or is held for those that never will be."""
    account.clock.reach(account.clock.now() + LONG_AFTER)
    account.arrive()
    ledger = account.ledger(load()["sora"].terms)
    return ledger.held + ledger.spent


@pytest.fixture(scope="module")
def lives(server: ServerThread) -> dict[str, Life]:
    """The program's life in each scenario; all at once, as the SDK's pauses are real."""
    app = create_app(Options(settings=Settings(speed=2, timing=AT_ONCE)))
    with ServerThread(app) as timed, ThreadPoolExecutor(len(SCENARIOS)) as pool, deprecated():
        servers = [timed if name in TIMED else server for name in SCENARIOS]
        return dict(zip(SCENARIOS, pool.map(live, servers, SCENARIOS), strict=True))


def row(name: str, life: Life) -> str:
    wasted = f"{life.wasted:.2f} USD" if life.wasted else "nothing"
    return f"| `{name}` | {life.got} | {len(life.sent)} | {life.jobs} | {wasted} |"


def test_the_guide_has_the_table_as_it_was_seen(lives: dict[str, Life]) -> None:
    told = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    seen = [*HEAD, *(row(name, life) for name, life in lives.items())]

    assert told == seen, "\n".join(["the page should have:", *seen])


def test_it_waits_as_long_as_a_refusal_says(lives: dict[str, Life]) -> None:
    pauses = [after - before for name in ("429", "503") for before, after in pairwise(lives[name].sent)]

    assert min(pauses) >= 2


def test_a_submission_that_was_refused_twice_makes_one_job(lives: dict[str, Life]) -> None:
    assert lives["busy-then-fine"].jobs == 1

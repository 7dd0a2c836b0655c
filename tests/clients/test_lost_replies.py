"""Submissions that were accepted, and whose reply is lost: what the OpenAI SDKs make of them, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import openai
import pytest
from launching import PROGRAMS, run, tool
from openai import OpenAI
from sora_sdk import PROMPT, deprecated

from mockvideo.core.account import Account
from mockvideo.core.audit import Audit, Usage
from mockvideo.core.journal import Entry
from mockvideo.core.spending import Bill
from mockvideo.server.thread import ServerThread

PRICE = Decimal("0.40")
LOST_ONCE = ("accepted-reply-lost", "accepted-then-504-page", "accepted-then-silence")
FIRST, *OTHERS = LOST_ONCE
# Each takes a second or two of real time, as SDKs wait before they try again.
FIRST_OR_FULL = (FIRST, *(pytest.param(name, marks=pytest.mark.full) for name in OTHERS))
LOST = ("reset", pytest.param("close", marks=pytest.mark.full))


def submissions(account: Account) -> list[Entry]:
    return [entry for entry in account.journal if entry.operation == "submit"]


def audited(account: Account) -> Usage:
    audit = Audit({"sora": "USD"})
    for entry in account.journal:
        audit.note(entry, account.tag)
    (usage,) = audit.report().dialects
    return usage


@pytest.fixture
def scenario_key(key: str, name: str) -> str:
    return f"{key}--{name}"


@pytest.fixture
def client(server: ServerThread, scenario_key: str) -> Iterator[OpenAI]:
    """A client as everybody has it, but for its time-out."""
    with OpenAI(api_key=scenario_key, base_url=f"{server.url}/sora/v1", timeout=0.5) as client:
        yield client


def ask(client: OpenAI, **headers: str) -> str:
    with deprecated():
        return client.videos.create(
            model="sora-2", prompt=PROMPT, seconds="4", size="1280x720", extra_headers=headers
        ).id


@pytest.mark.parametrize("name", LOST_ONCE)
def test_one_call_makes_two_jobs_and_the_journal_shows_both(client, server, scenario_key) -> None:
    told = ask(client)
    lost, heard = submissions(server.accounts.get(scenario_key))

    assert (lost.lost, heard.lost) == (True, False)
    assert lost.digest == heard.digest
    assert lost.job != heard.job == told


@pytest.mark.parametrize("name", FIRST_OR_FULL)
def test_the_audit_says_what_the_second_one_cost(client, server, scenario_key) -> None:
    ask(client)
    usage = audited(server.accounts.get(scenario_key))

    assert (usage.bills.submitted, usage.bills.duplicates) == (Bill(2, 2 * PRICE), Bill(1, PRICE))
    assert (usage.bills.wasted, usage.traffic.retries) == (Bill(1, PRICE), 1)


@pytest.mark.parametrize("name", ["accepted-reply-lost"])
def test_who_tries_nothing_twice_has_a_job_that_nobody_knows_of(client, server, scenario_key) -> None:
    with pytest.raises(openai.APIConnectionError):
        ask(client.with_options(max_retries=0))

    (lost,) = submissions(server.accounts.get(scenario_key))
    assert (lost.job is not None, lost.price) == (True, PRICE)


@pytest.mark.parametrize("name", ["instant"])
@pytest.mark.parametrize("word", LOST)
def test_whose_every_reply_is_lost_pays_for_three_jobs_and_has_none(client, server, scenario_key, word) -> None:
    with pytest.raises(openai.APIConnectionError):
        ask(client, **{"X-Mockvideo-Scenario": f'on = "submit", connection = {{{word} = "before"}}'})

    usage = audited(server.accounts.get(scenario_key))
    assert (usage.bills.submitted, usage.bills.wasted) == (Bill(3, 3 * PRICE), Bill(2, 2 * PRICE))


@pytest.mark.parametrize("name", FIRST_OR_FULL)
def test_the_sdk_for_node_makes_two_jobs_too(packages, server, scenario_key) -> None:
    environment = {"OPENAI_BASE_URL": f"{server.url}/sora/v1", "OPENAI_API_KEY": scenario_key}
    command = (tool("node"), "--input-type=module", "-")
    told = run(command, source=PROGRAMS / "openai_node_lost.mjs", folder=packages, **environment).strip()
    account = server.accounts.get(scenario_key)

    assert [(entry.lost, entry.job == told) for entry in submissions(account)] == [(True, False), (False, True)]
    assert audited(account).bills.duplicates == Bill(1, PRICE)

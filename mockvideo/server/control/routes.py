"""Every route of the control API, in one table."""

from __future__ import annotations

from pydantic_core import to_json

from mockvideo.server.control import accounts, clocks, events, evidence, jobs, openapi, scenarios, webhooks
from mockvideo.server.control.asked import (
    AccountOrder,
    Advance,
    Awaited,
    AwaitedWebhooks,
    ClockOrder,
    Filters,
    JobPage,
    JournalPage,
    Nothing,
    Page,
    Redelivery,
    ResetOrder,
    RuleOrder,
    ScenarioOrder,
    Settlement,
    WebhookPage,
)
from mockvideo.server.control.deliveries import WebhooksTold, WebhookTold
from mockvideo.server.control.table import Route, Table, both
from mockvideo.server.control.told import (
    AccountMade,
    AccountsTold,
    AccountTold,
    AuditTold,
    ClockTold,
    Deleted,
    JobsTold,
    JobTold,
    JournalTold,
    LedgersTold,
    LibraryTold,
    ResetTold,
    ScenariosTold,
)
from mockvideo.server.control.visit import Visit
from mockvideo.server.files import Answer
from mockvideo.server.service import JSON

JOB = "/jobs/{dialect}/{id}"
WEBHOOK = "/webhooks/{id}"


async def _describe(visit: Visit, _: Nothing) -> Answer:
    body = to_json(openapi.document(ROUTES, visit.url("")))
    return Answer(200, [JSON, (b"content-length", b"%d" % len(body))], body)


ROUTES = (
    Route(
        method="POST",
        path="/accounts",
        access="token",
        act=accounts.create,
        about="Make an account with settings of its own and a fresh key.",
        asks=AccountOrder,
        tells=AccountMade,
        status=201,
    ),
    Route(
        method="GET",
        path="/accounts",
        access="token",
        act=accounts.listing,
        about="List accounts, in the order of their tags.",
        asks=Page,
        tells=AccountsTold,
    ),
    *both(method="GET", path="", act=accounts.show, about="Tell an account.", tells=AccountTold),
    *both(method="DELETE", path="", act=accounts.delete, about="Delete an account and its jobs.", tells=Deleted),
    *both(
        method="GET",
        path="/scenario",
        act=scenarios.show,
        about="Tell what is in force for the account, the most specific first.",
        tells=ScenariosTold,
    ),
    *both(
        method="PUT",
        path="/scenario",
        act=scenarios.put,
        about="Put a scenario in force, in the place of the last one and of added rules.",
        asks=ScenarioOrder,
        tells=ScenariosTold,
    ),
    *both(
        method="DELETE",
        path="/scenario",
        act=scenarios.end,
        about="End the scenario and the added rules.",
        tells=ScenariosTold,
    ),
    *both(
        method="POST",
        path="/scenario/rules",
        act=scenarios.add_rule,
        about="Put one rule in force before the others.",
        asks=RuleOrder,
        tells=ScenariosTold,
    ),
    *both(method="GET", path="/clock", act=clocks.show, about="Tell the account's time.", tells=ClockTold),
    *both(
        method="PUT",
        path="/clock",
        act=clocks.put,
        about="Switch the account's clock, which goes on from where it is.",
        asks=ClockOrder,
        tells=ClockTold,
    ),
    *both(
        method="POST",
        path="/clock/advance",
        act=clocks.advance,
        about="Let time pass at once, and try every webhook that is due then.",
        asks=Advance,
        tells=ClockTold,
    ),
    *both(
        method="GET",
        path="/jobs",
        act=jobs.listing,
        about="List jobs, the last submitted first.",
        asks=JobPage,
        tells=JobsTold,
    ),
    *both(method="GET", path=JOB, act=jobs.show, about="Tell a job; this counts as no poll.", tells=JobTold),
    *both(
        method="POST",
        path=JOB + "/settle",
        act=jobs.settle,
        about="End a job now.",
        asks=Settlement,
        tells=JobTold,
    ),
    *both(
        method="GET",
        path="/journal",
        act=evidence.journal,
        about="Tell the newest exchanges that are asked for, the newest last.",
        asks=JournalPage,
        tells=JournalTold,
    ),
    *both(
        method="POST",
        path="/journal/wait",
        act=events.wait,
        about="Wait until so many exchanges match; 408 if they do not in time.",
        asks=Awaited,
        tells=JournalTold,
    ),
    *both(
        method="GET",
        path="/events",
        act=events.stream,
        about="Follow the journal as server-sent events; Last-Event-ID goes on where a reader stopped.",
        asks=Filters,
    ),
    *both(
        method="GET",
        path="/webhooks",
        act=webhooks.listing,
        about="List the webhooks that came due, the oldest first.",
        asks=WebhookPage,
        tells=WebhooksTold,
    ),
    *both(
        method="POST",
        path="/webhooks/wait",
        act=webhooks.wait,
        about="Wait until so many webhooks match, for which an auto clock moves on; 408 if they do not in time.",
        asks=AwaitedWebhooks,
        tells=WebhooksTold,
    ),
    *both(
        method="GET",
        path=WEBHOOK,
        act=webhooks.show,
        about="Tell a webhook, with what its attempts have sent and got.",
        tells=WebhookTold,
    ),
    *both(
        method="POST",
        path=WEBHOOK + "/redeliver",
        act=webhooks.redeliver,
        about="Try a webhook once more, now, whatever has become of it.",
        asks=Redelivery,
        tells=WebhookTold,
    ),
    *both(method="GET", path="/ledger", act=evidence.ledger, about="Tell the credits.", tells=LedgersTold),
    *both(
        method="GET",
        path="/audit",
        act=evidence.audit,
        about="Tell what the exchanges came to: jobs, cost, waste.",
        tells=AuditTold,
    ),
    *both(
        method="POST",
        path="/reset",
        act=evidence.reset,
        about="Forget the journal, the jobs or the rules; or all, and be as new but for clock and numbers.",
        asks=ResetOrder,
        tells=ResetTold,
    ),
    Route(
        method="GET",
        path="/scenario",
        access="token",
        act=scenarios.show_all,
        about="Tell what is in force for all accounts.",
        tells=ScenariosTold,
    ),
    Route(
        method="PUT",
        path="/scenario",
        access="token",
        act=scenarios.put_all,
        about="Put a scenario in force for all accounts and those to come.",
        asks=ScenarioOrder,
        tells=ScenariosTold,
    ),
    Route(
        method="DELETE",
        path="/scenario",
        access="token",
        act=scenarios.end_all,
        about="End the scenario of all accounts.",
        tells=ScenariosTold,
    ),
    Route(
        method="GET",
        path="/scenarios",
        access="either",
        act=scenarios.library,
        about="List the scenarios that can be named.",
        tells=LibraryTold,
    ),
    Route(
        method="GET",
        path="/openapi.json",
        access="open",
        act=_describe,
        about="This document.",
    ),
)
TABLE = Table(ROUTES)

"""What the control API reads: bodies and queries."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mockvideo.core.accounts import LONGEST_KEY
from mockvideo.core.clock import ClockMode
from mockvideo.core.deliveries import Fate
from mockvideo.core.events import Secret
from mockvideo.core.jobs import Reason, State
from mockvideo.core.scenario import Documented
from mockvideo.core.timing import Seconds

MOST_LISTED = 1_000
LONGEST_WAIT = 60.0
Speed = Annotated[float, Field(gt=0, le=100_000)]
Whole = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]
Listed = Annotated[int, Field(ge=1, le=MOST_LISTED)]
Name = Annotated[str, Field(min_length=1, max_length=512)]
# As it can stand in a header, where white space around it is lost.
Key = Annotated[str, Field(max_length=LONGEST_KEY, pattern="^[!-~]([ -~]*[!-~])?$")]
Figure = Annotated[int, Field(ge=1, le=10**9)] | Documented
Subject = Literal["journal", "jobs", "rules", "all"]

A_SCENARIO = (
    'The name of a scenario, one rule written like on = "poll", status = 503, or the tables of a scenario file as JSON.'
)
A_STATE = f"One of {', '.join(get_args(Fate))}."
A_TIME = 'Seconds of account time, or a text such as "10m"; without it there is no end.'


class Asked(BaseModel):
    """What is sent; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class Nothing(Asked):
    """Nothing to say."""


class ScenarioOrder(Asked):
    """A scenario to be in force."""

    scenario: str | dict[str, Any] = Field(description=A_SCENARIO)
    for_: Seconds | None = Field(None, alias="for", description=A_TIME)


class RuleOrder(Asked):
    """One rule to be in force before the others."""

    rule: str | dict[str, Any] = Field(
        description='A rule: a text like on = "poll", status = 503, or its table as JSON.'
    )
    for_: Seconds | None = Field(None, alias="for", description=A_TIME)


class AccountOrder(Asked):
    """How a new account is to be; what is not said is as for any new key of this server."""

    key: Key | None = Field(
        None, description="Printable ASCII, at most 512 characters; an account that has it already is deleted first."
    )
    clock: ClockMode | None = Field(None, description="wall (real time), manual (stands still), or auto.")
    speed: Speed | Literal["instant"] | None = Field(None, description="Of a wall clock; instant: jobs end at once.")
    seed: Whole | None = Field(None, description="Another seed is another story.")
    scenario: str | dict[str, Any] | None = Field(None, description=A_SCENARIO)
    for_: Seconds | None = Field(None, alias="for", description=A_TIME)
    credits: Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=12)] | None = Field(
        None, description="In the currency of each dialect."
    )
    plan: Name | None = Field(None, description="The name of a plan.")
    slots: Figure | None = Field(None, description="Renders at once: a whole number from 1 on, or documented.")
    requests_per_minute: Figure | None = Field(None, description="A whole number from 1 on, or documented.")
    requests_per_day: Figure | None = Field(None, description="A whole number from 1 on, or documented.")
    strict: bool | None = Field(None, description="Refuse to answer with statuses that a dialect does not document.")
    webhook_secret: Secret | None = Field(
        None, description="Sign webhooks with the digest of a key as it is (raw), or with its hexadecimal text (hex)."
    )


class ClockOrder(Asked):
    """Another clock, which goes on from the present moment."""

    mode: ClockMode | None = Field(None, description="wall (real time), manual (stands still), or auto.")
    speed: Speed | None = Field(None, description="How many times as fast as real time a wall clock is.")
    slept: bool = Field(
        default=False, description="Clients move a manual clock by sleeping, so what tells them to wait is told whole."
    )


class Advance(Asked):
    """How far time is to move on."""

    seconds: Seconds | None = Field(None, description='Seconds, or a text such as "5m"; at most 366 days.')
    to: Literal["next_event"] | None = Field(None, description="next_event: to when a job changes or a scenario ends.")
    wait: bool = Field(True, description="Answer when every webhook that became due has been tried.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.seconds is None) == (self.to is None):
            message = 'send either {"seconds": …} or {"to": "next_event"}'
            raise ValueError(message)
        return self


class Settlement(Asked):
    """How a job is to end now."""

    state: Literal["succeeded", "failed", "cancelled"] = Field(description="succeeded, failed or cancelled.")
    reason: Reason | None = Field(None, description=f"Why it failed: one of {', '.join(Reason)}.")


class ResetOrder(Asked):
    """What is to be forgotten."""

    what: Annotated[list[Subject], Field(min_length=1)] = Field(description="A list of journal, jobs, rules; or all.")


class Page(Asked):
    """Which part of a list; the next one begins after what ``after`` names."""

    limit: Listed = Field(100, description=f"At most so many, up to {MOST_LISTED:,}.")
    after: Name | None = Field(None, description="What the page before gave as next.")


class JobPage(Page):
    """Which jobs."""

    dialect: Name | None = Field(None, description="The name of a dialect.")
    state: State | None = Field(None, description=f"One of {', '.join(State)}.")


class Filters(Asked):
    """Which entries of the journal; what is not said matches all."""

    dialect: Name | None = Field(None, description="The name of a dialect.")
    operation: Name | None = Field(None, description="submit, generate, poll, content, list, upload or document.")
    job: Name | None = Field(None, description="The id of a job.")
    model: Name | None = Field(None, description="The name of a model.")
    status: Annotated[str, Field(pattern="^[1-5]([0-9]{2}|xx)$")] | None = Field(
        None, description="A status, such as 429 or 5xx."
    )
    planned: bool | None = Field(None, description="Whether a scenario ordered the answer.")
    since: Number | None = Field(None, description="Only entries with a greater number.")


class JournalPage(Filters):
    """Which entries, at most so many, the newest."""

    limit: Listed = Field(100, description=f"At most so many, the newest, up to {MOST_LISTED:,}.")
    bodies: bool = Field(False, description="Tell the bodies of requests, as far as they are kept.")


class Awaited(Filters):
    """Until how many entries there are."""

    count: Listed = Field(1, description="How many entries must match.")
    timeout: Annotated[Seconds, Field(le=LONGEST_WAIT)] = Field(10.0, description="Real seconds, at most 60.")


class WebhookFilters(Asked):
    """Which webhooks; what is not said matches all."""

    dialect: Name | None = Field(None, description="The name of a dialect.")
    job: Name | None = Field(None, description="The id of a job.")
    event: Name | None = Field(None, description="The name of an event, as completed.")


class WebhookPage(WebhookFilters):
    """Which webhooks, the oldest first, and at most so many."""

    state: Fate | None = Field(None, description=A_STATE)
    limit: Listed = Field(100, description=f"At most so many, up to {MOST_LISTED:,}.")
    after: Name | None = Field(None, description="What the page before gave as next.")


class AwaitedWebhooks(WebhookFilters):
    """Until how many webhooks there are."""

    state: Fate | None = Field(None, description=f"{A_STATE} Without it any but pending.")
    count: Listed = Field(1, description="How many webhooks must match.")
    timeout: Annotated[Seconds, Field(le=LONGEST_WAIT)] = Field(10.0, description="Real seconds, at most 60.")


class Redelivery(Asked):
    """One more attempt."""

    wait: bool = Field(True, description="Answer when it has been made.")

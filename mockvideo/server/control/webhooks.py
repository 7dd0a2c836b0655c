"""What an account owes to webhooks: listed, shown, tried once more, waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import dropwhile, islice
from time import monotonic

from mockvideo.core import control
from mockvideo.core.account import Account
from mockvideo.core.deliveries import Delivery
from mockvideo.server.body import Disconnected
from mockvideo.server.control.asked import AwaitedWebhooks, Nothing, Redelivery, WebhookFilters, WebhookPage
from mockvideo.server.control.deliveries import WebhooksTold, WebhookTold, told, whole
from mockvideo.server.control.listening import News
from mockvideo.server.control.refusals import RefusedError
from mockvideo.server.control.visit import Visit
from mockvideo.server.eager import sleep
from mockvideo.server.waiting import disconnected


async def listing(visit: Visit, asked: WebhookPage) -> WebhooksTold:
    """List webhooks, the oldest first."""
    found = [
        delivery
        for delivery in _from(_owed(visit.known_account), asked.after)
        if _fits(delivery, asked) and delivery.state == (asked.state or delivery.state)
    ]
    page = found[: asked.limit]
    return told(page, page[-1].id if len(found) > asked.limit else None)


async def show(visit: Visit, _: Nothing) -> WebhookTold:
    """Tell a webhook with its attempts."""
    return whole(_named(visit))


async def redeliver(visit: Visit, asked: Redelivery) -> WebhookTold:
    """Try once more, whatever became of it."""
    account, name = visit.known_account, _named(visit).id
    try:
        account.outbox.redeliver(name, account.moment)
    except ValueError as error:
        raise RefusedError(409, f"{error}.") from None
    visit.desk.service.deliverer.follow(account)
    if asked.wait:
        await until_tried(visit)
    return whole(_named(visit))


async def wait(visit: Visit, asked: AwaitedWebhooks) -> WebhooksTold:
    """Wait until so many match; those that do already count, too."""
    # Only from its first pause on a call is a task.
    await sleep(0)
    account, deadline = visit.known_account, monotonic() + asked.timeout
    async with News(account.outbox, visit.receive) as news:
        while len(found := _awaited(account, asked)) < asked.count:
            left = deadline - monotonic()
            if left <= 0 or account.journal.closed:
                raise _in_vain(account, asked, len(found))
            await (sleep(0) if _moved_on(account) else news.wait(left))
            if news.gone:
                raise Disconnected
    return told(found)


async def until_tried(visit: Visit) -> None:
    """Wait until all that is due has been tried, as long as the client stays."""
    tried = visit.desk.service.deliverer.deliver_due(visit.known_account)
    if tried is None:
        return
    await sleep(0)
    done, gone = asyncio.wrap_future(tried), asyncio.ensure_future(disconnected(visit.receive))
    try:
        await asyncio.wait({done, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            raise Disconnected
    finally:
        done.cancel()
        gone.cancel()


def _owed(account: Account) -> list[Delivery]:
    """All webhooks that came due, the oldest first."""
    with account.lock:
        account.fold()
        return list(account.outbox)


def _from(deliveries: list[Delivery], after: str | None) -> Iterable[Delivery]:
    if after is None:
        return deliveries
    rest = list(dropwhile(lambda delivery: delivery.id != after, deliveries))
    if not rest:
        raise RefusedError(400, "after: there is no such webhook any more.", "List again without it.")
    return islice(rest, 1, None)


def _fits(delivery: Delivery, asked: WebhookFilters) -> bool:
    wanted, found = (asked.dialect, asked.job, asked.event), (delivery.dialect, delivery.job_id, delivery.event)
    return all(want is None or want == have for want, have in zip(wanted, found, strict=True))


def _awaited(account: Account, asked: AwaitedWebhooks) -> list[Delivery]:
    fitting = [delivery for delivery in _owed(account) if _fits(delivery, asked)]
    if asked.state is None:
        return [delivery for delivery in fitting if delivery.state != "pending"]
    return [delivery for delivery in fitting if delivery.state == asked.state]


def _moved_on(account: Account) -> bool:
    """Move a clock that moves by itself to when a webhook may be due next, unless one is now; return whether it did."""
    with account.lock:
        moment, now = control.next_due(account), account.moment
        if moment is None or not account.clock.automatic or account.outbox.busy(now):
            return False
        control.advance_to(account, moment)
        return account.moment > now


def _in_vain(account: Account, asked: AwaitedWebhooks, found: int) -> RefusedError:
    if account.journal.closed:
        return RefusedError(409, "The account was deleted meanwhile.", "Wait with another key.")
    hint = "GET …/webhooks tells what is owed instead; leave filters out to see more."
    if account.clock.mode == "manual" and control.next_due(account) is not None:
        hint = "The account's clock stands still; move it on with POST …/clock/advance."
    return RefusedError(408, f"{found} of {asked.count} webhooks matched within {asked.timeout:g} s.", hint)


def _named(visit: Visit) -> Delivery:
    """The webhook in the path."""
    account = visit.known_account
    with account.lock:
        account.fold()
        found = account.outbox.get(visit.names["id"])
    if found is None:
        raise RefusedError(404, "There is no such webhook, or it was forgotten.", "GET …/webhooks lists them.")
    return found

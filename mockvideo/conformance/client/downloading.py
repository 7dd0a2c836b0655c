"""Demands on what is handed out as the clip, and on how it was fetched."""

from __future__ import annotations

from mockvideo.conformance.client.breach import UNSEEN, Breach, Judged, after, at, ended, numbers
from mockvideo.conformance.client.evidence import Run, Strike
from mockvideo.testing.exchanges import Exchange


def whole(run: Run, strike: Strike, _: float) -> Judged:
    """What is handed out as the clip is one, and all of it."""
    if run.answer.kind == "done":
        return UNSEEN
    if run.answer.kind != "junk":
        return None
    return Breach(f"{at(strike)}, and it reports success: {run.answer.text}", numbers(strike.hits))


def renews(run: Run, strike: Strike, _: float) -> Judged:
    """A clip's own URL that is refused is asked for anew; a documented download has none to renew."""
    if not strike.hits[0].path.startswith("/media/"):
        return UNSEEN
    if run.answer.succeeded:
        return None
    return Breach(f"{at(strike)}: it does not ask for a fresh URL, and {ended(run)}", numbers(strike.hits))


def appends_right(run: Run, strike: Strike, _: float) -> Judged:
    """Who goes on where a download was cut looks at what comes: 206, and from where."""
    if not any("range" in each.headers for each in after(run, strike)) or run.answer.kind == "done":
        return UNSEEN
    return Breach(f"{at(strike)}: {run.answer.text}", numbers(strike.hits)) if run.answer.kind == "junk" else None


def keeps_key(run: Run, strike: Strike, _: float) -> Judged:
    """No other host learns the key."""
    away = _away(run)
    if not away and not any(map(_redirects, strike.hits)):
        return UNSEEN
    shown = [each for each in away if each.rule is not None and not _redirects(each)]
    if not shown:
        return None
    return Breach(f"it shows its key to {shown[0].headers.get('host')}, where a redirect led it", numbers(shown))


def _away(run: Run) -> list[Exchange]:
    """The downloads from another host than the one that the client began with."""
    home = run.exchanges[0].headers.get("host")
    return [each for each in run.of("content") if each.headers.get("host") != home]


def _redirects(exchange: Exchange) -> bool:
    return exchange.status // 100 == 3


def reads_base64(run: Run, _: Strike, __: float) -> Judged:
    """A blocking provider's clip stands in the answer, beside a URL that is null."""
    if not run.of("submit") or run.exchanges[0].operation != "generate":
        return UNSEEN
    if run.answer.succeeded:
        return None
    return Breach(f"the clip stands in the answer, but {ended(run)}", numbers(run.exchanges[:1]))

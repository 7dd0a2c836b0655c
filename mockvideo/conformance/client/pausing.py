"""Demands on pauses between attempts."""

from __future__ import annotations

from collections.abc import Sequence

from mockvideo.conformance.client.breach import UNSEEN, Breach, Judged, after, at, endless, numbers
from mockvideo.conformance.client.evidence import ENDLESS, Run, Strike, gaps

# Real programs need a moment between two requests.
SLACK = 0.1
# Too little of a wait is left to tell it from a usual pause.
MOMENT = 20.0
# What a later pause is longer by, at least, if pauses grow; and what two runs differ by if chance is in them.
GROWTH, JITTER, MOMENT_OF_MACHINE = 1.2, 0.01, 0.03


def waits(run: Run, strike: Strike, seconds: float) -> Judged:
    """The next request of that kind comes not before so many seconds."""
    hit, more = strike.hits[0], after(run, strike)
    if not more or more[0].at - hit.at >= seconds - SLACK:
        return None
    early = more[0].at - hit.at
    return Breach(
        f"{at(strike)}: it comes back after {early:.1f} s, {seconds:.0f} s were asked for", numbers([hit, more[0]])
    )


def waits_until(run: Run, strike: Strike, seconds: float) -> Judged:
    """The same for a date. Servers tell it by their own clock, from which the client has slept away since it began."""
    left = seconds - strike.hits[0].at
    return waits(run, strike, left) if left > MOMENT else UNSEEN


def patient(run: Run, strike: Strike, seconds: float) -> Judged:
    """A wait that is far too long is not slept through: the client says so and ends."""
    waited = max(gaps([strike.hits[0], *after(run, strike)]), default=0.0)
    if waited <= seconds and run.answer.kind not in ENDLESS:
        return None
    asleep = f"{waited:,.0f} s" if waited > seconds else "and sleeps"
    return Breach(f"{at(strike)}: it sleeps {asleep} and tells nobody", numbers(strike.hits[:1]))


def backs_off(run: Run, strike: Strike, _: float) -> Judged:
    """Pauses grow and differ from run to run, and there is an end to the attempts."""
    if run.answer.kind in ENDLESS:
        return endless(run)
    tries = [_pauses(each, strike.hits[0].rule) for each in (run, run.twin) if each is not None]
    if not tries[0]:
        return UNSEEN
    told = ", ".join(f"{pause:.1f}" for pause in tries[0][:8])
    wrong = _wrong(tries) if len(tries[0]) > 2 else ""
    return Breach(f"{at(strike)}: its pauses {wrong}: {told} s", numbers(strike.hits)) if wrong else None


def _pauses(run: Run, rule: str | None) -> list[float]:
    """The pauses between the attempts that a rule refused, as long as sleeps are as long as they are to be."""
    return gaps([each for each in run.exchanges if each.rule == rule], run.steady)


def _wrong(tries: Sequence[Sequence[float]]) -> str:
    """What is wrong with the pauses of one run, or of two; empty if nothing is."""
    if not any(map(_grow, tries)):
        return "do not grow"
    return "are the same in every run" if len(tries) > 1 and _same(*tries) else ""


def _grow(pauses: Sequence[float]) -> bool:
    half = len(pauses) // 2
    early, late = pauses[:half], pauses[-half:] if half else []
    return sum(late) >= GROWTH * sum(early) if half else True


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether pauses are the same twice, but for one that a busy machine may have made longer."""
    alike = [abs(a - b) <= max(MOMENT_OF_MACHINE, JITTER * max(a, b)) for a, b in zip(one, other, strict=False)]
    return sum(alike) >= len(alike) - 1

"""What the failure of a test shows of its account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockvideo.plain import clean
from mockvideo.testing.asserting.blame import NOBODY
from mockvideo.testing.asserting.lines import MOST, lines
from mockvideo.testing.evidence import Evidence, Ignored, ignored
from mockvideo.testing.exchanges import Exchange
from mockvideo.wording import brief, count

MOST_ADVICE = 8


def section(evidence: Evidence, replay: str) -> str:
    """Return the last exchanges, the advice that all of them ignored, and the command that replays them."""
    exchanges, missing = evidence.kept()
    blocks = [_journal(exchanges, missing), _advice(ignored(exchanges)), [f"The same story again: {replay}"]]
    return "\n\n".join("\n".join(map(clean, block)) for block in blocks if block)


def _journal(exchanges: Sequence[Exchange], missing: int) -> list[str]:
    shown, before = exchanges[-MOST:], missing + max(0, len(exchanges) - MOST)
    if not shown:
        return [NOBODY]
    earlier = f", the last of {count(before + len(shown), 'exchange')}" if before else ""
    return [f"{count(len(shown), 'exchange')}{earlier}:", *lines(shown)]


def _advice(ignored: Sequence[Ignored]) -> list[str]:
    told = list(_told(ignored[:MOST_ADVICE]))
    more = [f"  and {len(ignored) - MOST_ADVICE} more"] if len(ignored) > MOST_ADVICE else []
    return ["Advice that was ignored:", *told, *more] if told else []


def _told(ignored: Sequence[Ignored]) -> Iterator[str]:
    for each in ignored:
        yield brief(f"  {each.times} × {each.dialect} {each.id}: {each.sentence} [{each.source}]")  # noqa: RUF001 - times

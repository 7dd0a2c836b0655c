"""What a test claims of the code under test. A message that fails says what came, shows it, and says what to change."""

from __future__ import annotations

from collections.abc import Sequence

from mockvideo.testing.asserting import downloaded, submitted, unused, wasted
from mockvideo.testing.asserting.blame import Blame, message
from mockvideo.testing.evidence import Evidence, Named
from mockvideo.testing.exchanges import Exchange


def assert_submitted(
    evidence: Evidence,
    times: int | None = None,
    *,
    model: str | None = None,
    prompt: str | None = None,
    dialect: str | None = None,
) -> None:
    """Claim that so many jobs were made (None: one or more) with this model, prompt and dialect (globs).

    A submission that was refused, and one that an idempotency key led to an earlier job, make none. Raises
    AssertionError, or ForgottenError if the journal no longer knows.
    """
    wanted = submitted.Wanted(times=times, model=model, prompt=prompt, dialect=dialect)
    exchanges = evidence.requests()
    _claim(str(wanted), submitted.blame(exchanges, wanted), exchanges)


def assert_downloaded(evidence: Evidence, job: str | Named | None = None) -> None:
    """Claim that the clip of a job (None: of any) was downloaded, or a part of it that was asked for.

    Raises AssertionError, or ForgottenError if the journal no longer knows.
    """
    name = job if job is None or isinstance(job, str) else job.id
    exchanges = evidence.requests()
    what = "a clip" if name is None else f"the clip of job {name}"
    _claim(f"{what} to be downloaded", downloaded.blame(exchanges, name), exchanges)


def assert_no_wasted_spend(evidence: Evidence) -> None:
    """Claim that nothing was submitted twice and every clip that was paid for was fetched. Raises AssertionError."""
    exchanges, missing = evidence.kept()
    _claim("no wasted spend", wasted.blame(exchanges, evidence.audit, missing), exchanges)


def assert_all_rules_used(evidence: Evidence) -> None:
    """Claim that each rule that is in force for this account has acted at least once. Raises AssertionError."""
    exchanges, _ = evidence.kept()
    in_force = evidence.control.get("/scenario")["in_force"]
    _claim("every rule to be used", unused.blame(exchanges, in_force), exchanges)


def _claim(expected: str, blame: Blame | None, exchanges: Sequence[Exchange]) -> None:
    if blame is not None:
        raise AssertionError(message(expected, blame, exchanges))

"""What a test holds: one account on one server, with its time, its scenario and its evidence."""

from __future__ import annotations

from contextlib import AbstractContextManager, AsyncExitStack, ExitStack
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from mockvideo.core.jobs import Reason
from mockvideo.core.scenario import Rule, Scenario
from mockvideo.testing import jobs, scripting
from mockvideo.testing.asserting import assertions
from mockvideo.testing.clock import Clock
from mockvideo.testing.control import Control, ask
from mockvideo.testing.evidence import Evidence, Named
from mockvideo.testing.jobs import Job
from mockvideo.testing.outbox import Caller, Outbox
from mockvideo.testing.reach import Reach, Reachable
from mockvideo.testing.receiving.receiver import Receiver
from mockvideo.testing.scripting import When
from mockvideo.testing.settings import Settings, account_order
from mockvideo.testing.sleeping.sleep import Also, patch_sleep
from mockvideo.testing.tables import Narrowing, Operation, ReasonWord, Time

KEY = "sk-mockvideo"


class MockVideo(Reach, Outbox):
    """A fresh account on a server: on the given one, else on one of its own, which ends with it.

    Its clock is ``auto`` unless another is asked for. The same key, seed and requests are the same story; a given
    server makes up a key if none is given. ``scenario`` is a name, one rule as a text, the path of a file, or a value.
    """

    def __init__(
        self, *, server: Reachable | None = None, key: str | None = None, **settings: Unpack[Settings]
    ) -> None:
        with ExitStack() as opening:
            if server is None:
                server = _own()
                opening.callback(server.close)
                key = key or KEY
            order = account_order(key, **settings)
            made = ask(server.http, "POST", "/accounts", server.token, json=order)
            control = Control(server.http, made["key"])
            opening.callback(control.delete, "")
            Evidence.__init__(self, control)
            Reach.__init__(self, server, made["key"], opening.pop_all())
        self.tag: str = made["tag"]
        self.clock = Clock(control)

    def __repr__(self) -> str:
        return f"<MockVideo at {self.url()} with the key {self.key}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with AsyncExitStack() as closing:
            closing.callback(self.close)
            for client in self._async_clients:
                closing.push_async_callback(client.aclose)

    def close(self) -> None:
        """Close the clients, delete the account, and end the server if it is this handle's own."""
        self._opened.close()

    def on(self, operation: Operation = "*", **narrowing: Unpack[Narrowing]) -> When:
        """Say which requests a rule is for; of two rules for the same ones the last one goes first."""
        return When(self.control, {"on": operation, **narrowing})

    def scenario(self, scenario: str | Path | Rule | Scenario, lasts: Time | None = None) -> None:
        """Put a scenario in force in the place of the last one and of single rules; it ends by itself if it ``lasts``.

        A name of the server's, one rule as a text, the path of a file, or a value.
        """
        scripting.put(self.control, scenario, lasts)

    def load(self, path: str | Path, lasts: Time | None = None) -> None:
        """Put the scenario of a file in force; raises ScriptError, which names file and line."""
        scripting.put(self.control, Path(path), lasts)

    @property
    def jobs(self) -> list[Job]:
        """All jobs as they stand, the last submitted first; to look is no poll."""
        return list(jobs.listed(self.control))

    def finish(self, job: str | Named) -> Job:
        """Let a job succeed now."""
        return jobs.settled(self.control, job, "succeeded")

    def fail(self, job: str | Named, reason: Reason | ReasonWord = "internal") -> Job:
        """Let a job fail now."""
        return jobs.settled(self.control, job, "failed", reason)

    def cancel(self, job: str | Named) -> Job:
        """Let a job be cancelled now."""
        return jobs.settled(self.control, job, "cancelled")

    def receiver(self, dialect: str | None = None, *, port: int = 0) -> Receiver:
        """Return a receiver of webhooks that knows the key; it is closed with this handle, or as a context manager.

        It listens on loopback, so the server has to run on this machine.
        """
        receiver = Receiver(key=self.key, dialect=dialect, port=port, sender=Caller(self.control))
        self._opened.callback(receiver.close)
        return receiver

    def patch_sleep(self, also: Also | None = None) -> AbstractContextManager[None]:
        """Let sleeps of the code under test move the account's clock while the block goes on, instead of waiting."""
        return patch_sleep(self.clock, also)

    def reset(self) -> None:
        """Let the account be as new, without journal, jobs and scenarios; its clock goes on."""
        self.control.post("/reset", {"what": ["all"]})

    def assert_submitted(
        self,
        times: int | None = None,
        *,
        model: str | None = None,
        prompt: str | None = None,
        dialect: str | None = None,
    ) -> None:
        """Claim that so many jobs were made, or any at all, with this model, prompt and dialect (globs)."""
        assertions.assert_submitted(self, times, model=model, prompt=prompt, dialect=dialect)

    def assert_downloaded(self, job: str | Named | None = None) -> None:
        """Claim that the clip of a job, or any clip, was downloaded."""
        assertions.assert_downloaded(self, job)

    def assert_no_wasted_spend(self) -> None:
        """Claim that nothing was submitted twice, and that every clip that was paid for was fetched."""
        assertions.assert_no_wasted_spend(self)

    def assert_all_rules_used(self) -> None:
        """Claim that each rule in force has acted."""
        assertions.assert_all_rules_used(self)


def _own() -> Reachable:
    # By name: servers hand out handles, and those on other servers need none of ours.
    own: Reachable = import_module("mockvideo.testing.server").Own()
    return own

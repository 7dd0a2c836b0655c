"""Clients with one bug each, all seen in real code: the reference client, with one of its steps done wrong."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from reference import DEADLINE, Client, VideoError

from mockvideo.dialects import load
from mockvideo.operation import Submit


class SubmitsAgain(Client):
    """Posts again when the reply is lost: two jobs are billed (Comfy-Org/ComfyUI#16204)."""

    def post(self, url: str, request: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
        for attempt in range(2):
            try:
                return self.http.post(url, json=request, headers=headers)
            except httpx.TransportError:
                self.pause(attempt, None)
        return super().post(url, request, headers)


class AnotherKeyEachTime(SubmitsAgain):
    """Makes a new idempotency key for each attempt (ArcReel/ArcReel#687)."""

    def post(self, url: str, request: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
        try:
            return self.http.post(url, json=request, headers={**headers, "Idempotency-Key": uuid.uuid4().hex})
        except httpx.TransportError:
            return self.http.post(url, json=request, headers={**headers, "Idempotency-Key": uuid.uuid4().hex})


class SubmitsWithoutAnId(Client):
    """Takes an answer without an id for a failure and submits again (ArcReel/ArcReel#2125)."""

    def job_of(self, answer: Any) -> str:
        try:
            return super().job_of(answer)
        except VideoError:
            return super().job_of(self.submit(dict(self.dialect.example)))


class HammersAGateway(Client):
    """Posts again after each 5xx, without end (Rfym21/Qwen2API#90)."""

    def post(self, url: str, request: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
        attempt = 0
        while (answer := super().post(url, request, headers)).is_server_error:
            self.pause(attempt, answer)
            attempt += 1
        return answer


class HopesForMoney(Client):
    """Retries 402 and 403 like 429 (Raftersecurity/rafter-cli#227)."""

    def post(self, url: str, request: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
        for attempt in range(5):
            answer = super().post(url, request, headers)
            if answer.status_code not in {402, 403}:
                break
            self.pause(attempt, answer)
        return answer


class IgnoresRetryAfter(Client):
    """Backs off as it likes (garrytan/gstack#1244)."""

    def retry_after(self, answer: httpx.Response) -> float:
        return 0.0


class IgnoresDates(Client):
    """Reads Retry-After as a number alone (hashicorp/go-retryablehttp#130)."""

    def retry_after(self, answer: httpx.Response) -> float:
        told = answer.headers.get("retry-after", "")
        return float(told) if told.isdecimal() else 0.0


class SleepsForADay(Client):
    """Obeys any Retry-After (vectorize-io/hindsight#3423)."""

    def pause(self, attempt: int, answer: httpx.Response | None, job: str | None = None) -> None:
        asked = 0.0 if answer is None else self.retry_after(answer)
        time.sleep(max(asked, self.backoff(attempt)))


class NeverGivesUp(Client):
    """Polls through 503 without counting (lidge-jun/opencodex#645)."""

    def poll(self, url: str, job: str) -> Any:
        attempt = 0
        while (answer := self.get(url, self.key)) is not None and answer.status_code == 503:
            self.pause(min(attempt, 4), answer, job)
            attempt += 1
        return super().poll(url, job)


class SamePause(Client):
    """Waits the same second each time."""

    def backoff(self, attempt: int) -> float:
        return 1.0 + random.uniform(0.0, 0.5)


class NoChance(Client):
    """Waits 1, 2, 4 s, as all its brothers do at the same moment (AWS REL05-BP03)."""

    def backoff(self, attempt: int) -> float:
        return 2.0**attempt


class OneBlipIsTheEnd(Client):
    """Takes a poll that fails for a render that failed (vikasprogrammer/agentric#270)."""

    def again(self, answer: httpx.Response, waited: float) -> bool:
        return answer.status_code != 503 and super().again(answer, waited)


class LostPollIsTheEnd(Client):
    """Lets the error of a connection through (adorosario/sora-extend-enhanced#2)."""

    def get(self, url: str, headers: dict[str, str]) -> httpx.Response | None:
        answer = super().get(url, headers)
        if answer is None and url == self.polled:
            raise VideoError("the connection is lost")
        return answer


class RetriesEverything(Client):
    """Polls on through 400 and 422 (shrimbly/node-banana#116, the other way round)."""

    def again(self, answer: httpx.Response, waited: float) -> bool:
        return answer.status_code in {400, 405, 422} or super().again(answer, waited)


class WaitsForAnId(Client):
    """Polls an id that nobody knows until its deadline (ArcReel/ArcReel#2171)."""

    def poll(self, url: str, job: str) -> Any:
        began = time.monotonic()
        while time.monotonic() - began < DEADLINE:
            answer = self.get(url, self.key)
            if answer is None or answer.status_code != 404:
                break
            self.nap()
        return super().poll(url, job)


class HopesForAKey(Client):
    """Retries 401 for minutes (lidge-jun/opencodex#582)."""

    def again(self, answer: httpx.Response, waited: float) -> bool:
        return answer.status_code in {401, 403} or super().again(answer, waited)


class PollsTooFast(Client):
    """Polls five times a second."""

    def nap(self) -> None:
        time.sleep(0.2)


class PollsTooSeldom(Client):
    """Polls every three minutes."""

    def nap(self) -> None:
        time.sleep(180)


class NoDeadline(Client):
    """Polls for ever (backblaze-labs/genblaze#283)."""

    def overdue(self, deadline: float) -> bool:
        return False


class ForgetsTheJob(Client):
    """Gives up without saying which job (calesthio/OpenMontage#452)."""

    def late(self, job: str) -> VideoError:
        return VideoError("timed out")


class UnknownIsFailed(Client):
    """Fails at a state that is new to it (ArcReel/ArcReel#410)."""

    def state(self, document: Any) -> str:
        known = super().state(document)
        running = {"queued", "pending", "in_progress", "processing", "running"}
        return known if known in self.good | self.bad | running else "failed"


class UnknownIsDone(Client):
    """Leaves its loop at any state that is not a running one (openai-python, videos.poll)."""

    def state(self, document: Any) -> str:
        known = super().state(document)
        running = {"queued", "pending", "in_progress", "processing", "running"}
        return known if known in self.bad | running else "completed"

    def with_clip(self, url: str, job: str, document: Any) -> Any:
        if not self.clip_url(document):
            raise VideoError("there is no clip", job)
        return document


class OneWordForSuccess(Client):
    """Compares the state as it is written (ArcReel/ArcReel#1889)."""

    def state(self, document: Any) -> str:
        found = document.get("status")
        good = {"completed", "COMPLETED"}
        return "completed" if found in good else "running" if super().state(document) in self.good else str(found)


class FailedIsNoEnd(Client):
    """Knows success alone (TanStack/ai#394)."""

    def state(self, document: Any) -> str:
        known = super().state(document)
        return "" if known in {"failed", "expired"} else known


class LooksTwice(Client):
    """Polls three more times after the end, and believes the last answer (scality/backbeat#698)."""

    def wait(self, url: str, job: str) -> Any:
        document = super().wait(url, job)
        for _ in range(3):
            self.nap()
            document = self.poll(url, job)
        return document


class CountsOnProgress(Client):
    """Calculates with progress (looplj/axonhub#1845)."""

    def state(self, document: Any) -> str:
        if self.dialect.pointers.progress and "progress" in document:
            assert document["progress"] + 0 >= 0
        return super().state(document)


class KnowsAllFields(Client):
    """Refuses fields that it does not know (new-api#7194)."""

    def document(self, answer: httpx.Response) -> Any:
        document = super().document(answer)
        if isinstance(document, dict) and any(name.startswith("extra_") for name in document):
            raise VideoError("unexpected fields")
        return document


class SuccessWithoutAFile(Client):
    """Reports success when there is no URL (vercel/ai#18929)."""

    def with_clip(self, url: str, job: str, document: Any) -> Any:
        return document

    def download(self, document: Any, job: str) -> bytes:
        return super().download(document, job) if self.clip_url(document) else b""


class WaitsForAUrl(Client):
    """Polls for ever until there is a URL (TheSmallHanCat/flow2api#160)."""

    def with_clip(self, url: str, job: str, document: Any) -> Any:
        while not self.clip_url(document):
            self.nap()
            document = self.poll(url, job)
        return document


class OneTryForTheClip(Client):
    """Loses a paid clip to one 503 (openstory-so/openstory#1505)."""

    def fetch(self, url: str, headers: dict[str, str]) -> httpx.Response | None:
        answer = super().fetch(url, headers)
        if answer is not None and answer.is_server_error:
            raise VideoError(f"the clip answers {answer.status_code}")
        return answer


class ShowsItsKey(Client):
    """Takes its key along wherever a redirect leads (oras-project/oras-java#334)."""

    def fetch(self, url: str, headers: dict[str, str]) -> httpx.Response | None:
        for _ in range(5):
            answer = self.get(url, self.key)
            if answer is None or not answer.has_redirect_location:
                return answer
            url = answer.headers["location"]
        return None


class BelievesAnyFile(Client):
    """Hands out what comes with 200 (BerriAI/litellm#32602)."""

    def wrong(self, data: bytes) -> str:
        return ""


class BelievesAShortFile(Client):
    """Hands out what came until the connection broke (psf/requests#4956)."""

    def wrong(self, data: bytes) -> str:
        return "" if data[4:8] == b"ftyp" else "no clip"

    def get(self, url: str, headers: dict[str, str]) -> httpx.Response | None:
        if url == self.polled or "/media/" not in url:
            return super().get(url, headers)
        got = b""
        try:
            with self.http.stream("GET", url, headers=headers) as answer:
                for part in answer.iter_raw():
                    got += part
        except httpx.TransportError:
            pass
        return httpx.Response(answer.status_code, content=got, headers={"location": answer.headers.get("location", "")})


class GeneratesAgain(Client):
    """Puts its retry around everything (1024XEngineer/Windup#129)."""

    def download(self, document: Any, job: str) -> bytes:
        answer = self.get(self.clip_url(document) or self.content_url(job) or "", self.key)
        if answer is not None and answer.is_success and not self.wrong(answer.content):
            return answer.content
        made = self.submit(dict(self.dialect.example))
        again = self.job_of(made)
        return super().download(self.wait(self.poll_url(made, again), again), again)


class AppendsAnything(Client):
    """Goes on where a download was cut without looking at what comes (ynput/ayon-python-api#359)."""

    got = b""

    def wrong(self, data: bytes) -> str:
        return "" if data[4:8] == b"ftyp" else "no clip"

    def get(self, url: str, headers: dict[str, str]) -> httpx.Response | None:
        if url == self.polled or "/media/" not in url:
            return super().get(url, headers)
        asked = {"Range": f"bytes={len(self.got)}-"} if self.got else {}
        try:
            with self.http.stream("GET", url, headers={**headers, **asked}) as answer:
                if not answer.is_success:
                    answer.read()
                    return answer
                for part in answer.iter_raw():
                    self.got += part
        except httpx.TransportError:
            return None
        return httpx.Response(200, content=self.got)


class KeepsAnOldUrl(Client):
    """Gives up when the clip's URL has expired (api7/aisix#817)."""

    def renewed(self, url: str, job: str) -> str:
        raise VideoError("the URL has expired")


class TriesAnotherTime(Client):
    """Submits what was moderated again, unchanged (openstory-so/openstory#1373)."""

    def wait(self, url: str, job: str) -> Any:
        try:
            return super().wait(url, job)
        except VideoError:
            answer = self.submit(dict(self.dialect.example))
            again = self.job_of(answer)
            return super().wait(self.poll_url(answer, again), again)


class TimesOutAndSubmits(Client):
    """Takes its own deadline for a failure and submits again (wavespeed.ai, duplicate jobs)."""

    def late(self, job: str) -> VideoError:
        self.submit(dict(self.dialect.example))
        return super().late(job)


class RetriesPages(Client):
    """Polls a captive portal with its whole budget (lidge-jun/opencodex#645)."""

    def poll(self, url: str, job: str) -> Any:
        for _ in range(100):
            answer = self.get(url, self.key)
            if answer is None or not answer.is_success or self.document(answer) is not None:
                break
            self.nap()
        return super().poll(url, job)


class BuildsItsUrl(Client):
    """Builds the URL to poll from the id (provider page on poll_url)."""

    def poll_url(self, answer: Any, job: str) -> str:
        template = "/v1/tasks/{id}" if self.dialect.pointers.poll_path else "{id}"
        return self.base_url + template.replace("{id}", job)


class CancelledIsNoEnd(Client):
    """Polls on after cancelled, as a provider's own sample does."""

    def state(self, document: Any) -> str:
        known = super().state(document)
        return "" if known in {"cancelled", "canceled"} else known


class ReadsTheUrl(Client):
    """Wants data[0].url of a blocking provider, which is null."""

    def inline(self, answer: Any) -> str | None:
        if self.dialect.pointers.submitted is not None:
            return None
        return str(answer["data"][0]["url"].partition(",")[2])


class StartsAnew(Client):
    """Writes nothing down, and submits again after a restart (calesthio/OpenMontage#452)."""

    def note(self, url: str, job: str) -> None:
        pass


class OneBudgetForAll(Client):
    """Counts its attempts over polls and download together, so that two blips are one too many."""

    spent = 0

    def pause(self, attempt: int, answer: httpx.Response | None, job: str | None = None) -> None:
        self.spent += 1
        if self.spent > 2:
            raise VideoError("too many attempts", job)
        super().pause(attempt, answer, job)


class ForgetsItsKey(Client):
    """Sends its idempotency key with the first attempt alone, so that after a 429 a lost reply makes two jobs."""

    def submit(self, request: dict[str, Any]) -> Any:
        route = next(route for route in self.dialect.routes if isinstance(route.operation, Submit))
        url, headers = self.base_url + route.path, {**self.key, **self.idempotency(route.operation)}
        for attempt in range(4):
            try:
                answer = self.http.post(url, json=request, headers=headers)
            except httpx.TransportError:
                continue
            if answer.status_code != 429:
                break
            headers = self.key
            self.pause(attempt, answer)
        return self.submitted(answer)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A client with a bug, the rule that it breaks, and a dialect in which that shows."""

    client: type[Client]
    rule: str
    dialect: str = "beluga"

    @property
    def name(self) -> str:
        return self.client.__name__

    def generate(self) -> Callable[..., bytes]:
        """The mutant as the kit calls it."""

        def generate(base_url: str, api_key: str, request: dict[str, Any], folder: str) -> bytes:
            made = self.client(load()[self.dialect], base_url, api_key, Path(folder, "job.json"))
            return made.generate(request)

        return generate


MUTANTS: Mapping[str, Mutant] = {
    mutant.name: mutant
    for mutant in (
        Mutant(SubmitsAgain, "C1"),
        Mutant(AnotherKeyEachTime, "C1", "apiframe"),
        Mutant(SubmitsWithoutAnId, "C1"),
        Mutant(ForgetsItsKey, "C1", "apiframe"),
        Mutant(HammersAGateway, "C3"),
        Mutant(HopesForMoney, "C4"),
        Mutant(IgnoresRetryAfter, "C5"),
        Mutant(IgnoresDates, "C5"),
        Mutant(SleepsForADay, "C5"),
        Mutant(NeverGivesUp, "C6"),
        Mutant(SamePause, "C6"),
        Mutant(NoChance, "C6"),
        Mutant(OneBlipIsTheEnd, "C7"),
        Mutant(LostPollIsTheEnd, "C7"),
        Mutant(RetriesEverything, "C7"),
        Mutant(OneBudgetForAll, "C7"),
        Mutant(WaitsForAnId, "C8"),
        Mutant(HopesForAKey, "C9"),
        Mutant(PollsTooFast, "C10"),
        Mutant(PollsTooSeldom, "C10"),
        Mutant(NoDeadline, "C11"),
        Mutant(ForgetsTheJob, "C11"),
        Mutant(UnknownIsFailed, "C12"),
        Mutant(UnknownIsDone, "C12"),
        Mutant(OneWordForSuccess, "C13"),
        Mutant(FailedIsNoEnd, "C13"),
        Mutant(LooksTwice, "C14"),
        Mutant(CountsOnProgress, "C15", "sora"),
        Mutant(KnowsAllFields, "C15"),
        Mutant(SuccessWithoutAFile, "C16"),
        Mutant(WaitsForAUrl, "C16"),
        Mutant(OneTryForTheClip, "C17"),
        Mutant(ShowsItsKey, "C18"),
        Mutant(BelievesAnyFile, "C19"),
        Mutant(BelievesAShortFile, "C19"),
        Mutant(GeneratesAgain, "C20"),
        Mutant(AppendsAnything, "C21"),
        Mutant(KeepsAnOldUrl, "C22"),
        Mutant(TriesAnotherTime, "C27"),
        Mutant(TimesOutAndSubmits, "C28"),
        Mutant(RetriesPages, "C29"),
        Mutant(BuildsItsUrl, "C31", "lemondata"),
        Mutant(CancelledIsNoEnd, "C32"),
        Mutant(ReadsTheUrl, "C33", "a4f"),
        Mutant(StartsAnew, "C34"),
    )
}

"""A client that does everything right, for any dialect: what to read before writing one's own.

It knows a provider only by its declarations (where the documents hold id, state and URL), so that one text serves all.
Each step is a method of its own; the mutants beside it are this client with one step done wrong.
"""

from __future__ import annotations

import json
import random
import time
import uuid
from base64 import b64decode
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx

from mockvideo.core.jobs import State
from mockvideo.dialect import Dialect, Word
from mockvideo.dialects import load
from mockvideo.operation import Content, Poll, Submit
from mockvideo.pointer import find

TRANSIENT = {408, 425, 429, 500, 502, 503, 504, *range(520, 525)}
SUCCESS = {"completed", "complete", "succeeded", "succeed", "success", "done"}
FAILURE = {"failed", "failure", "error", "cancelled", "canceled", "expired", "timeout", "deleted"}
# In seconds: how long a job may take, between polls, the longest wait that a provider may ask for.
DEADLINE, INTERVAL, LONGEST_WAIT = 1_800.0, 5.0, 120.0
ATTEMPTS = 6
SUBMISSIONS = 3
FRESH_ID = 30.0


class VideoError(Exception):
    """There will be no clip. ``job`` is the job's id, if there is a job: it may go on, and can be asked for again."""

    def __init__(self, message: str, job: str | None = None) -> None:
        super().__init__(message if job is None else f"{message} (job {job})")
        self.job = job


class Client:
    """Makes one clip: submit, wait, download. ``notes`` is a file that outlives it, ``polled`` where its job is."""

    polled = ""

    def __init__(self, dialect: Dialect, base_url: str, key: str, notes: Path | None = None) -> None:
        place = dialect.credential
        self.notes = notes
        self.dialect = dialect
        self.base_url = base_url
        self.key = {place.header.decode(): f"{place.scheme} {key}".strip()}
        # To load certificates takes longer than all else where there are none to check.
        self.http = httpx.Client(timeout=60, trust_env=False, verify=base_url.startswith("https:"))
        words = {state: word.text for state, word in dialect.states.items() if isinstance(word, Word)}
        self.good = SUCCESS | {words.get(State.SUCCEEDED, "completed").lower()}
        self.bad = FAILURE | {words[state].lower() for state in (State.FAILED, State.CANCELLED) if state in words}

    def generate(self, request: dict[str, Any]) -> bytes:
        """Return the clip; raises VideoError."""
        with self.http:
            if self.notes is not None and self.notes.exists():
                url, job = json.loads(self.notes.read_text())
            else:
                answer = self.submit(request)
                if inline := self.inline(answer):
                    return self.checked(self.decoded(inline), None)
                job = self.job_of(answer)
                url = self.poll_url(answer, job)
                self.note(url, job)
            return self.download(self.wait(url, job), job)

    def note(self, url: str, job: str) -> None:
        """Write down where the job is, for who is started after us if we are killed."""
        if self.notes is not None:
            self.notes.write_text(json.dumps([url, job]))

    # Submitting: a POST is repeated only where it cannot have made a job.

    def submit(self, request: dict[str, Any]) -> Any:
        """Submit, and return the document of the answer."""
        route = next(route for route in self.dialect.routes if isinstance(route.operation, Submit))
        headers = {**self.key, **self.idempotency(route.operation)}
        for attempt in range(SUBMISSIONS):
            answer = self.post(self.base_url + route.path, request, headers)
            if answer.is_success:
                return self.submitted(answer)
            if answer.status_code != 429 or attempt == SUBMISSIONS - 1:
                break
            self.pause(attempt, answer)
        raise VideoError(f"the submission is refused with {answer.status_code}: {answer.text[:200]}")

    def post(self, url: str, request: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
        """POST once; if its reply is lost, a job may have been made, and nobody knows its id."""
        try:
            return self.http.post(url, json=request, headers=headers)
        except httpx.TransportError as error:
            raise VideoError(f"the reply to the submission is lost, so a job may exist: {error}") from error

    def idempotency(self, operation: Submit) -> dict[str, str]:
        """Where the provider knows idempotency keys, one for all attempts."""
        return {"Idempotency-Key": uuid.uuid4().hex} if operation.replay_header else {}

    def submitted(self, answer: httpx.Response) -> Any:
        document = self.document(answer)
        if document is None:
            raise VideoError("the submission is answered with something that is not JSON, so a job may exist")
        return document

    def job_of(self, answer: Any) -> str:
        job = find(answer, self.dialect.pointers.submitted or "/id")
        if not isinstance(job, str):
            raise VideoError(f"the submission is answered without an id, so a job may exist: {answer}")
        return job

    def inline(self, answer: Any) -> str | None:
        """The clip of a blocking provider, in base64."""
        if self.dialect.pointers.submitted is not None:
            return None
        found = find(answer, self.dialect.pointers.video)
        if not isinstance(found, str):
            raise VideoError(f"the answer holds no clip: {answer}")
        return found

    def decoded(self, inline: str) -> bytes:
        try:
            return b64decode(inline)
        except ValueError as error:
            raise VideoError(f"the clip in the answer is no base64: {error}") from error

    def poll_url(self, answer: Any, job: str) -> str:
        """The URL that the provider names, as it is; else the documented one."""
        path = self.dialect.pointers.poll_path
        if path and isinstance(told := find(answer, path), str):
            return urljoin(self.base_url, told)
        route = next(route for route in self.dialect.routes if isinstance(route.operation, Poll))
        return self.base_url + route.path.replace("{id}", quote(job, safe=""))

    # Waiting: a GET may be repeated, but not for ever.

    def wait(self, url: str, job: str) -> Any:
        """Poll until the job has ended well, and return its document."""
        deadline = time.monotonic() + DEADLINE
        while not self.overdue(deadline):
            document = self.poll(url, job)
            state = self.state(document)
            if state in self.good:
                return self.with_clip(url, job, document)
            if state in self.bad:
                raise VideoError(f"the job has ended as {state}: {find(document, self.dialect.pointers.error)}", job)
            self.nap()
        raise self.late(job)

    def overdue(self, deadline: float) -> bool:
        return time.monotonic() > deadline

    def late(self, job: str) -> VideoError:
        return VideoError(f"the job is not over after {DEADLINE:.0f} s; poll it again later", job)

    def nap(self) -> None:
        time.sleep(INTERVAL)

    def state(self, document: Any) -> str:
        """The state's word in small letters; whatever is no word is a state that nobody knows."""
        found = find(document, self.dialect.pointers.status or "/status")
        return found.strip().lower() if isinstance(found, str) else ""

    def poll(self, url: str, job: str) -> Any:
        """Ask once how the job stands, which may take some attempts."""
        began, self.polled = time.monotonic(), url
        for attempt in range(ATTEMPTS):
            answer = self.get(url, self.key)
            if answer is not None and answer.is_success and (document := self.document(answer)) is not None:
                return document
            if answer is not None and not self.again(answer, time.monotonic() - began):
                raise VideoError(f"the poll is answered {answer.status_code}: {answer.text[:200]}", job)
            self.pause(attempt, answer, job)
        raise VideoError("the poll has failed too often", job)

    def again(self, answer: httpx.Response, waited: float) -> bool:
        """Whether a poll may be repeated; a fresh id is not known everywhere at once."""
        if answer.status_code == 404:
            return waited < FRESH_ID
        return answer.is_success or answer.status_code in TRANSIENT

    def with_clip(self, url: str, job: str, document: Any) -> Any:
        """Of a job that is done the URL may come a little later; a documented download needs none."""
        for attempt in range(3):
            if self.clip_url(document) or self.content_url(job):
                return document
            self.pause(attempt, None, job)
            document = self.poll(url, job)
        raise VideoError("the job is done, but there is no URL of its clip", job)

    # Downloading: what fails here is never a reason to submit again.

    def download(self, document: Any, job: str) -> bytes:
        """Fetch the clip, whole; of a URL that is refused ask for a fresh one, once."""
        url, headers = self.clip_url(document), {}
        if not url:
            url, headers = self.content_url(job) or "", self.key
        refused = 0
        for attempt in range(ATTEMPTS):
            answer = self.fetch(url, headers)
            if answer is not None and answer.is_success and not (wrong := self.wrong(answer.content)):
                return self.checked(answer.content, job)
            if answer is not None and answer.is_client_error and answer.status_code not in TRANSIENT:
                refused += 1
                if refused > 1:
                    break
                url = self.renewed(url, job)
            self.pause(attempt, answer, job)
        told = "nothing" if answer is None else f"{answer.status_code} {wrong if answer.is_success else ''}"
        raise VideoError(f"the clip cannot be downloaded: {told}", job)

    def renewed(self, url: str, job: str) -> str:
        """The clip's URL as the job tells it now."""
        document = self.poll(self.polled, job)
        return self.clip_url(document) or url

    def fetch(self, url: str, headers: dict[str, str]) -> httpx.Response | None:
        """GET and follow redirects; the key goes no further than to the origin that it is for."""
        home = urlsplit(url)[:2]
        for _ in range(5):
            answer = self.get(url, headers if urlsplit(url)[:2] == home else {})
            if answer is None or not answer.has_redirect_location:
                return answer
            url = urljoin(url, answer.headers["location"])
        raise VideoError(f"{url} leads in circles")

    def clip_url(self, document: Any) -> str | None:
        found = find(document, self.dialect.pointers.video)
        return found if isinstance(found, str) and found.startswith(("http:", "https:")) else None

    def content_url(self, job: str) -> str | None:
        """The documented download, if the provider has one."""
        paths = (route.path for route in self.dialect.routes if isinstance(route.operation, Content))
        return next((self.base_url + path.replace("{id}", quote(job, safe="")) for path in paths), None)

    def wrong(self, data: bytes) -> str:
        """Why the bytes are no clip, or not all of one: its boxes tell their sizes, where no Content-Length does."""
        if data[4:8] != b"ftyp":
            return f"{len(data)} bytes that are no clip"
        place = 0
        while place < len(data) and (size := int.from_bytes(data[place : place + 4], "big")) >= 8:
            place += size
        return "" if place == len(data) else f"{len(data)} bytes that are not all of the clip"

    def checked(self, data: bytes, job: str | None) -> bytes:
        if wrong := self.wrong(data):
            raise VideoError(wrong, job)
        return data

    # What all of them need.

    def get(self, url: str, headers: dict[str, str]) -> httpx.Response | None:
        """GET once; None if no whole answer comes."""
        try:
            return self.http.get(url, headers=headers)
        except httpx.TransportError:
            return None

    def document(self, answer: httpx.Response) -> Any:
        """The JSON of an answer; None if it holds none."""
        try:
            return json.loads(answer.content)
        except ValueError:
            return None

    def pause(self, attempt: int, answer: httpx.Response | None, job: str | None = None) -> None:
        """Sleep as long as the provider asks, at least, else longer each time, and never quite the same."""
        asked = 0.0 if answer is None else self.retry_after(answer)
        if asked > LONGEST_WAIT:
            raise VideoError(f"the provider asks to come back in {asked:.0f} s", job)
        time.sleep(max(asked, self.backoff(attempt)))

    def backoff(self, attempt: int) -> float:
        return min(60.0, 2.0**attempt) * random.uniform(1.0, 1.5)

    def retry_after(self, answer: httpx.Response) -> float:
        """Retry-After in seconds from now, written as a number or as a date."""
        told = answer.headers.get("retry-after", "")
        try:
            return float(told)
        except ValueError:
            pass
        try:
            return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())
        except ValueError:
            return 0.0


def generate(base_url: str, api_key: str, request: dict[str, Any], folder: str) -> bytes:
    """The client as the kit calls it; a base URL ends with the dialect's name."""
    client = Client(load()[base_url.rpartition("/")[2]], base_url, api_key, Path(folder, "job.json"))
    return client.generate(request)

"""The client of every provider, before servers that behave and servers that do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from mockvideo.core.errors import Kind
from mockvideo.core.jobs import Reason, State
from mockvideo.core.scenario import Outcome, Rule, Scenario
from mockvideo.core.settings import Settings
from mockvideo.dialect import Dialect
from mockvideo.dialects import load
from mockvideo.operation import Generate
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from mockvideo.testing.client import Client, JobError

DIALECTS = load()
BLOCKING = {name for name, each in DIALECTS.items() if any(isinstance(r.operation, Generate) for r in each.routes)}

every_dialect = pytest.mark.parametrize("dialect", [pytest.param(each, id=name) for name, each in DIALECTS.items()])

RULES = (
    Rule(on="submit", model="veo3", outcome=Outcome(ends="failed", reason=Reason.CONTENT_POLICY)),
    Rule(model="sora-2-pro", error=Kind.INTERNAL),
)


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with ServerThread(create_app(Options(settings=Settings(clock="auto", scenario=Scenario(rules=RULES))))) as server:
        yield server


@pytest.fixture
def client(server: ServerThread) -> Iterator[Callable[[Dialect], Client]]:
    made: list[Client] = []

    def client_of(dialect: Dialect) -> Client:
        made.append(Client(dialect, f"{server.url}/{dialect.name}", "sk-client"))
        return made[-1]

    yield client_of
    for each in made:
        each.__exit__(None, None, None)


@every_dialect
def test_a_job_goes_from_its_submission_to_its_clip(client: Any, dialect: Dialect) -> None:
    job = client(dialect)
    job.submit()
    while not job.finished:
        job.poll()

    assert job.state is State.SUCCEEDED
    assert job.download()[4:8] == b"ftyp"


@every_dialect
def test_the_states_are_the_words_of_the_provider_in_their_order(client: Any, dialect: Dialect) -> None:
    job = client(dialect)
    job.submit()
    while not job.finished:
        job.poll()
    spelled = [dialect.states[state] for state in (State.QUEUED, State.RUNNING, State.SUCCEEDED)]
    words = [] if dialect.name in BLOCKING else [word.text for word in spelled]

    assert [word for word in words if word in job.states] == job.states
    assert job.states[-1:] == words[-1:]


@every_dialect
def test_a_finished_job_has_all_the_progress_that_is_told(client: Any, dialect: Dialect) -> None:
    job = client(dialect)
    job.submit()
    while not job.finished:
        job.poll()

    assert job.progress == (100 if dialect.pointers.progress else None)


def test_a_document_of_ones_own_is_submitted(client: Any) -> None:
    job = client(DIALECTS["sora"])

    assert job.submit({"model": "sora-2", "prompt": "x", "seconds": "8"})["seconds"] == "8"


def test_an_answer_that_names_where_to_poll_is_followed(client: Any) -> None:
    job = client(DIALECTS["lemondata"])
    answer = job.submit()

    assert job._poll_url.endswith(answer["poll_url"])
    assert job.poll()["task_id"] == answer["task_id"]


def test_an_answer_that_forgets_where_to_poll_is_polled_at_the_route(client: Any) -> None:
    lemondata = DIALECTS["lemondata"]
    job = client(replace(lemondata, pointers=replace(lemondata.pointers, poll_path="/nowhere")))
    answer = job.submit()

    assert job.poll()["task_id"] == answer["task_id"]


def test_a_refusal_is_raised_in_the_words_of_the_provider(client: Any) -> None:
    job = client(DIALECTS["beluga"])

    with pytest.raises(JobError, match=r"404: The model 'none' does not exist\.") as raised:
        job.submit({"model": "none", "prompt": "x"})
    assert (raised.value.status, raised.value.document["error"]["param"]) == (404, "model")


def test_a_job_that_failed_has_no_clip(client: Any) -> None:
    job = client(DIALECTS["sora"])
    job.submit({"model": "veo3", "prompt": "x"})
    while not job.finished:
        job.poll()

    assert job.state is State.FAILED
    with pytest.raises(JobError, match="no clip: Your request was blocked"):
        job.download()


def test_a_job_that_is_not_done_has_no_clip(client: Any) -> None:
    job = client(DIALECTS["sora"])
    job.submit()

    assert not job.finished
    with pytest.raises(JobError, match="no clip: queued"):
        job.download()


def test_a_client_without_an_answer_knows_no_state(client: Any) -> None:
    assert client(DIALECTS["sora"]).state is None


def test_data_urls_are_clips_as_well() -> None:
    options = Options(settings=Settings(clock="auto"), media="data")
    with ServerThread(create_app(options)) as server, Client(DIALECTS["sora"], f"{server.url}/sora", "k") as job:
        job.submit()
        while not job.finished:
            job.poll()

        assert job.document["video_url"].startswith("data:")
        assert job.download()[4:8] == b"ftyp"


class Liar(BaseHTTPRequestHandler):
    """Answers what a test says."""

    says: ClassVar[tuple[int, bytes]] = (200, b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.do_GET()

    def do_GET(self) -> None:
        status, body = self.says
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def lied() -> Iterator[Client]:
    """A client of a server that answers ``Liar.says``."""
    with HTTPServer(("127.0.0.1", 0), Liar) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        with Client(DIALECTS["sora"], f"http://127.0.0.1:{server.server_port}", "k") as client:
            yield client
        server.shutdown()
        thread.join()


def test_an_answer_that_is_not_json_is_an_error(lied: Client) -> None:
    Liar.says = (502, b"<html>Bad gateway</html>")

    with pytest.raises(JobError, match="502: the answer is not JSON"):
        lied.submit()


def test_a_status_that_no_document_knows_is_an_error(lied: Client) -> None:
    Liar.says = (200, b'{"id": "x", "status": "dreaming"}')

    with pytest.raises(JobError, match="no document knows the status 'dreaming'"):
        lied.submit()


def test_a_clip_that_is_not_there_is_an_error(lied: Client) -> None:
    url = f"{lied._base_url}/nowhere"
    lied.document = {"video_url": url}
    Liar.says = (410, b"{}")

    with pytest.raises(JobError, match=f"410: the clip is not at {url}"):
        lied.download()

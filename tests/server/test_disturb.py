"""A rule changes the document of one answer, and a job's script those of all its answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockvideo import dialects
from mockvideo.core.errors import Kind
from mockvideo.core.jobs import State
from mockvideo.core.scenario import Changes, Earlier, Outcome, Rule
from mockvideo.core.timing import AT_ONCE, Timing
from mockvideo.dialect import Dialect, spelled
from mockvideo.operation import Document, Generate, List, Poll, Submit
from mockvideo.pointer import find, stands
from mockvideo.server.app import App
from tests.server.driving import BEARER, Reply, app_of, ask, submit

DIALECTS = dialects.load()
WORD = "constructed"


def of(*kinds: type) -> pytest.MarkDecorator:
    """Run a test for every dialect that has such a route."""
    found = [each for each in DIALECTS.values() if any(isinstance(route.operation, kinds) for route in each.routes)]
    return pytest.mark.parametrize("dialect", found, ids=repr)


def get(app: App, dialect: Dialect, kind: type, job_id: str = "nobody", key: bytes = b"sk-test") -> Reply:
    route = next(route for route in dialect.routes if isinstance(route.operation, kind))
    place = dialect.credential
    return ask(app, "GET", f"/{dialect.name}{route.path.replace('{id}', job_id)}", (place.header, place.prefix + key))


def polled(app: App, dialect: Dialect) -> Any:
    """What the first poll of a new job tells."""
    job_id = find(submit(app, dialect=dialect.name).document, dialect.pointers.submitted)
    return get(app, dialect, Poll, job_id).document


def disturbing(changes: Changes, on: str = "poll", **settings: Any) -> App:
    return app_of(rules=(Rule(on=on, document=changes, times=1),), timing=AT_ONCE, **settings)


def entries(app: App) -> list:
    return list(app.service.accounts.get("sk-test").journal)


# What a rule changes


@of(Poll)
@pytest.mark.parametrize("place", ["status", "id", "video"])
def test_a_place_is_changed_where_the_dialect_has_it(dialect, place) -> None:
    pointers = dialect.pointers
    pointer = {"status": pointers.status, "id": pointers.polled or pointers.submitted, "video": pointers.video}[place]
    told, truth = polled(disturbing(Changes(set={place: WORD})), dialect), polled(app_of(timing=AT_ONCE), dialect)
    assert find(told, pointer) == WORD != find(truth, pointer)
    assert told.keys() == truth.keys()


@of(Submit)
def test_the_answer_of_a_submission_is_changed(dialect) -> None:
    place = dialect.pointers.video if dialect.pointers.submitted is None else dialect.pointers.submitted
    reply = submit(disturbing(Changes(set={place: WORD}), on="submit"), dialect=dialect.name)
    assert find(reply.document, place) == WORD


@of(Generate)
def test_a_blocking_call_that_fails_is_changed_too(dialect) -> None:
    failing = Rule(outcome=Outcome(ends="failed"))
    app = app_of(rules=(failing, Rule(on="generate", document=Changes(extra=2))), timing=AT_ONCE)
    document = submit(app, dialect=dialect.name).document
    assert document.keys() >= {"error", "extra_1", "extra_2"}
    assert entries(app)[-1].rule == "test#2"


@of(List)
def test_a_list_is_changed(dialect) -> None:
    reply = get(disturbing(Changes(wrap="data_of_data"), on="list"), dialect, List)
    assert list(reply.document) == ["data_of_data"]


@of(Document)
def test_a_document_about_nothing_but_the_account_is_changed(dialect) -> None:
    reply = get(disturbing(Changes(extra=1), on="document"), dialect, Document)
    assert reply.document["extra_1"] == "blue"


@of(Poll)
def test_only_one_answer_lies_and_the_journal_names_the_rule(dialect) -> None:
    app = disturbing(Changes(set={"status": WORD}))
    polled(app, dialect)
    polled(app, dialect)
    assert [entry.rule for entry in entries(app)] == [None, "test#1", None, None]


def test_a_change_that_finds_nothing_to_change_leaves_an_answer_as_it_is() -> None:
    app = disturbing(Changes(null=("/nowhere",)))
    assert polled(app, DIALECTS["sora"]) == polled(app_of(timing=AT_ONCE), DIALECTS["sora"])


def test_a_refusal_is_changed_by_the_rule_that_orders_it() -> None:
    app = app_of(rules=(Rule(error=Kind.INTERNAL, document=Changes(wrap="data")),))
    assert list(submit(app).document) == ["data"]


@pytest.mark.parametrize("rules", [(Rule(error=Kind.INTERNAL),), ()], ids=["ordered", "of its own"])
def test_a_refusal_that_another_rule_orders_is_told_as_it_is(rules) -> None:
    app = app_of(rules=(*rules, Rule(document=Changes(wrap="data"))))
    assert list(submit(app, model="nobody").document) == ["error"]


@of(Poll)
@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
def test_a_state_that_goes_backwards_is_told_in_the_dialects_words(dialect, state) -> None:
    app = app_of(rules=(Rule(on="poll", snapshot=Earlier(state=state, progress=0.5)),), timing=AT_ONCE)
    told = polled(app, dialect)
    assert find(told, dialect.pointers.status) == spelled(dialect.states)[state]
    assert not find(told, dialect.pointers.video)
    assert (entries(app)[-1].state, entries(app)[-1].rule) == (state, "test#1")


@of(Poll)
def test_a_running_job_can_go_back_in_progress_alone(dialect) -> None:
    app = app_of(rules=(Rule(on="poll", poll=2, snapshot=Earlier(progress=0.1)),))
    job_id = find(submit(app, dialect=dialect.name).document, dialect.pointers.submitted)
    app.service.accounts.get("sk-test").clock.advance(4)
    told = [get(app, dialect, Poll, job_id).document for _ in range(3)]
    assert told[0] == told[2]
    assert dialect.pointers.progress is None or find(told[1], dialect.pointers.progress) < find(
        told[0], dialect.pointers.progress
    )


# What a job's script changes


@of(Poll)
def test_a_silent_job_never_tells_its_progress(dialect) -> None:
    app = app_of(rules=(Rule(timing=Timing(0.0, 9.0, progress="absent")),))
    job_id = find(submit(app, dialect=dialect.name).document, dialect.pointers.submitted)
    told = []
    for _ in range(3):
        told.append(get(app, dialect, Poll, job_id).document)
        app.service.accounts.get("sk-test").clock.advance(5)
    pointer = dialect.pointers.progress
    assert pointer is None or not any(stands(document, pointer) for document in told)
    assert find(told[-1], dialect.pointers.status) == spelled(dialect.states)[State.SUCCEEDED]


@pytest.mark.parametrize("dialect", [each for each in DIALECTS.values() if each.pointers.poll_path], ids=repr)
def test_an_opaque_poll_url_is_told_in_the_place_of_the_usual_one(dialect) -> None:
    app = app_of(rules=(Rule(outcome=Outcome(opaque_poll_url=True)),), timing=AT_ONCE)
    document = submit(app, dialect=dialect.name).document
    (job,) = app.service.accounts.get("sk-test").store.latest(dialect.name)
    path = find(document, dialect.pointers.poll_path)
    assert job.script.poll_name in path
    assert job.id not in path
    place = dialect.credential
    told = ask(app, "GET", path, (place.header, place.prefix + b"sk-test"))
    assert find(told.document, dialect.pointers.status) == spelled(dialect.states)[State.SUCCEEDED]
    assert get(app, dialect, Poll, job.id).status == 404


def test_both_a_rule_and_a_script_change_an_answer() -> None:
    rules = (
        Rule(timing=Timing(0.0, 9.0, progress="absent")),
        Rule(on="poll", document=Changes(set={"status": WORD})),
    )
    told = polled(app_of(rules=rules), DIALECTS["sora"])
    assert (told["status"], "progress" in told) == (WORD, False)


def test_an_unscripted_answer_is_the_dialects_own() -> None:
    known, changing = app_of(timing=AT_ONCE), disturbing(Changes(extra=1), on="list")
    assert polled(known, DIALECTS["sora"]) == polled(changing, DIALECTS["sora"])


def test_a_change_is_what_the_client_gets_in_bytes() -> None:
    app = disturbing(Changes(text=("progress",)))
    job_id = submit(app).document["id"]
    reply = ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER)
    assert b'"progress":"100"' in reply.body
    assert int(reply.header("content-length")) == len(reply.body)
    assert json.loads(reply.body)["progress"] == "100"

"""What can be asked of an account, and what is said where the journal no longer knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.errors import Kind
from mockvideo.core.settings import Caps
from mockvideo.server.records import of_form
from mockvideo.testing.bodies import document
from mockvideo.testing.evidence import MOST, ForgottenError, ignored
from mockvideo.testing.exchanges import read
from tests.testing.acting import DIALECTS, Code, Place, serving


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with serving() as place:
        yield place


Make = Callable[..., Code]


@pytest.fixture
def code(place: Place) -> Make:
    """Make code under test, with the settings of its account."""
    return lambda **order: Code(place, **order)


def test_an_exchange_tells_what_was_asked_and_answered(code: Make) -> None:
    test = code()
    test.submit()
    (told,) = test.evidence.requests()

    assert (told.number, told.at, told.operation, told.method, told.path) == (
        *(1, 0.0, "submit", "POST"),
        "/v1/videos/generations",
    )
    assert (told.status, told.state, told.price, told.refusal) == (200, "queued", Decimal("0.25"), None)
    assert (told.document, told.prompt) == (DIALECTS["beluga"].example, DIALECTS["beluga"].example["prompt"])
    assert (told.planned, told.rule, told.misses, told.lost, told.fault) == (False, None, (), False, None)


def test_every_part_of_a_run_is_found(code: Make) -> None:
    test = code()
    test.download(test.finish(test.submit()))
    test.submit("a4f", prompt=None)
    evidence = test.evidence

    assert [each.operation for each in evidence.submits] == ["submit", "generate"]
    assert {each.operation for each in evidence.polls} == {"poll"}
    assert [each.status for each in evidence.downloads] == [200]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"dialect": "sora"}, [3]),
        ({"operation": "poll"}, [2]),
        ({"model": "sora-2"}, [3]),
        ({"status": 503}, [2]),
        ({"status": "2xx"}, [1, 3]),
        ({"planned": True}, [2]),
        ({"planned": False, "since": 1}, [3]),
        ({"since": None}, [1, 2, 3]),
    ],
)
def test_requests_are_chosen(code: Make, filters, numbers) -> None:
    test = code(scenario='on = "poll", status = 503')
    test.poll(test.submit())
    test.submit("sora")

    assert [each.number for each in test.evidence.requests(**filters)] == numbers


def test_a_job_is_named_by_its_id_or_by_what_has_one(code: Make) -> None:
    test = code()
    test.submit()
    test.poll(test.submit())
    second = test.jobs[1]

    for job in (second, SimpleNamespace(id=second)):
        assert [each.number for each in test.evidence.requests(job=job)] == [2, 3]


def test_a_form_is_read_as_a_document(code: Make) -> None:
    test = code()
    test.http.post(
        "/sora/v1/videos",
        data={"model": "sora-2", "prompt": "A kite\nin rain"},
        headers={"Authorization": f"Bearer {test.key}"},
    )
    (told,) = test.evidence.submits

    assert told.document == {"model": "sora-2", "prompt": "A kite\nin rain"}
    assert told.prompt == "A kite\nin rain"


@given(st.lists(st.tuples(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.text()), unique_by=lambda field: field[0]))
@settings(max_examples=50, deadline=None)
def test_whatever_a_form_has_is_found_again_unless_it_looks_like_a_form(fields: list[tuple[str, str]]) -> None:
    plain = [(name, value.replace("=", "").encode("utf-8", "replace").decode()) for name, value in fields]
    kept = of_form(plain).decode()

    assert document(kept, "multipart/form-data; boundary=x") == (dict(plain) or None)


@pytest.mark.parametrize(
    ("text", "media"), [("", "application/json"), ('{"cut', ""), ("", "form"), ("no field", "form"), ("[" * 60_000, "")]
)
def test_what_is_not_kept_is_no_document(text: str, media: str) -> None:
    assert document(text, media) is None


def test_a_refusal_has_the_facts_that_explain_it(code: Make) -> None:
    test = code()
    test.submit(model="kling-v")
    test.get("/v1/videos/tasks/vtask_none")
    unknown, lost = (each.refusal for each in test.evidence.requests())
    assert unknown
    assert lost

    assert (unknown.kind, unknown.field, unknown.facts["model"]) == (Kind.UNKNOWN_MODEL, "model", "kling-v")
    assert unknown.facts["nearest"] == DIALECTS["beluga"].catalog.nearest("kling-v")
    assert (lost.kind, lost.facts["id"]) == (Kind.JOB_NOT_FOUND, "vtask_none")


def test_the_cost_is_counted_in_every_dialect(code: Make) -> None:
    test = code()
    test.submit("apiframe")

    assert test.evidence.cost == {**dict.fromkeys(DIALECTS, Decimal(0)), "apiframe": Decimal(35)}


def test_the_ledger_tells_what_is_held_and_charged(code: Make) -> None:
    test = code(credits=100)
    test.submit("apiframe")
    told = test.evidence.ledger["apiframe"]

    assert (told.currency, told.balance, told.charged + told.held) == ("credits", Decimal(65), Decimal(35))


def test_the_audit_tells_traffic_and_bills(code: Make) -> None:
    test = code()
    test.finish(test.submit())
    (told,) = test.evidence.audit.values()

    assert (told.dialect, told.currency, told.traffic.requests) == ("beluga", "USD", 2)
    assert (told.bills.succeeded.jobs, told.bills.unfetched.amount, told.median) == (1, Decimal("0.25"), told.p95)


def test_advice_is_counted_with_its_sentence(code: Make) -> None:
    test = code()
    test.submit("apiframe")
    test.submit("apiframe")
    (told,) = test.evidence.advice

    assert (told.dialect, told.id, told.times) == ("apiframe", "idempotency-key", 2)
    assert told.sentence == "Send an Idempotency-Key with every submission: a retry then makes no second job."


def test_a_dialect_that_only_the_server_has_is_told_without_explanations(code: Make) -> None:
    test = code()
    test.submit(model="kling-v")
    (entry,) = test.evidence.control.get("/journal", bodies=1)["entries"]
    told = read({**entry, "dialect": "other"})

    assert (told.prompt, told.document["model"]) == (None, "kling-v")
    assert told.refusal
    assert told.refusal.facts == {"method": "POST", "path": "/v1/videos/generations", "model": "kling-v"}
    assert ignored([replace(told, advice=("be-kind",))])[0].sentence == ""


def test_a_question_that_the_journal_cannot_answer_is_not_answered() -> None:
    with serving(Caps(journal_entries=2)) as place:
        test = Code(place)
        for _ in range(4):
            test.submit()
        evidence = test.evidence

        for ask in (
            lambda: evidence.submits,
            lambda: evidence.polls,
            lambda: evidence.downloads,
            lambda: evidence.advice,
        ):
            with pytest.raises(ForgottenError, match="has forgotten 2 exchanges that this is about as well"):
                ask()
        with pytest.raises(ForgottenError, match="forgotten 1 exchange that"):
            evidence.requests(since=1)


def test_what_the_journal_has_not_forgotten_can_be_asked() -> None:
    with serving(Caps(journal_entries=2)) as place:
        test = Code(place)
        for _ in range(4):
            test.submit()

        assert [each.number for each in test.evidence.requests(since=2)] == [3, 4]
        assert test.evidence.cost["beluga"] == 1


def test_what_a_reset_has_taken_away_is_not_missed() -> None:
    with serving(Caps(journal_entries=2)) as place:
        test = Code(place)
        for _ in range(4):
            test.submit()
        test.evidence.control.post("/reset", {"what": ["journal"]})
        test.submit()

        assert [each.number for each in test.evidence.requests()] == [5]


def test_more_than_the_server_tells_at_once_is_as_good_as_forgotten() -> None:
    with serving(Caps(journal_entries=2 * MOST)) as place:
        test = Code(place)
        for _ in range(MOST + 1):
            test.get("/v1/models")

        assert test.evidence.kept()[1] == 1
        assert len(test.evidence.requests(since=1)) == MOST

"""What each assertion says when it fails: a reader who sees only the message knows what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import cleandoc
from types import SimpleNamespace

import pytest

from mockvideo.core.scenario import Rule, Scenario
from mockvideo.core.settings import Caps
from mockvideo.testing.asserting.assertions import (
    assert_all_rules_used,
    assert_downloaded,
    assert_no_wasted_spend,
    assert_submitted,
)
from mockvideo.testing.evidence import ForgottenError
from tests.testing.acting import DIALECTS, Code, Place, said, serving

# ruff: noqa: E501 - messages stand here as they are read


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with serving() as place:
        yield place


Make = Callable[..., Code]


@pytest.fixture
def code(place: Place) -> Make:
    """Make code under test, with the settings of its account."""
    return lambda **order: Code(place, **order)


RATE_LIMITED = {"on": "submit", "first": 1, "error": "rate_limited"}


def test_one_submission_is_enough_for_whom_no_number_matters(code: Make) -> None:
    test = code()
    test.submit()
    test.submit(prompt="Another one")

    assert_submitted(test.evidence)
    assert_submitted(test.evidence, 1, prompt="*nother*", model="sora-2*", dialect="b*")
    assert_submitted(test.evidence, 0, dialect="sora")


def test_a_refused_submission_that_was_tried_again_counts_once(code: Make) -> None:
    test = code(scenario={"rules": [RATE_LIMITED]})
    test.submit()
    test.submit()

    assert_submitted(test.evidence, times=1)


def test_a_submission_made_twice_because_its_reply_was_lost(code: Make) -> None:
    test = code(scenario="accepted-reply-lost")
    test.submit("apiframe")
    test.submit("apiframe")

    assert said(assert_submitted, test.evidence, times=1) == cleandoc(
        """
        expected 1 submission, but 2 came

            1  0.0 s  apiframe  submit  202  queued     kling-3.0  3f75ffbb-9091-482b-a0d6-750c502f544c  (lost, connection fault planned by accepted-reply-lost#1)
          > 2  0.0 s  apiframe  submit  202  queued     kling-3.0  1af5b061-1a8e-4ab0-b497-1c29691b7dfa  no rule: accepted-reply-lost#1: request 2 that fits, wanted the first 1

        The reply to exchange 1 was lost (connection fault planned by accepted-reply-lost#1), but it had
        made job 3f75ffbb-9091-482b-a0d6-750c502f544c. Exchange 2 submitted the same once more, and both are
        paid for.
        Send the same Idempotency-Key with each try: it then makes no second job.
        """
    )


def test_a_submission_made_twice_where_no_key_prevents_it(code: Make) -> None:
    test = code(scenario="accepted-reply-lost")
    test.submit()
    test.submit()

    assert said(assert_submitted, test.evidence, times=1) == cleandoc(
        """
        expected 1 submission, but 2 came

            1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp  (lost, connection fault planned by accepted-reply-lost#1)
          > 2  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7qfeffpxg  no rule: accepted-reply-lost#1: request 2 that fits, wanted the first 1

        The reply to exchange 1 was lost (connection fault planned by accepted-reply-lost#1), but it had
        made job vtask_7f23nlsrp. Exchange 2 submitted the same once more, and both are paid for.
        beluga knows no idempotency keys: after a lost reply count the job as made, do not repeat it.
        """
    )


def test_a_submission_made_twice_for_no_reason(code: Make) -> None:
    test = code()
    test.submit()
    test.submit()

    assert said(assert_submitted, test.evidence, times=1) == cleandoc(
        """
        expected 1 submission, but 2 came

            1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp
          > 2  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7qfeffpxg

        Exchange 2 submitted the same as exchange 1, and both are paid for. Submit once and keep the id of
        the job. If the test means all of them, say times=2.
        """
    )


def test_two_submissions_that_differ(code: Make) -> None:
    test = code()
    test.submit()
    test.submit(prompt="Another one")

    assert said(assert_submitted, test.evidence, times=1) == cleandoc(
        """
        expected 1 submission, but 2 came

            1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp
          > 2  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_0ajztq8wl

        They differ: submit only what is meant, or count some of them with model= or prompt=. If the test
        means all of them, say times=2.
        """
    )


def test_a_submission_that_should_not_be(code: Make) -> None:
    test = code()
    test.submit()

    assert said(assert_submitted, test.evidence, times=0) == cleandoc(
        """
        expected no submission, but 1 came

          > 1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp

        Let the code under test not submit here. If the test means all of them, say times=1.
        """
    )


def test_no_request_at_all(code: Make) -> None:
    assert said(assert_submitted, code().evidence) == cleandoc(
        """
        expected a submission, but no request came at all

        No request came with this account's key to a path that its API has. Give the code under test the
        base URL and the key of this mock: .env() has them as variables, .url() and .key by themselves.
        """
    )


def test_requests_without_a_submission(code: Make) -> None:
    test = code()
    test.get("/v1/models")

    assert said(assert_submitted, test.evidence) == cleandoc(
        """
        expected a submission, but none came

            1  0.0 s  beluga  document  200             /v1/models

        No request is a submission. See that the code under test gets as far as submitting a job.
        """
    )


def test_fewer_submissions_than_expected(code: Make) -> None:
    test = code()
    test.submit()

    assert said(assert_submitted, test.evidence, times=3) == cleandoc(
        """
        expected 3 submissions, but 1 came

          > 1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp

        Submit 2 more, or say times=1.
        """
    )


def test_a_submission_that_was_led_to_an_earlier_job(code: Make) -> None:
    test = code()
    for _ in range(2):
        test.post("/v2/videos/generate", DIALECTS["apiframe"].example, "apiframe", {"Idempotency-Key": "one"})

    assert said(assert_submitted, test.evidence, times=2) == cleandoc(
        """
        expected 2 submissions, but 1 came

            1  0.0 s  apiframe  submit  202  queued     kling-3.0  3f75ffbb-9091-482b-a0d6-750c502f544c
          > 2  0.0 s  apiframe  submit  202  queued     kling-3.0  3f75ffbb-9091-482b-a0d6-750c502f544c

        Exchange 2 has the idempotency key of an earlier one, and was led to its job
        3f75ffbb-9091-482b-a0d6-750c502f544c. Use a key of its own for each job, or say times=1 if one is
        meant.
        """
    )


def test_another_model(code: Make) -> None:
    test = code()
    test.submit()

    assert said(assert_submitted, test.evidence, model="veo*") == cleandoc(
        """
        expected a submission with model 'veo*', but none came; the nearest has model 'sora-2-preview'

          > 1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp

        Exchange 1 came nearest. Let the code under test send what the test wants, or say
        model='sora-2-preview' in the test.
        """
    )


def test_another_prompt(code: Make) -> None:
    test = code()
    test.submit(model="kling-v3", prompt="A whale\x1b[31m")

    assert said(assert_submitted, test.evidence, 1, model="veo*", prompt="*kite*") == cleandoc(
        """
        expected 1 submission with model 'veo*' and prompt '*kite*', but none came; the nearest has model 'kling-v3' and prompt 'A whale[31m'

          > 1  0.0 s  beluga  submit  200  queued     kling-v3  vtask_wrvijbkhq

        Exchange 1 came nearest. Let the code under test send what the test wants, or say model='kling-v3',
        prompt='A whale[31m' in the test.
        """
    )


def test_a_model_that_nobody_knows(code: Make) -> None:
    test = code()
    test.submit(model="kling-v")

    assert said(assert_submitted, test.evidence, model="kling-v3") == cleandoc(
        """
        expected a submission with model 'kling-v3', but none came; the nearest has model 'kling-v'

          > 1  0.0 s  beluga  submit  404  unknown_model  The model 'kling-v' does not exist.  [seed]  Did you mean kling-v3 or kling-v3-omni or kling-video-o1?

        Exchange 1 came nearest. Let the code under test send what the test wants, or say model='kling-v' in
        the test.
        Exchange 1 was refused (404 unknown_model): The model 'kling-v' does not exist. [seed] Did you mean
        kling-v3 or kling-v3-omni or kling-video-o1?
        Send what the provider accepts.
        """
    )


def test_a_submission_that_the_provider_refused(code: Make) -> None:
    test = code()
    test.submit(duration=99)

    assert said(assert_submitted, test.evidence) == cleandoc(
        """
        expected a submission, but none came through and 1 was refused

          > 1  0.0 s  beluga  submit  400  model_limit  duration: Input should be less than or equal to 25  [seed]

        Exchange 1 was refused (400 model_limit): duration: Input should be less than or equal to 25 [seed]
        Send what the provider accepts.
        """
    )


def test_submissions_that_a_rule_had_refused(code: Make) -> None:
    test = code(scenario="503")
    test.submit()
    test.submit()

    assert said(assert_submitted, test.evidence) == cleandoc(
        """
        expected a submission, but none came through and 2 were refused

          > 1  0.0 s  beluga  submit  503  unavailable (planned by 503#1)  The model is temporarily unavailable.
          > 2  2.0 s  beluga  submit  503  unavailable (planned by 503#1)  The model is temporarily unavailable.

        The rule 503#1 had exchange 2 refused (503 unavailable). Let the code under test try again as long
        as that makes sense, or take the rule out of the test.
        """
    )


def test_a_prompt_that_the_journal_did_not_keep() -> None:
    with serving(Caps(journal_bodies=10)) as place:
        test = Code(place)
        test.submit()

        assert said(assert_submitted, test.evidence, prompt="*") == cleandoc(
            """
            expected a submission with prompt '*', but none came; the nearest has prompt unknown

              > 1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp

            Of its body the journal has not kept enough to tell. Ask before more is sent than it keeps.
            """
        )


def test_a_downloaded_clip_is_no_fault(code: Make) -> None:
    test = code()
    test.download(test.finish(test.submit()))

    assert_downloaded(test.evidence)
    assert_downloaded(test.evidence, SimpleNamespace(id=test.jobs[0]))
    assert_no_wasted_spend(test.evidence)


def test_a_clip_inside_an_answer_is_downloaded_with_it(code: Make) -> None:
    test = code()
    test.submit("a4f")

    assert_downloaded(test.evidence, test.jobs[0])


def test_a_clip_that_was_never_downloaded(code: Make) -> None:
    test = code()
    test.finish(test.submit())

    assert said(assert_downloaded, test.evidence) == cleandoc(
        """
        expected a clip to be downloaded, but nobody asked for it

            1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp
          > 2  5.0 s  beluga  poll    200  succeeded  sora-2-preview  vtask_7f23nlsrp

        Exchange 2 told that the clip is there, with its URL at /result/video_url. Download it before its
        URL expires.
        """
    )


def test_the_clip_of_another_job(code: Make) -> None:
    test = code()
    test.finish(test.submit())
    test.download(test.finish(test.submit(prompt="Another one")))

    assert said(assert_downloaded, test.evidence, test.jobs[0]) == cleandoc(
        """
        expected the clip of job vtask_7f23nlsrp to be downloaded, but that of job vtask_0ajztq8wl was

            …
            2   5.0 s  beluga  poll     200  succeeded  sora-2-preview  vtask_7f23nlsrp
            3   5.0 s  beluga  submit   200  queued     sora-2-preview  vtask_0ajztq8wl
            4  10.0 s  beluga  poll     200  succeeded  sora-2-preview  vtask_0ajztq8wl
          > 5  10.0 s  beluga  content  200  succeeded  sora-2-preview  vtask_0ajztq8wl

        Exchange 5 is for job vtask_0ajztq8wl. Take the URL from the answer that tells of job
        vtask_7f23nlsrp.
        """
    )


def test_polling_that_ended_early(code: Make) -> None:
    test = code(scenario={"timing": {"queue": 0, "render": 60}})
    job = test.submit()
    test.poll(job)
    test.poll(job)

    assert said(assert_downloaded, test.evidence, test.jobs[0]) == cleandoc(
        """
        expected the clip of job vtask_7f23nlsrp to be downloaded, but polling ended after 2 polls, before the job did

            1   0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp
            2   5.0 s  beluga  poll    200  running    sora-2-preview  vtask_7f23nlsrp
          > 3  10.0 s  beluga  poll    200  running    sora-2-preview  vtask_7f23nlsrp

        Poll job vtask_7f23nlsrp until it has ended: the last poll (exchange 3) told running.
        """
    )


def test_a_job_that_was_never_polled(code: Make) -> None:
    test = code()
    test.submit()

    assert said(assert_downloaded, test.evidence) == cleandoc(
        """
        expected a clip to be downloaded, but the job was never polled

          > 1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp

        Poll job vtask_7f23nlsrp until it has ended, then download its clip.
        """
    )


def test_a_poll_whose_reply_was_lost(code: Make) -> None:
    test = code(scenario={"rules": [{"on": "poll", "bytes": {"html": 502}}]})
    job = test.submit()
    test.poll(job)

    assert said(assert_downloaded, test.evidence) == cleandoc(
        """
        expected a clip to be downloaded, but the last answer about the job was lost

            1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp
          > 2  5.0 s  beluga  poll    502  succeeded  sora-2-preview  vtask_7f23nlsrp  (lost, bytes fault planned by (account)#1)

        The reply to exchange 2 was lost (bytes fault planned by (account)#1). Let the code under test ask
        again, or wait longer.
        """
    )


@pytest.mark.parametrize(("scenario", "what"), [("content-policy", "failed"), ("cancelled", "was cancelled")])
def test_a_job_that_ended_badly(code: Make, scenario: str, what: str) -> None:
    test = code(scenario=scenario)
    test.finish(test.submit())
    (job,) = test.jobs
    first, *_, last = said(assert_downloaded, test.evidence, job).split("\n\n")

    assert first == f"expected the clip of job {job} to be downloaded, but the job {what}"
    assert last.replace("\n", " ").endswith(
        f"told that job {job} {what} (planned by {scenario}#1), so it has no clip. "
        "Let the job succeed, or test what the code does without a clip."
    )


def test_a_download_that_broke_off(code: Make) -> None:
    test = code(scenario="download-reset")
    test.download(test.finish(test.submit()))

    assert said(assert_downloaded, test.evidence) == cleandoc(
        """
        expected a clip to be downloaded, but the download broke off

            1  0.0 s  beluga  submit   200  queued     sora-2-preview  vtask_7f23nlsrp
            2  5.0 s  beluga  poll     200  succeeded  sora-2-preview  vtask_7f23nlsrp
          > 3  5.0 s  beluga  content  200  succeeded  sora-2-preview  vtask_7f23nlsrp  (lost, connection fault planned by download-reset#1)

        Download it again: the reply to exchange 3 was lost (connection fault planned by download-reset#1).
        """
    )


def test_a_download_that_was_refused(code: Make) -> None:
    test = code(scenario="content-403")
    test.download(test.finish(test.submit()))

    assert said(assert_downloaded, test.evidence) == cleandoc(
        """
        expected a clip to be downloaded, but the download was refused

            1  0.0 s  beluga  submit   200  queued     sora-2-preview  vtask_7f23nlsrp
            2  5.0 s  beluga  poll     200  succeeded  sora-2-preview  vtask_7f23nlsrp
          > 3  5.0 s  beluga  content  403  plan_required (planned by content-403#1)  This API key has no access to this endpoint or model.

        The rule content-403#1 had exchange 3 refused (403 plan_required). Let the code under test try again
        as long as that makes sense, or take the rule out of the test.
        """
    )


def test_a_look_at_a_clip_is_no_download(code: Make) -> None:
    test = code()
    job = test.finish(test.submit())
    test.http.head(job.document["result"]["video_url"])

    assert said(assert_downloaded, test.evidence) == cleandoc(
        """
        expected a clip to be downloaded, but HEAD was answered 200

            1  0.0 s  beluga  submit   200  queued     sora-2-preview  vtask_7f23nlsrp
            2  5.0 s  beluga  poll     200  succeeded  sora-2-preview  vtask_7f23nlsrp
          > 3  5.0 s  beluga  content  200  succeeded  sora-2-preview  vtask_7f23nlsrp

        Exchange 3 brought nothing of it. GET the clip as a whole, or a range that it has.
        """
    )


def test_a_job_that_is_not_there(code: Make) -> None:
    test = code()
    test.submit()

    assert said(assert_downloaded, test.evidence, "vtask_none") == cleandoc(
        """
        expected the clip of job vtask_none to be downloaded, but there is no such job

            1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp

        Nobody asked for job vtask_none with this key. Give the test the id that the submission answered.
        """
    )


def test_a_clip_of_a_job_that_was_refused(code: Make) -> None:
    test = code()
    test.submit(duration=99)

    assert said(assert_downloaded, test.evidence) == cleandoc(
        """
        expected a clip to be downloaded, but no job was made

          > 1  0.0 s  beluga  submit  400  model_limit  duration: Input should be less than or equal to 25  [seed]

        Exchange 1 was refused (400 model_limit): duration: Input should be less than or equal to 25 [seed]
        Send what the provider accepts.
        """
    )


def test_jobs_that_were_paid_for_in_vain(code: Make) -> None:
    test = code()
    test.download(test.finish(test.submit()))
    test.finish(test.submit())

    assert said(assert_no_wasted_spend, test.evidence) == cleandoc(
        """
        expected no wasted spend, but 0.25 of 0.5 USD were wasted in beluga: 1 duplicate job (0.25 USD), 1 unfetched clip (0.25 USD)

            1   0.0 s  beluga  submit   200  queued     sora-2-preview  vtask_7f23nlsrp
            2   5.0 s  beluga  poll     200  succeeded  sora-2-preview  vtask_7f23nlsrp
            3   5.0 s  beluga  content  200  succeeded  sora-2-preview  vtask_7f23nlsrp
          > 4   5.0 s  beluga  submit   200  queued     sora-2-preview  vtask_7qfeffpxg
            5  10.0 s  beluga  poll     200  running    sora-2-preview  vtask_7qfeffpxg
          > 6  15.0 s  beluga  poll     200  succeeded  sora-2-preview  vtask_7qfeffpxg

        Exchange 4 submitted the same as exchange 1, and both are paid for. Submit once and keep the id of
        the job.
        Exchange 6 told that job vtask_7qfeffpxg has succeeded, and its clip was never fetched. Download it,
        or do not submit what nobody wants.
        """
    )


def test_waste_in_several_currencies(code: Make) -> None:
    test = code(scenario="accepted-reply-lost")
    for name in ("sora", "sora", "apiframe"):
        test.submit(name)
    test.finish(test.submit("beluga"))
    test.finish(test.submit("beluga", prompt="Another one"))
    first = said(assert_no_wasted_spend, test.evidence).partition("\n")[0]

    assert first == (
        "expected no wasted spend, but 0.5 of 0.5 USD were wasted in beluga: 2 unfetched clips (0.5 USD); "
        "0.4 of 0.8 USD were wasted in sora: 1 duplicate job (0.4 USD)"
    )


def test_jobs_that_failed_were_not_paid_for(code: Make) -> None:
    test = code(scenario="content-policy")
    test.finish(test.submit())
    test.finish(test.submit())

    assert_no_wasted_spend(test.evidence)


def test_clips_inside_answers_need_no_download() -> None:
    with serving(media="data") as place:
        test = Code(place)
        test.finish(test.submit())
        assert_no_wasted_spend(test.evidence)
        test.finish(test.submit())

        assert said(assert_no_wasted_spend, test.evidence) == cleandoc(
            """
            expected no wasted spend, but 0.25 of 0.5 USD were wasted in beluga: 1 duplicate job (0.25 USD)

                1   0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp
                2   5.0 s  beluga  poll    200  succeeded  sora-2-preview  vtask_7f23nlsrp
              > 3   5.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7qfeffpxg
                4  10.0 s  beluga  poll    200  running    sora-2-preview  vtask_7qfeffpxg
                5  15.0 s  beluga  poll    200  succeeded  sora-2-preview  vtask_7qfeffpxg

            Exchange 3 submitted the same as exchange 1, and both are paid for. Submit once and keep the id of
            the job.
            """
        )


def test_waste_that_the_journal_has_forgotten() -> None:
    with serving(Caps(journal_entries=2)) as place:
        test = Code(place)
        for _ in range(5):
            test.submit()

        assert said(assert_no_wasted_spend, test.evidence) == cleandoc(
            """
            expected no wasted spend, but 1 of 1.25 USD were wasted in beluga: 4 duplicate jobs (1 USD)

                4  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_yo3rtdq9p
              > 5  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_87czfb945

            Exchange 5 submitted the same as exchange 4, and both are paid for. Submit once and keep the id of
            the job.
            The journal has forgotten the first 3 exchanges, so not all of it can be named here. Ask earlier,
            before so much else is sent.
            """
        )


def test_rules_that_acted_are_no_fault(code: Make) -> None:
    test = code(scenario={"rules": [RATE_LIMITED]})
    test.submit()

    assert_all_rules_used(test.evidence)


def test_rules_of_the_server_are_for_other_tests_as_well() -> None:
    with serving(scenario=Scenario(name="all", rules=(Rule(on="list", status=500),))) as place:
        assert_all_rules_used(Code(place).evidence)


def test_a_rule_that_was_not_used(code: Make) -> None:
    rules = [{"on": "submit", "model": "veo*", "status": 503}, {"on": "submit", "outcome": {"ends": "cancelled"}}]
    test = code(scenario={"rules": rules})
    test.finish(test.submit())

    assert said(assert_all_rules_used, test.evidence) == cleandoc(
        """
        expected every rule to be used, but 1 of 2 rules acted on nothing: (account)#1

          > 1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp  no rule: (account)#1: model is 'sora-2-preview', wanted 'veo*'
            2  5.0 s  beluga  poll    200  cancelled  sora-2-preview  vtask_7f23nlsrp  (planned by (account)#2)

        (account)#1 (on = "submit", model = "veo*", status = 503) came nearest at exchange 1: model is
        'sora-2-preview', wanted 'veo*'. Change the rule so that it fits, or take it out; or let the code
        under test send what it waits for.
        """
    )


def test_a_rule_whose_turn_did_not_come(code: Make) -> None:
    test = code(scenario={"rules": [{"on": "poll", "nth": 3, "error": "rate_limited"}]})
    test.finish(test.submit())

    assert said(assert_all_rules_used, test.evidence) == cleandoc(
        """
        expected every rule to be used, but 1 of 1 rule acted on nothing: (account)#1

            1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp
          > 2  5.0 s  beluga  poll    200  succeeded  sora-2-preview  vtask_7f23nlsrp  no rule: (account)#1: request 1 that fits, wanted only number 3

        (account)#1 (on = "poll", nth = 3, error = "rate_limited") came nearest at exchange 2: request 1
        that fits, wanted only number 3. Change the rule so that it fits, or take it out; or let the code
        under test send what it waits for.
        """
    )


def test_a_rule_behind_one_that_decides_all(code: Make) -> None:
    test = code(
        scenario={"rules": [{"on": "poll", "status": 503, "first": 2}, {"on": "poll", "status": 502, "first": 2}]}
    )
    job = test.submit()
    test.poll(job)

    assert said(assert_all_rules_used, test.evidence) == cleandoc(
        """
        expected every rule to be used, but 1 of 2 rules acted on nothing: (account)#2

            1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp
            2  5.0 s  beluga  poll    503  unavailable (planned by (account)#1)  The model is temporarily unavailable.

        (account)#2 (on = "poll", first = 2, status = 502) fits 1 request, but a rule before it had decided
        already. Put it first, or take it out.
        """
    )


def test_a_rule_for_requests_that_never_came(code: Make) -> None:
    test = code(scenario={"rules": [{"on": "list", "status": 500}]})
    test.submit()

    assert said(assert_all_rules_used, test.evidence) == cleandoc(
        """
        expected every rule to be used, but 1 of 1 rule acted on nothing: (account)#1

            1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp

        (account)#1 (on = "list", status = 500) waits for a request that never came. Let the code under test
        send it, or take the rule out.
        """
    )


def test_rules_without_any_request(code: Make) -> None:
    test = code(scenario={"rules": [{"on": "list", "status": 500}]})

    assert said(assert_all_rules_used, test.evidence) == cleandoc(
        """
        expected every rule to be used, but 1 of 1 rule acted on nothing: (account)#1

        (account)#1 (on = "list", status = 500) waits for a request that never came. Let the code under test
        send it, or take the rule out.
        No request came with this account's key to a path that its API has. Give the code under test the
        base URL and the key of this mock: .env() has them as variables, .url() and .key by themselves.
        """
    )


def test_a_claim_about_what_is_forgotten_is_not_made() -> None:
    with serving(Caps(journal_entries=1)) as place:
        test = Code(place)
        test.submit()
        test.submit()

        with pytest.raises(ForgottenError, match="forgotten 1 exchange"):
            assert_submitted(test.evidence, 1)

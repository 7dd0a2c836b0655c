"""A4F says what its documents say: the table of models, the limits, the errors and the answers."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.jobs import SUCCEEDED, Job, Phase, Reason, Snapshot, State, Timeline, VideoRequest
from mockvideo.core.rng import Chance
from mockvideo.core.terms import Standing
from mockvideo.dialect import Absent, Check
from mockvideo.dialects.a4f import DIALECT, models, schemas, videos
from mockvideo.dialects.a4f.account import VALIDITY, usage
from mockvideo.operation import Document, Generate, Links, View
from mockvideo.provenance import Origin, Source
from mockvideo.schema import Lenient, anatomy, validate

FIXTURES = Path(__file__).parents[2] / "fixtures" / "a4f"

# The table of the video page: model, provider, longest duration, qualities, recommendation.
TABLE = [
    ("provider-2/seedance-lite", "Tencent", 5, ["1080p"], "Daily use"),
    ("provider-2/kling-v2.1", "Kuaishou", 5, ["720p", "1080p"], "Daily use"),
    ("provider-2/sora-2", "OpenAI", 4, ["720p", "1080p"], "Balanced"),
    ("provider-2/veo-fast", "Google", 8, ["720p", "1080p"], "Longer videos"),
    ("provider-2/seedance-pro", "Tencent", 5, ["1080p"], "Use sparingly"),
    ("provider-2/sora-2-pro", "OpenAI", 5, ["720p", "1080p"], "Use sparingly"),
    ("provider-2/veo", "Google", 8, ["720p", "1080p"], "Use sparingly"),
]
EVERY_MODEL = pytest.mark.parametrize(("model", "owner", "longest", "qualities", "advice"), TABLE)
RATIOS = ["1:1", "16:9", "9:16", "3:4", "4:3"]
REQUEST = {"model": "provider-2/kling-v2.1", "prompt": "Waves at sunset", "quality": "1080p", "duration": 5}


def understood(**changes: object) -> VideoRequest:
    """Push a request through the dialect's checks, in its order; a change to None leaves the field out."""
    document = DIALECT.fold({**REQUEST, **changes})
    validate(DIALECT.catalog.schema, document)
    row = DIALECT.catalog.row(document["model"])
    try:
        request = validate(DIALECT.catalog.request(row), document, broken=Kind.MODEL_LIMIT)
        DIALECT.catalog.relate(row, request)
        return DIALECT.understand(request, row)
    except ApiError as error:
        raise ApiError.of(error.refusal, model=row.id) from None


def refusal(**changes: object) -> Refusal:
    with pytest.raises(ApiError) as raised:
        understood(**changes)
    return raised.value.refusal


def said(refused: Refusal) -> tuple[int, dict[str, Any]]:
    """Say a refusal, check it against the answer schema, and return its status and the error's body."""
    status, document = DIALECT.say(refused)
    schemas.Error.model_validate(document, strict=True)
    return status, document["error"]


def finished(end: float = 1_730_000_000.0) -> Snapshot:
    phases = (Phase(State.QUEUED, seconds=1.0), Phase(State.RUNNING, seconds=4.0, last=1.0), SUCCEEDED)
    job = Job("id", "a4f", understood(), Timeline(end - 5.0, phases), end - 5.0)
    return job.at(end + 3.0)


def standing(**changes: Any) -> Standing:
    known = {"key": "ddc-a4f-0123456789abcdef", "tag": "cafe", "plan": "pro", "requests": 7, "now": 0.0, "began": 0.0}
    return Standing(**{"balance": Decimal(3), "spent": Decimal(2), **known, **changes})


def listed(account: Standing | None = None, **query: str) -> list[dict[str, Any]]:
    document = models(View(account, query))
    schemas.Models.model_validate(document, strict=True)
    return document["data"]


# Models and limits


def test_the_catalog_is_the_table_in_its_order() -> None:
    assert list(DIALECT.catalog.rows) == [model for model, *_ in TABLE]


@EVERY_MODEL
def test_a_row_names_provider_and_recommendation(model, owner, longest, qualities, advice) -> None:
    row = DIALECT.catalog.rows[model]
    assert (row.owner, row.facts["recommendation"]) == (owner, advice)


@EVERY_MODEL
def test_every_length_up_to_the_longest_is_understood(model, owner, longest, qualities, advice) -> None:
    for quality in qualities:
        for duration in range(1, longest + 1):
            assert understood(model=model, quality=quality, duration=duration).duration == duration


@EVERY_MODEL
def test_a_length_beyond_the_model_exceeds_its_limit(model, owner, longest, qualities, advice) -> None:
    for duration in range(longest + 1, 9):
        refused = refusal(model=model, quality=qualities[0], duration=duration)
        assert (refused.kind, refused.field) == (Kind.MODEL_LIMIT, "duration")


@EVERY_MODEL
def test_a_quality_that_the_model_lacks_exceeds_its_limit(model, owner, longest, qualities, advice) -> None:
    for quality in {"480p", "720p", "1080p"} - set(qualities):
        refused = refusal(model=model, quality=quality, duration=1)
        assert (refused.kind, refused.field) == (Kind.MODEL_LIMIT, "quality")


def test_no_model_makes_480p() -> None:
    assert all("480p" not in row.limits["quality"]["choice"] for row in DIALECT.catalog.rows.values())


@EVERY_MODEL
def test_every_model_needs_pro_or_ultra(model, owner, longest, qualities, advice) -> None:
    assert DIALECT.catalog.rows[model].plans == ("pro", "ultra")


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(TABLE), st.data())
def test_a_request_within_the_table_is_always_understood(line, data) -> None:
    model, _, longest, qualities, _ = line
    request = understood(
        model=model,
        prompt=data.draw(st.text()),
        quality=data.draw(st.sampled_from(qualities)),
        duration=data.draw(st.integers(1, longest)),
        ratio=data.draw(st.sampled_from([*RATIOS, None])),
    )
    assert request.model == model


# The request


@pytest.mark.parametrize("field", ["model", "prompt", "quality", "duration"])
def test_a_required_field_must_be_there(field) -> None:
    refused = refusal(**{field: None})
    assert (refused.kind, refused.field) == (Kind.MISSING_INPUT, field)
    assert said(refused)[1]["message"] == f"{field} is required"


@pytest.mark.parametrize("duration", ["5", 5.5, 5.0, True, 0, 9, -1, 10**30, [5]])
def test_a_duration_is_a_json_integer_from_1_to_8(duration) -> None:
    refused = refusal(duration=duration)
    assert (refused.kind, refused.field) == (Kind.INVALID_REQUEST, "duration")
    assert said(refused)[1]["message"] == "duration must be an integer between 1 and 8"


@pytest.mark.parametrize(
    ("field", "value"),
    [("quality", "4k"), ("quality", "1080P"), ("ratio", "21:9"), ("ratio", ""), ("prompt", 5), ("model", 5)],
)
def test_a_value_outside_the_documented_ones_is_invalid(field, value) -> None:
    refused = refusal(**{field: value})
    assert (refused.kind, refused.field) == (Kind.INVALID_REQUEST, field)


def test_a_null_counts_as_absent() -> None:
    assert understood(ratio=None) == understood()


def test_unknown_fields_are_ignored() -> None:
    assert understood(n=4, fps=60, image_url="https://example.com/a.png", callback_url=5) == understood()


def test_a_global_bound_is_checked_before_the_model() -> None:
    assert refusal(model="provider-2/nope", duration=9).kind is Kind.INVALID_REQUEST


def test_an_unknown_model_is_refused_with_the_nearest_name() -> None:
    refused = refusal(model="provider-2/sora2")
    assert refused.kind is Kind.UNKNOWN_MODEL
    assert "provider-2/sora-2" in refused.facts["nearest"]


def test_the_order_of_checks_is_key_body_schema_model_plan_limits_funds() -> None:
    order = [Check.KEY, Check.BODY, Check.SCHEMA, Check.MODEL, Check.PLAN, Check.CAPS, Check.LIMITS, Check.FUNDS]
    assert list(DIALECT.checks) == [*order, Check.AVAILABLE]


@pytest.mark.parametrize(
    ("quality", "ratio", "size"),
    [
        ("1080p", None, (1080, 1920)),
        ("1080p", "9:16", (1080, 1920)),
        ("720p", "16:9", (1280, 720)),
        ("1080p", "1:1", (1080, 1080)),
        ("720p", "3:4", (720, 960)),
        ("1080p", "4:3", (1440, 1080)),
    ],
)
def test_the_picture_has_the_quality_as_its_shorter_side_and_is_upright_by_default(quality, ratio, size) -> None:
    request = understood(quality=quality, ratio=ratio)
    assert (request.width, request.height) == size


def test_a_video_costs_one_request_whatever_it_is() -> None:
    assert {understood(duration=duration).price for duration in (1, 5)} == {Decimal(1)}
    assert DIALECT.terms.tariff.currency == "requests"


# The answer


def test_the_answer_holds_the_clip_in_base64_and_the_moment_of_completion() -> None:
    answer = videos(finished(end=1_730_000_000.0), Links(videos=("AAAA",)))
    expected = {"created": 1730000000, "data": [{"b64_json": "AAAA", "url": None, "revised_prompt": None}]}
    assert answer == expected
    schemas.Videos.model_validate(answer, strict=True)


def test_the_one_submission_blocks_and_nothing_is_polled() -> None:
    routes = {(route.method, route.path): route.operation for route in DIALECT.routes}
    assert isinstance(routes.pop(("POST", "/v1/video/generations")), Generate)
    assert routes.keys() == {("GET", "/v1/models"), ("POST", "/v1/models"), ("GET", "/v1/usage")}


def test_a_state_has_no_word_as_no_answer_shows_one() -> None:
    assert all(isinstance(word, Absent) and word.nearest is None for word in DIALECT.states.values())


def test_ids_differ_with_their_chance() -> None:
    assert len({DIALECT.terms.mint(Chance(bytes([seed]))) for seed in range(9)}) == 9


def test_the_example_is_understood() -> None:
    assert understood(**DIALECT.example).width == 1920


# Errors


@pytest.mark.parametrize(
    ("refused", "status", "code", "kind", "param"),
    [
        (Refusal(Kind.INVALID_REQUEST, field="duration"), 400, "invalid_request_error", "invalid_request_error", 1),
        (Refusal(Kind.INVALID_REQUEST), 400, "invalid_request_error", "invalid_request_error", None),
        (Refusal(Kind.MISSING_INPUT, field="quality"), 400, "invalid_request_error", "invalid_request_error", 1),
        (Refusal(Kind.MODEL_LIMIT, field="duration"), 400, "n_exceeds_model_limit", "invalid_request_error", 1),
        (Refusal(Kind.UNKNOWN_MODEL), 400, "invalid_request_error", "invalid_request_error", "model"),
        (Refusal(Kind.MISSING_KEY), 401, "invalid_api_key", "authentication_error", None),
        (Refusal(Kind.INVALID_KEY), 401, "invalid_api_key", "authentication_error", None),
        (Refusal(Kind.INACTIVE_KEY), 401, "invalid_api_key", "authentication_error", None),
        (Refusal(Kind.PLAN_REQUIRED), 403, "permission_denied_error", "permission_denied_error", "model"),
        (Refusal(Kind.ROUTE_NOT_FOUND), 404, "not_found", "invalid_request_error", None),
        (Refusal(Kind.METHOD_NOT_ALLOWED), 405, "method_not_allowed", "invalid_request_error", None),
        (Refusal(Kind.TIMEOUT), 408, "request_timeout", "timeout_error", None),
        (Refusal(Kind.PAYLOAD_TOO_LARGE), 413, "request_too_large", "invalid_request_error", None),
        (Refusal(Kind.UNSUPPORTED_MEDIA_TYPE), 400, "invalid_request_error", "invalid_request_error", None),
        (Refusal(Kind.RATE_LIMITED), 429, "rate_limit_exceeded", "rate_limit_error", None),
        (Refusal(Kind.QUOTA_EXCEEDED), 429, "rate_limit_exceeded", "rate_limit_error", None),
        (Refusal(Kind.INSUFFICIENT_CREDITS), 429, "rate_limit_exceeded", "rate_limit_error", None),
        (Refusal(Kind.INTERNAL), 500, "provider_error", "server_error", None),
        (Refusal(Kind.UPSTREAM), 500, "provider_error", "server_error", None),
        (Refusal(Kind.UNAVAILABLE), 503, "provider_error", "server_error", None),
    ],
    ids=lambda value: value.kind if isinstance(value, Refusal) else None,
)
def test_an_error_has_status_code_type_and_param(refused, status, code, kind, param) -> None:
    answered, body = said(refused)
    expected = {"type": kind, "param": refused.field if param == 1 else param, "code": code}
    assert (answered, {key: body[key] for key in expected}) == (status, expected)
    assert body.keys() == {"message", *expected}


@pytest.mark.parametrize("kind", Kind)
def test_an_error_that_was_planned_without_facts_still_reads(kind) -> None:
    message = said(Refusal(kind))[1]["message"]
    assert message
    assert "{" not in message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "provider-2/sora-2"}, "Model 'provider-2/sora-2' supports a maximum duration of 4 seconds."),
        ({"quality": "480p"}, "Model 'provider-2/kling-v2.1' supports quality '720p', '1080p' only."),
    ],
)
def test_what_exceeds_a_model_is_told_with_its_bound(changes, message) -> None:
    assert said(refusal(**changes))[1]["message"] == message


def test_a_planned_limit_of_another_rule_keeps_its_own_message() -> None:
    assert said(Refusal(Kind.MODEL_LIMIT, "too long"))[1]["message"] == "too long"


@pytest.mark.parametrize(
    ("kind", "facts", "message"),
    [
        (Kind.UNKNOWN_MODEL, {"model": "provider-2/nope"}, "The model 'provider-2/nope' does not exist."),
        (
            Kind.PLAN_REQUIRED,
            {"model": "provider-2/veo"},
            "The model 'provider-2/veo' is not available on your current plan.",
        ),
        (Kind.INVALID_KEY, {}, "Incorrect API key provided."),
        (Kind.RATE_LIMITED, {}, "Rate limit exceeded."),
        (Kind.QUOTA_EXCEEDED, {}, "Daily quota exceeded."),
        (
            Kind.UPSTREAM,
            {},
            "The upstream video generation service failed to produce the video. Please try again.",
        ),
    ],
)
def test_the_texts_are_those_of_the_contract(kind, facts, message) -> None:
    assert said(Refusal(kind, facts=facts))[1]["message"] == message


@pytest.mark.parametrize(
    ("reason", "status", "code", "origin"),
    [
        (Reason.CONTENT_POLICY, 400, "invalid_request_error", Origin.GUESS),
        (Reason.UNSUPPORTED_INPUT, 400, "invalid_request_error", Origin.GUESS),
        (Reason.TIMED_OUT, 408, "request_timeout", Origin.GUESS),
        (Reason.UPSTREAM, 500, "provider_error", Origin.SEED),
        (Reason.INTERNAL, 500, "provider_error", Origin.SEED),
    ],
)
def test_a_failure_in_the_blocking_call_is_an_error_with_its_status(reason, status, code, origin) -> None:
    spelling = DIALECT.failures[reason]
    document = DIALECT.envelope(Refusal(Kind.UPSTREAM), spelling, spelling.text)
    schemas.Error.model_validate(document, strict=True)
    assert (spelling.status, document["error"]["code"], spelling.source.origin) == (status, code, origin)


# Models and usage


def test_the_model_list_needs_no_key_and_shows_all_without_one() -> None:
    operations = [route.operation for route in DIALECT.routes if route.path == "/v1/models"]
    assert [isinstance(operation, Document) and operation.public for operation in operations] == [True, True]
    assert [model["id"] for model in listed()] == [model for model, *_ in TABLE]


def test_a_model_is_listed_with_its_four_fields() -> None:
    expected = {"id": "provider-2/sora-2", "base_model": "sora-2", "owned_by": "OpenAI", "type": "video/generation"}
    assert expected in listed()


@pytest.mark.parametrize(("plan", "count"), [("free", 0), ("basic", 0), ("pro", 7), ("ultra", 7), ("", 7)])
def test_the_list_is_filtered_by_plan(plan, count) -> None:
    assert len(listed(plan=plan)) == count


@pytest.mark.parametrize(("own", "count"), [("free", 0), ("ultra", 7)])
def test_the_plan_of_the_caller_is_the_default(own, count) -> None:
    assert len(listed(standing(plan=own))) == count
    assert len(listed(standing(plan=own), plan="pro")) == 7


def test_an_unknown_plan_is_refused() -> None:
    with pytest.raises(ApiError) as raised:
        listed(plan="gold")
    status, body = said(raised.value.refusal)
    assert (status, body["param"]) == (400, "plan")


@pytest.mark.parametrize(
    ("kind", "count"),
    [("video/generation", 7), ("video/generations", 7), ("", 7), ("true", 7), ("chat/completion", 0)],
)
def test_the_list_is_filtered_by_type_unless_type_is_a_flag(kind, count) -> None:
    assert len(listed(type=kind)) == count


@pytest.mark.parametrize("flag", ["logo", "description", "context_window", "features", "pricing"])
def test_a_flag_adds_its_field_to_every_model(flag) -> None:
    plain = set(listed()[0])
    assert all(set(model) == plain | {flag} for model in [*listed(**{flag: ""}), *listed(**{flag: "true"})])
    assert listed(**{flag: "false"}) == listed()


def test_a_description_tells_limits_and_recommendation() -> None:
    descriptions = {model["id"]: model["description"] for model in listed(description="")}
    assert descriptions["provider-2/sora-2"] == "Up to 4 s in 720p or 1080p. Balanced."


def test_usage_comes_from_the_account() -> None:
    document = usage(View(standing(now=3 * 86_400.0 + 5, began=0.0), {"start_date": "2026-01-01"}))
    schemas.Usage.model_validate(document, strict=True)
    assert document["account_information"]["current_plan"] == "pro"
    assert document["usage_statistics"]["overall_request_counts"]["total"] == 7
    assert document["subscription_details"] == {
        "creation_date": "1970-01-01T00:00:00Z",
        "effective_days_remaining": VALIDITY - 3,
        "plan_activation_history": [{"plan": "pro", "activated_at": "1970-01-01T00:00:00Z"}],
    }


@pytest.mark.parametrize(
    ("plan", "limits"), [("free", (5, 100)), ("basic", (10, 500)), ("pro", (20, 1000)), ("ultra", (60, 5000))]
)
def test_usage_tells_the_limits_of_the_plan(plan, limits) -> None:
    told = usage(View(standing(plan=plan), {}))["rate_limits_and_restrictions"]
    assert (told["requests_per_minute_limit"], told["requests_per_day_limit"]) == limits


def test_a_plan_never_has_fewer_than_no_days_left() -> None:
    told = usage(View(standing(now=400 * 86_400.0), {}))["subscription_details"]
    assert told["effective_days_remaining"] == 0


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=9, max_size=64))
def test_usage_never_shows_the_whole_key(key) -> None:
    assert key not in json.dumps(usage(View(standing(key=key), {})))


def test_usage_needs_an_account() -> None:
    with pytest.raises(ApiError) as raised:
        usage(View(None, {}))
    assert raised.value.refusal.kind is Kind.MISSING_KEY


# Provenance


@pytest.mark.parametrize("schema", [found for found in vars(schemas).values() if isinstance(found, type(Lenient))])
def test_every_field_has_one_source(schema) -> None:
    for name, field in schema.model_fields.items():
        _, notes = anatomy(field)
        assert sum(isinstance(note, Source) for note in notes) == 1, name


@pytest.mark.parametrize(
    ("path", "model", "origin"),
    [
        ("limits.duration", "provider-2/veo", Origin.SEED),
        ("owner", "provider-2/veo", Origin.GUESS),
        ("owner", "provider-2/sora-2", Origin.SEED),
        ("plans", "provider-2/sora-2", Origin.GUESS),
        ("prices.request", "provider-2/sora-2", Origin.GUESS),
    ],
)
def test_an_entry_of_the_catalog_knows_where_it_is_from(path, model, origin) -> None:
    source = DIALECT.catalog.rows[model].origin(path)
    assert isinstance(source, Source)
    assert source.origin is origin


# The provider's own examples


def published(name: str) -> dict[str, Any]:
    return json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("error-*.json")))
def test_a_published_error_is_said_as_published(name) -> None:
    fixture = published(name)
    status, body = said(Refusal(Kind(fixture["kind"])))
    error = fixture["response"]["json"]["error"]
    same = {key for key in error if f"/error/{key}" not in fixture.get("differs", {})}
    assert status == fixture["response"]["status"]
    assert {key: body[key] for key in same} == {key: error[key] for key in same}


def test_the_published_request_is_understood() -> None:
    sent = published("generate-kling-v2-1")["request"]["json"]
    request = understood(**sent, prompt="left out of the example")
    assert (request.model, request.width, request.height, request.duration) == (sent["model"], 1920, 1080, 5.0)


def test_the_published_answer_is_rendered_as_published() -> None:
    answer = published("generate-answer")["response"]["json"]
    clips = tuple(video["b64_json"] for video in answer["data"])
    assert videos(finished(end=answer["created"]), Links(videos=clips)) == answer


def test_the_published_model_is_listed() -> None:
    answer = published("models-list")["response"]["json"]
    rendered = models(View(None, {}))
    assert rendered["object"] == answer["object"]
    assert all(model in rendered["data"] for model in answer["data"])


def test_the_published_query_is_answered() -> None:
    found = listed(**published("models-plan-pro")["request"]["query"])
    assert all({"pricing", "features"} <= model.keys() for model in found)
    assert len(found) == 7


def leaves(document: object, path: str = "") -> dict[str, type]:
    """The types of a document's fields by JSON pointer; lists count as leaves."""
    if not isinstance(document, dict):
        return {path: type(document)}
    return {at: kind for key, value in document.items() for at, kind in leaves(value, f"{path}/{key}").items()}


def test_the_published_usage_has_the_same_fields_but_for_the_named_differences() -> None:
    fixture = published("usage-limits-page")
    ours = leaves(usage(View(standing(), {})))
    expected = {at: kind for at, kind in leaves(fixture["response"]["json"]).items() if at not in fixture["differs"]}
    assert {at: ours.get(at) for at in expected} == expected

"""What providers recommend: who ignores it, who heeds it, and that advice never fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.advice import Advisor, Asked, private, texts
from mockvideo.conformance.acceptance import refused
from mockvideo.conformance.strategies import ANYTHING, requests
from mockvideo.core.accounts import Accounts
from mockvideo.core.errors import Kind
from mockvideo.core.settings import Settings
from mockvideo.dialects import load
from mockvideo.dialects.lemondata.advice import LONGEST
from mockvideo.dialects.sora import DIALECT as RELAY
from mockvideo.operation import Poll
from mockvideo.schema import Json
from mockvideo.server.clips import upload_path

DIALECTS = load()
FIXTURES = Path(__file__).parents[2] / "fixtures"
PUBLIC = "https://example.com/cat.png"
LOCAL = "http://localhost:8000/cat.png"
DATA = "data:image/png;base64,iVBORw0KGgo="
KEY = {b"idempotency-key": b"1"}

every_dialect = pytest.mark.parametrize("dialect", [pytest.param(one, id=name) for name, one in DIALECTS.items()])


class Case(NamedTuple):
    """A recommendation, what ignores it and what heeds it: documents as they are sent, or what is asked besides."""

    dialect: str
    id: str
    ignores: Json
    heeds: Json


def a4f(**fields: Any) -> Json:
    return {"model": "provider-2/kling-v2.1", "prompt": "a cat", "quality": "1080p", "duration": 5, **fields}


def beluga(**fields: Any) -> Json:
    return {"model": "sora-2-preview", "prompt": "a cat", **fields}


def lemondata(model: str = "veo3.1", **fields: Any) -> Json:
    return {"model": model, "prompt": "a cat", **fields}


def apiframe(model: str = "kling-3.0", webhook: str = PUBLIC, **params: Any) -> Json:
    return {"model": model, "prompt": "a cat", "webhookUrl": webhook, f"{model.partition('-')[0]}Params": params}


def sora(model: str = "grok-video-3", **fields: Any) -> Json:
    return {"model": model, "prompt": "a cat", **fields}


def extended(**fields: Any) -> Json:
    return {"model": "kling-video", "model_name": "kling-v2-6", "mode": "extend", "video_id": "v1", **fields}


def seedance(kind: str, **fields: Any) -> Json:
    return sora(f"doubao-seedance-1-0-{kind}", **fields)


LITE_T2V, LITE_I2V, PRO = "lite-t2v-250428", "lite-i2v-250428", "pro-250528"
SECOND = "doubao-seedance-2-0-260128"
ITEM = {"type": "video_url", "video_url": {"url": PUBLIC}}
CLIPS = {"image_url": PUBLIC, "video_urls": [PUBLIC]}

CASES = [
    Case("a4f", "use-sparingly", a4f(model="provider-2/veo"), a4f()),
    Case("a4f", "best-quality", a4f(quality="720p"), a4f()),
    Case("a4f", "shorter-duration", a4f(model="provider-2/veo-fast", duration=8), a4f(duration=5)),
    Case("a4f", "unknown-field", a4f(image_url=PUBLIC), a4f(ratio="16:9")),
    Case("beluga", "private-url", beluga(image_url=LOCAL), beluga(image_url=PUBLIC)),
    Case("beluga", "unknown-field", beluga(n=1), beluga(audio=True)),
    Case("lemondata", "prefer-image-url", lemondata(image=DATA), lemondata(image_url=PUBLIC)),
    Case("lemondata", "private-url", lemondata(start_image=LOCAL), lemondata(start_image=PUBLIC)),
    Case("lemondata", "ignored-picture", lemondata("sora-2", image_url=PUBLIC), lemondata(image_url=PUBLIC)),
    Case("lemondata", "ignored-frames", lemondata("kling-video", start_image=PUBLIC), lemondata(start_image=PUBLIC)),
    Case(
        "lemondata",
        "other-operation",
        lemondata("sora-2", operation="motion-control"),
        lemondata("sora-2", operation="text-to-video"),
    ),
    Case("lemondata", "long-duration", lemondata(duration=9), lemondata(duration=8)),
    Case("lemondata", "unknown-field", lemondata("seedance-2-0", video_url=PUBLIC), lemondata("seedance-2-0")),
    Case("apiframe", "private-url", apiframe(start_image=LOCAL), apiframe(start_image=PUBLIC)),
    Case("apiframe", "private-webhook", apiframe(webhook=LOCAL), apiframe()),
    Case("apiframe", "data-url", apiframe(start_image=DATA), apiframe(start_image=PUBLIC)),
    Case(
        "apiframe",
        "ignored-resolution",
        apiframe("sora-2", resolution="high"),
        apiframe("sora-2-pro", resolution="high"),
    ),
    Case(
        "apiframe",
        "ignored-sound",
        apiframe("seedance-1-pro", generate_audio=True),
        apiframe("seedance-1.5-pro", generate_audio=True),
    ),
    Case("apiframe", "veo-2-fields", apiframe("veo-2", resolution="720p"), apiframe("veo-2", aspect_ratio="16:9")),
    Case("sora", "private-url", sora(image=LOCAL), sora(image=PUBLIC)),
    Case("sora", "private-url", sora(SECOND, content=[{"image_url": {"url": LOCAL}}]), sora(SECOND, content=[ITEM])),
    Case("sora", "private-webhook", sora(callback_url=LOCAL), sora(callback_url=PUBLIC)),
    Case("sora", "say-mode", sora("veo3", image_url=PUBLIC), sora("veo3", image_url=PUBLIC, mode="i2v")),
    Case("sora", "say-mode", sora("veo3", image_url=PUBLIC, mode=None), sora("veo3")),
    Case("sora", "unused-input", sora(image_url=PUBLIC, mode="t2v"), sora(mode="t2v")),
    Case("sora", "unused-input", sora(end_image_url=PUBLIC), sora(image_url=PUBLIC, end_image_url=PUBLIC)),
    Case("sora", "prompt", extended(), extended(prompt="a cat")),
    Case("sora", "veo-for-text", sora("veo3-frames"), sora("veo3.1-fast")),
    Case("sora", "veo-for-text", sora("veo3.1-components"), sora("veo3.1-components", image_url=PUBLIC)),
    Case("sora", "seedance-for-text", seedance(LITE_I2V), seedance(LITE_T2V)),
    Case("sora", "seedance-for-text", sora(SECOND), seedance(PRO)),
    Case("sora", "seedance-for-pictures", seedance(PRO, image_url=PUBLIC), seedance(LITE_I2V, image_url=PUBLIC)),
    Case("sora", "seedance-for-pictures", seedance(LITE_T2V, image_url=PUBLIC), sora(image_url=PUBLIC)),
    Case("sora", "seedance-content", sora(SECOND, **CLIPS), sora(SECOND, content=[ITEM])),
    Case("sora", "kling-fields", sora(negative_prompt="dogs"), extended(negative_prompt="dogs")),
    Case("sora", "one-length", sora(seconds="4", duration=8), sora(seconds="8", duration=8.0)),
    Case("sora", "one-video", sora(n=2), sora(n=1)),
    Case("sora", "unknown-field", sora(characters=["cat"]), sora(metadata={"characters": ["cat"]})),
]
# What other things than the document tell, and what no document can tell that is accepted.
OTHERS = [
    ("lemondata", "poll", "poll-url", {"path": "/v1/videos/generations/video_1"}, {"path": "/v1/tasks/video_1"}),
    ("lemondata", "submit", "submit-path", {"path": "/v1/video/generations"}, {"path": "/v1/videos/generations"}),
    ("apiframe", "submit", "idempotency-key", {"headers": {}}, {"headers": KEY}),
    ("sora", "content", "prefer-video-url", {"path": "/v1/videos/task_1/content"}, {"path": "/v1/videos/task_1"}),
    ("sora", "submit", "group-suffix", {"document": sora("sora-2-stable")}, {"document": sora("sora-2")}),
    ("sora", "submit", "group-suffix", {"document": sora("veo3.1-official")}, {"document": sora("veo3.1-pro")}),
]


def asked(dialect: str, document: Json) -> Asked:
    """What advice sees of a submission, which the dialect accepts."""
    assert refused(DIALECTS[dialect], document) is None
    return bare(dialect, document)


def bare(dialect: str, document: Json) -> Asked:
    folded = DIALECTS[dialect].fold(document)
    row = DIALECTS[dialect].catalog.rows.get(str(folded.get("model", DIALECTS[dialect].model)))
    return Asked(folded, row, sent=document)


def advised(dialect: str, question: Asked, operation: str = "submit") -> tuple[str, ...]:
    return Advisor(DIALECTS[dialect].advice).ignored(operation, question)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.dialect}-{case.id}")
def test_a_request_ignores_what_is_recommended_or_heeds_it(case) -> None:
    assert case.id in advised(case.dialect, asked(case.dialect, case.ignores))
    assert case.id not in advised(case.dialect, asked(case.dialect, case.heeds))


@pytest.mark.parametrize(("dialect", "operation", "name", "ignores", "heeds"), OTHERS)
def test_paths_headers_and_refused_models_can_ignore_advice_too(dialect, operation, name, ignores, heeds) -> None:
    assert name in advised(dialect, Asked(**{"document": {}, **ignores}), operation)
    assert name not in advised(dialect, Asked(**{"document": {}, **heeds}), operation)


@every_dialect
def test_a_poll_is_advised_when_it_comes_before_the_documented_interval(dialect) -> None:
    interval = dialect.terms.interval
    told = [advised(dialect.name, Asked({}, waited=interval * share), "poll") for share in (0.8, 0.95, 1.0)]

    polled = any(isinstance(route.operation, Poll) for route in dialect.routes)
    assert told == [("polled-too-soon",) if polled else (), (), ()]


def test_the_sentence_on_polls_says_the_figure_of_the_dialect() -> None:
    for dialect in DIALECTS.values():
        for advice in dialect.advice:
            if advice.id == "polled-too-soon":
                assert f"{dialect.terms.interval:g} seconds" in advice.sentence


@every_dialect
def test_every_advice_has_its_case(dialect) -> None:
    shown = {case.id for case in CASES if case.dialect == dialect.name}
    shown |= {name for one, _, name, *_ in OTHERS if one == dialect.name}

    assert {advice.id for advice in dialect.advice} - {"polled-too-soon"} == shown


@every_dialect
def test_advice_is_one_sentence_under_a_name_of_its_own_with_a_source(dialect) -> None:
    names = [advice.id for advice in dialect.advice]
    assert len(names) == len(set(names))
    for advice in dialect.advice:
        assert advice.id == advice.id.lower().replace(" ", "-")
        assert advice.sentence.endswith(".")
        assert advice.sentence.count(". ") == 0
        assert advice.source.where


PUBLISHED = [
    (path.parent.name, path.stem, fixture["request"])
    for path in sorted(FIXTURES.glob("*/*.json"))
    if (fixture := json.loads(path.read_text("utf-8")))["operation"] in {"submit", "generate"}
    and "json" in fixture.get("request", {})
]


@pytest.mark.parametrize(("dialect", "name", "published"), PUBLISHED)
def test_no_published_example_ignores_advice(dialect, name, published) -> None:
    # Some are abridged: their prompts are left out.
    question = bare(dialect, {"prompt": "a cat", **published["json"]})._replace(path=published["path"])

    assert advised(dialect, question) == ()


@every_dialect
@given(st.data())
def test_advice_is_given_for_whatever_a_dialect_accepts(dialect, data) -> None:
    document = data.draw(requests(dialect))

    assert set(advised(dialect.name, asked(dialect.name, document))) <= {advice.id for advice in dialect.advice}


@every_dialect
@given(st.data())
def test_no_document_is_too_strange_for_advice(dialect, data) -> None:
    fields = st.sampled_from(sorted(dialect.catalog.schema.model_fields))
    folded = data.draw(st.dictionaries(fields | st.text(), ANYTHING, max_size=8))
    row = data.draw(st.none() | st.sampled_from(list(dialect.catalog.rows.values())))

    for advice in dialect.advice:
        assert advice.when(Asked(folded, row, sent=folded)) in {True, False}


@every_dialect
def test_no_value_is_too_large_or_too_deep_for_advice(dialect) -> None:
    row = dialect.catalog.rows[dialect.example["model"]]
    for value in (10**5_000, deep(50_000), "9" * 5_000, float("inf")):
        document = dict.fromkeys(dialect.catalog.schema.model_fields, value)
        assert set(advised(dialect.name, Asked(document, row, sent=document))) <= {one.id for one in dialect.advice}


def deep(levels: int) -> Any:
    value: Any = "a"
    for _ in range(levels):
        value = [{"url": value}]
    return value


@every_dialect
@pytest.mark.parametrize("operation", ["submit", "generate", "poll", "content", "list", "upload", "document"])
def test_nothing_known_is_nothing_ignored(dialect, operation) -> None:
    assert advised(dialect.name, Asked({}), operation) == ()


def test_a_form_ignores_advice_as_json_does() -> None:
    form = [("model", "grok-video-3"), ("prompt", "a cat"), ("n", "2"), ("seconds", "4"), ("duration", "8")]
    document = next(route.operation for route in RELAY.routes if route.name == "submit").form(form)

    assert advised("sora", bare("sora", document)) == ("one-length", "one-video")


@pytest.mark.parametrize("number", ["many", 10**400, [2]])
def test_what_is_no_number_is_no_second_video(number) -> None:
    assert "one-video" not in advised("sora", Asked(sora(n=number)))


def test_every_series_that_has_a_longest_video_has_models() -> None:
    models = DIALECTS["lemondata"].catalog.rows
    lasting = {series: [model for model in models if model.startswith(series)] for series in LONGEST}

    assert all(lasting.values())
    assert {model for model in models if not model.startswith(tuple(LONGEST))} == {
        "runwayml-gen4-turbo-5",
        "runwayml-gen4-turbo-10",
    }


# URLs


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost:8000",
        "localhost.",
        "user:word@localhost",
        "127.0.0.1",
        "127.8.8.8:9000",
        "10.0.0.7",
        "192.168.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "169.254.169.254",
        "0.0.0.0",
        "[::1]",
        "[::1]:8000",
        "[fd12:3456::1]",
        "[fe80::1%25eth0]",
        "printer.local",
        "cdn.internal",
        "api.localhost",
        "nas.home.arpa",
        "minio",
    ],
)
def test_a_host_nearby_is_private(host) -> None:
    assert private(f"http://{host}/cat.png")
    assert private(f"HTTPS://{host}")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/cat.png",
        "http://172.32.0.1/cat.png",
        "http://8.8.8.8",
        "http://[2606:4700::1111]/",
        "https://localhost.example.com/",
        "https://notlocal.com/",
        "asset://a1b2c3",
        "data:image/png;base64,iVBORw0KGgo=",
        "ftp://localhost/cat.png",
        "localhost",
        "a cat on http://localhost/",
        "http://",
        "http:///cat.png",
        "http://[::1",
        "http://a[b]c/",
        "http://exam\u2100ple.com/",
        "",
    ],
)
def test_other_hosts_and_what_is_no_url_are_not_private(url) -> None:
    assert not private(url)


def test_what_was_uploaded_here_stands_for_a_public_file() -> None:
    account = Accounts(Settings()).get("sk-test")

    assert not private(f"http://127.0.0.1:8420{upload_path(account, 'a1b2')}")
    assert private("http://127.0.0.1:8420/media/cat.png")


@given(st.text() | st.from_regex(r"https?://[^\s]{0,20}"))
def test_any_text_is_private_or_not(text) -> None:
    assert private(text) in {True, False}


def test_megabytes_of_data_are_not_read() -> None:
    assert not private("https://example.com/" + "/media" * 1_000_000)


def test_texts_are_found_however_deep() -> None:
    assert list(texts([deep(50_000), 1, None])) == ["a"]


def test_an_unknown_model_with_a_group_suffix_is_refused_all_the_same() -> None:
    refusal = refused(RELAY, sora("sora-2-stable"))

    assert refusal is not None
    assert refusal.kind is Kind.UNKNOWN_MODEL

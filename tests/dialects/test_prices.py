"""What a job costs in each dialect, and what is said where the money does not suffice."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.conformance.acceptance import refused
from mockvideo.conformance.strategies import requests
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.jobs import VideoRequest
from mockvideo.core.ledger import Ledger
from mockvideo.core.money import Tariff, amount
from mockvideo.dialect import Dialect
from mockvideo.dialects import load
from mockvideo.dialects.apiframe.rows import FAMILIES
from mockvideo.dialects.apiframe.words import EXAMPLE_PRICE
from mockvideo.provenance import Origin
from mockvideo.schema import Json, validate

DIALECTS = load()
APIFRAME, LEMONDATA, SORA = (DIALECTS[name] for name in ("apiframe", "lemondata", "sora"))
PICTURE = "https://example.com/whale.png"

every_dialect = pytest.mark.parametrize("dialect", [pytest.param(each, id=name) for name, each in DIALECTS.items()])
every_model = pytest.mark.parametrize(
    ("dialect", "model"),
    [
        pytest.param(dialect, model, id=f"{name}-{model}")
        for name, dialect in DIALECTS.items()
        for model in dialect.catalog.rows
    ],
)

# Apiframe's old price list, page by page: the keys of the variants, and their credits for a clip or for a second.
CLIPS = """
kling-2.1: standard-5s 3, standard-10s 5, pro-5s 5, pro-10s 10
kling-2.5-turbo-pro: 5s 4, 10s 7
kling-2.6: 5s 15, 5s-audio 25, 10s 25, 10s-audio 40
sora-2: 4s 4, 8s 8, 10s 10, 12s 12, 15s 15
sora-2-pro: standard-4s 12, standard-8s 24, standard-10s 30, standard-12s 36, standard-15s 45
sora-2-pro: high-4s 20, high-8s 40, high-10s 50, high-12s 60, high-15s 75
luma-ray-2: 5s 10, 9s 20
luma-ray-flash-2: 5s 5, 9s 10
hailuo-02: 768p-6s 5, 768p-10s 8, 1080p-6s 10
hailuo-2.3: 768p-6s 5, 768p-10s 10, 1080p-6s 10
grok-imagine-video: 6s 10, 10s 15, 15s 25
runway-gen4-turbo: 5s 8, 10s 15
veo-2: 5s 15, 6s 18, 7s 20, 8s 22
veo-3.1: 4s 5, 4s-audio 10, 6s 8, 6s-audio 15, 8s 10, 8s-audio 20
veo-3.1-fast: 4s 3, 4s-audio 5, 6s 4, 6s-audio 6, 8s 5, 8s-audio 8
wan-2.6: 720p-5s 5, 720p-10s 8, 720p-15s 12, 1080p-5s 8, 1080p-10s 12, 1080p-15s 18
wan-2.6-flash: 720p-5s-audio 3, 720p-10s-audio 5, 720p-15s-audio 7
wan-2.6-flash: 1080p-5s-audio 4, 1080p-10s-audio 7, 1080p-15s-audio 10
wan-2.6-flash: 720p-5s 2, 720p-10s 3, 720p-15s 5, 1080p-5s 3, 1080p-10s 5, 1080p-15s 7
"""
SECONDS = "kling-3.0: standard 3, standard-audio 4, pro 5, pro-audio 7"
# Models that no list has: two credits a second, twice that with sound; the price of Seedance 2 includes it.
GAPS = [
    *["hailuo-2.3-fast", "kling-2.1-master", "midjourney-video", "runway-gen4.5", "seedance-1-lite", "seedance-1-pro"],
    *["seedance-1-pro-fast", "seedance-1.5-pro", "veo-3", "veo-3-fast", "wan-2.5", "wan-2.5-fast"],
]
SOUND_INCLUDED = ["seedance-2", "seedance-2-fast"]
SOUND = {"wan-2.6-flash": "audio_enabled", "kling-2.6": "generate_audio", "kling-3.0": "generate_audio"}
SOUND |= {"veo-3.1": "generate_audio", "veo-3.1-fast": "generate_audio"}

# US dollars a generation, however long it is; of all others nothing is public but that Sora's costs as much.
GENERATIONS = {"sora-2": "0.20", "veo3.1": "0.28", "kling-v2.6-pro": "0.49", "hailuo-2.3": "0.03"}

# Where an answer without money tells the price and the balance.
TOLD = {
    "apiframe": {"required": "creditsRequired", "available": "creditsAvailable"},
    "lemondata": {"required": "estimated_cost_usd", "available": "balance_usd"},
}


def understood(dialect: Dialect, document: Json) -> VideoRequest:
    """Push a document through the dialect's types, as a server does."""
    folded = dialect.fold(document)
    row = dialect.catalog.row(folded.get("model", dialect.model))
    return dialect.understand(validate(dialect.catalog.request(row), folded), row)


def listed(text: str) -> list[tuple[str, str, int]]:
    """Model, variant and credits of every entry."""
    lines = [line.split(": ") for line in text.strip().splitlines()]
    entries = [(model, *entry.split()) for model, variants in lines for entry in variants.split(", ")]
    return [(model, variant, int(cost)) for model, variant, cost in entries]


def request(model: str, variant: str, duration: int | None = None) -> Json:
    """The request that a variant means; ``duration`` where its price is for a second."""
    family = FAMILIES[model]
    params: Json = {"image": PICTURE} if model == "wan-2.6-flash" else {}
    params |= {"duration": duration} if duration else {}
    params |= {SOUND[model]: variant.endswith("-audio")} if model in SOUND else {}
    for part in variant.removesuffix("-audio").split("-"):
        if seconds := re.fullmatch(r"(\d+)s", part):
            params["duration"] = int(seconds[1])
        else:
            params["mode" if family == "klingParams" else "resolution"] = part
    return {"model": model, "prompt": "a whale", family: params}


def say(dialect: Dialect, refusal: Refusal) -> Json:
    """What an answer tells beside its status, checked against the dialect's own envelope."""
    _, document = dialect.say(refusal)
    dialect.error.model_validate(document, strict=True)
    return document["error"] if isinstance(document["error"], dict) else document


# Provenance


@every_model
def test_every_price_says_where_it_comes_from(dialect: Dialect, model: str) -> None:
    row = dialect.catalog.rows[model]
    # No document of those that the dialects were made from has a price.
    assert Origin.SEED not in {row.origin(f"prices.{key}").origin for key in row.prices}


def test_the_models_without_a_price_are_those_that_a_rule_prices() -> None:
    priced = {name: {row.id for row in each.catalog.rows.values() if row.prices} for name, each in DIALECTS.items()}
    assert priced["apiframe"] == set(APIFRAME.catalog.rows) - {*GAPS}
    assert priced["lemondata"] == GENERATIONS.keys()
    assert priced["a4f"] == set(DIALECTS["a4f"].catalog.rows)
    assert priced["beluga"] == priced["sora"] == set()


def test_the_price_list_of_apiframe_is_whole() -> None:
    documented = {
        (row.id, variant, int(cost))
        for row in APIFRAME.catalog.rows.values()
        for variant, cost in row.prices.items()
        if row.origin(f"prices.{variant}").origin is Origin.PAGE
    }
    assert documented == {*listed(CLIPS), *listed(SECONDS)}
    assert {*GAPS, *SOUND_INCLUDED} | {model for model, _, _ in documented} == set(APIFRAME.catalog.rows)


# Prices


@pytest.mark.parametrize(("model", "variant", "cost"), listed(CLIPS))
def test_a_listed_clip_costs_its_credits(model: str, variant: str, cost: int) -> None:
    assert understood(APIFRAME, request(model, variant)).price == cost


@pytest.mark.parametrize("duration", [3, 5, 15])
@pytest.mark.parametrize(("model", "variant", "cost"), listed(SECONDS))
def test_a_listed_second_costs_its_credits(model: str, variant: str, cost: int, duration: int) -> None:
    assert understood(APIFRAME, request(model, variant, duration)).price == cost * duration


@given(data=st.data(), model=st.sampled_from(GAPS))
def test_a_gap_costs_two_credits_a_second_and_twice_that_with_sound(model: str, data: st.DataObject) -> None:
    wanted = understood(APIFRAME, data.draw(requests(APIFRAME, model)))
    assert wanted.price == 2 * Decimal(wanted.duration) * (2 if wanted.sound else 1)


@given(data=st.data(), model=st.sampled_from(SOUND_INCLUDED))
def test_seedance_2_costs_two_credits_a_second_with_or_without_sound(model: str, data: st.DataObject) -> None:
    wanted = understood(APIFRAME, data.draw(requests(APIFRAME, model)))
    assert wanted.price == 2 * Decimal(wanted.duration)


@pytest.mark.parametrize(
    ("name", "second"), [pytest.param("beluga", "0.05", id="beluga"), pytest.param("sora", "0.10", id="sora")]
)
@given(data=st.data())
def test_a_job_is_priced_by_the_second_that_is_made(name: str, second: str, data: st.DataObject) -> None:
    wanted = understood(DIALECTS[name], data.draw(requests(DIALECTS[name])))
    assert wanted.price == Decimal(second) * Decimal(str(wanted.duration))


@given(data=st.data(), model=st.sampled_from([*GENERATIONS, *LEMONDATA.catalog.rows]))
def test_a_generation_of_lemondata_has_one_price(model: str, data: st.DataObject) -> None:
    wanted = understood(LEMONDATA, data.draw(requests(LEMONDATA, model)))
    assert wanted.price == Decimal(GENERATIONS.get(model, "0.20"))


@given(data=st.data())
def test_a_video_of_a4f_costs_one_request_of_the_plan(data: st.DataObject) -> None:
    assert understood(DIALECTS["a4f"], data.draw(requests(DIALECTS["a4f"]))).price == 1


# Charges


@pytest.mark.parametrize(
    ("name", "tariff"),
    [
        ("a4f", Tariff("requests")),
        ("apiframe", Tariff("credits")),
        ("beluga", Tariff("USD")),
        ("lemondata", Tariff("USD", held=True)),
        ("sora", Tariff("USD", held=True)),
    ],
)
def test_money_is_taken_when_the_documents_say(name: str, tariff: Tariff) -> None:
    assert DIALECTS[name].terms.tariff == tariff


@every_dialect
def test_a_job_that_fails_costs_nothing(dialect: Dialect) -> None:
    ledger, price = Ledger(dialect.terms.tariff), understood(dialect, dict(dialect.example)).price
    ledger.take(price)
    ledger.fail(price)
    assert (ledger.balance, ledger.spent, ledger.held) == (dialect.terms.tariff.opening, 0, 0)


# No money


def short_of(dialect: Dialect, price: Decimal, balance: Decimal) -> Refusal:
    """How an account is refused whose balance does not cover the price."""
    ledger = Ledger(dialect.terms.tariff)
    ledger.balance = balance
    with pytest.raises(ApiError) as caught:
        ledger.take(price)
    return caught.value.refusal


@pytest.mark.parametrize("name", TOLD)
@given(balance=st.integers(0, 400), missing=st.integers(1, 400))
def test_the_documented_fields_tell_price_and_balance(name: str, balance: int, missing: int) -> None:
    amounts = {"available": Decimal(balance), "required": Decimal(balance + missing)}
    told = say(DIALECTS[name], short_of(DIALECTS[name], amounts["required"], amounts["available"]))
    assert {amount: told[field] for amount, field in TOLD[name].items()} == amounts


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("ordered", [True, False])
def test_a_planned_refusal_tells_them_as_if_nothing_were_left(name: str, ordered: bool) -> None:  # noqa: FBT001
    dialect = DIALECTS[name]
    refusal = dialect.ordered(Kind.INSUFFICIENT_CREDITS) if ordered else Refusal(Kind.INSUFFICIENT_CREDITS)
    told = say(dialect, refusal)
    price = understood(dialect, dict(dialect.example)).price
    assert Decimal(str(told[TOLD[name]["required"]])) == price
    assert told[TOLD[name]["available"]] == 0


def test_apiframe_tells_whole_credits() -> None:
    told = say(APIFRAME, short_of(APIFRAME, Decimal(7), Decimal("6.5")))
    assert (told["creditsRequired"], told["creditsAvailable"]) == (7, 6)
    assert understood(APIFRAME, dict(APIFRAME.example)).price == EXAMPLE_PRICE


@pytest.mark.parametrize(("model", "cost"), [*GENERATIONS.items(), ("veo3", "0.20"), ("no-such-model", "0.20")])
def test_lemondata_estimates_by_the_model_where_that_is_all_it_knows(model: str, cost: str) -> None:
    told = say(LEMONDATA, Refusal(Kind.INSUFFICIENT_CREDITS, facts={"model": model}))
    assert (told["estimated_cost_usd"], told["balance_usd"]) == (float(cost), 0)
    assert told["message"] == f"Insufficient balance: need ~${cost}00 for {model}, but balance is $0.0000."


def test_the_relay_says_whether_the_quota_is_used_up_or_too_small() -> None:
    used_up = say(SORA, short_of(SORA, Decimal("0.8"), Decimal(0)))
    too_small = say(SORA, short_of(SORA, Decimal("0.8"), Decimal("0.1")))
    assert used_up["message"] == "用户额度不足, 剩余额度: ＄0.000000"  # noqa: RUF001
    assert too_small["message"] == "预扣费额度失败, 用户剩余额度: ＄0.100000, 需要预扣费额度: ＄0.800000"  # noqa: RUF001
    assert used_up["code"] == too_small["code"] == "insufficient_user_quota"


@every_dialect
def test_a_refusal_without_money_validates_whatever_it_knows(dialect: Dialect) -> None:
    known = [{}, {"model": "x"}, {"available": Decimal(0)}, {"required": Decimal(2)}, {"available": Decimal(3)}]
    assert all(say(dialect, Refusal(Kind.INSUFFICIENT_CREDITS, facts=facts)) for facts in known)


@pytest.mark.parametrize("known", [{}, {"required": None}, {"required": "7"}, {"required": 7}])
def test_an_amount_that_nobody_told_is_replaced(known: Json) -> None:
    assert amount(known, "required", Decimal(5)) == 5


# Plans


@pytest.mark.parametrize("model", DIALECTS["a4f"].catalog.rows)
def test_a_model_outside_of_the_plan_is_named(model: str) -> None:
    dialect = DIALECTS["a4f"]
    status, document = dialect.say(Refusal(Kind.PLAN_REQUIRED, field="model", facts={"model": model}))
    assert (status, document["error"]["param"]) == (403, "model")
    assert document["error"]["message"] == f"The model {model!r} is not available on your current plan."


def test_only_a4f_has_models_that_need_a_plan() -> None:
    plans = {name: {row.plans for row in each.catalog.rows.values()} for name, each in DIALECTS.items()}
    assert plans == {name: {("pro", "ultra")} if name == "a4f" else {()} for name in DIALECTS}
    assert refused(DIALECTS["a4f"], dict(DIALECTS["a4f"].example)) is None

"""A price list and the request schemas that its rows imply."""

from __future__ import annotations

from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mockvideo.catalog import Accepted, Catalog, Relation, Row, load
from mockvideo.core.errors import ApiError, Kind
from mockvideo.provenance import SEED, Origin, Source
from mockvideo.schema import VARIANT, Lenient, Limit


class Params(Lenient):
    """An object inside a request."""

    mode: Annotated[str, SEED] | None = None


class Request(Lenient):
    """A request."""

    model: Annotated[str, SEED] | None = None
    mode: Annotated[str, SEED] | None = None
    loop: Annotated[bool, SEED] | None = None
    image: Annotated[str, SEED] | None = None
    images: Annotated[list[str], SEED] | None = None
    seed: Annotated[int, VARIANT, SEED] | None = None
    params: Annotated[Params, SEED] | None = None


VALUES = {
    "mode": st.sampled_from(["fast", "pro"]),
    "loop": st.booleans(),
    "image": st.sampled_from(["", "a.png"]),
    "params.mode": st.sampled_from(["fast", "pro"]),
}
PATHS = st.sampled_from(sorted(VALUES))
CONDITIONS = st.lists(PATHS, max_size=2, unique=True).flatmap(
    lambda paths: st.fixed_dictionaries({path: VALUES[path] | st.just("*") for path in paths})
)
RELATIONS = st.builds(
    Relation, when=CONDITIONS, needs=st.lists(PATHS, max_size=2).map(tuple), requires=CONDITIONS, excludes=CONDITIONS
)
REQUESTS = st.builds(
    Request,
    mode=st.none() | VALUES["mode"],
    loop=st.none() | VALUES["loop"],
    image=st.none() | VALUES["image"],
    images=st.none() | st.lists(st.text(), max_size=1),
    params=st.none() | st.builds(Params, mode=st.none() | VALUES["params.mode"]),
)
CATALOG = Catalog(
    Request,
    {
        "plain": Row(id="plain"),
        "seeded": Row(id="seeded", limits={"seed": {"max": 9}, "mode": {"choice": ["pro"]}}),
        "strict": Row(id="strict", relations=({"needs": ["image"]},)),
    },
    (Relation(when={"loop": True}, requires={"mode": "pro"}),),
)


def broken_by(relation: Relation, request: Request, **defaults: object) -> ApiError | None:
    try:
        relation.check(request, defaults)
    except ApiError as error:
        return error
    return None


# Rules across fields


@pytest.mark.parametrize(
    ("rule", "request_", "kind", "field"),
    [
        ({"needs": ["image"]}, {"image": "a"}, None, None),
        ({"needs": ["image"]}, {}, Kind.MISSING_INPUT, "image"),
        ({"needs": ["image"]}, {"image": ""}, Kind.MISSING_INPUT, "image"),
        ({"needs": ["image", "images"]}, {"images": ["a"]}, None, None),
        ({"needs": ["image", "images"]}, {"images": []}, Kind.MISSING_INPUT, "image"),
        ({"when": {"mode": "pro"}, "needs": ["image"]}, {"mode": "fast"}, None, None),
        ({"when": {"mode": "pro"}, "needs": ["image"]}, {"mode": "pro"}, Kind.MISSING_INPUT, "image"),
        ({"when": {"mode": "*"}, "needs": ["image"]}, {}, None, None),
        ({"when": {"mode": "*"}, "needs": ["image"]}, {"mode": "fast"}, Kind.MISSING_INPUT, "image"),
        ({"when": {"mode": "pro", "loop": True}, "needs": ["image"]}, {"mode": "pro"}, None, None),
        ({"when": {"image": "*"}, "requires": {"mode": "pro"}}, {"image": "a"}, Kind.MODEL_LIMIT, "mode"),
        ({"when": {"image": "*"}, "requires": {"mode": "pro"}}, {"image": "a", "mode": "pro"}, None, None),
        ({"when": {"image": "*"}, "excludes": {"loop": True}}, {"image": "a", "loop": True}, Kind.MODEL_LIMIT, "loop"),
        ({"when": {"image": "*"}, "excludes": {"loop": "*"}}, {"image": "a", "loop": False}, Kind.MODEL_LIMIT, "loop"),
        ({"excludes": {"params.mode": "pro"}}, {"params": {"mode": "pro"}}, Kind.MODEL_LIMIT, "params.mode"),
        ({"excludes": {"params.mode": "pro"}}, {"params": {}}, None, None),
    ],
)
def test_a_rule_holds_when_its_condition_does(rule, request_, kind, field) -> None:
    error = broken_by(Relation(**rule), Request(**request_))
    assert (error and error.refusal.kind, error and error.refusal.field) == (kind, field)


@pytest.mark.parametrize(("default", "kind"), [("pro", None), ("fast", Kind.MODEL_LIMIT)])
def test_a_field_that_is_absent_has_its_models_default(default, kind) -> None:
    error = broken_by(Relation(requires={"mode": "pro"}), Request(), mode=default)
    assert (error and error.refusal.kind) == kind


def test_a_default_is_no_input() -> None:
    assert broken_by(Relation(needs=("image",)), Request(), image="a.png")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Relation(needs=("image",)), "this model requires image"),
        (Relation(needs=("image", "images")), "this model requires one of image, images"),
        (Relation(when={"loop": True}, needs=("image",)), "loop=true requires image"),
        (Relation(when={"loop": "*", "mode": "pro"}, requires={"image": 1.5}), "loop with mode=pro requires image=1.5"),
        (Relation(excludes={"mode": "pro"}), "this model excludes mode=pro"),
    ],
)
def test_a_refusal_says_what_goes_with_what(rule, message) -> None:
    assert broken_by(rule, Request(loop=True, mode="pro")).refusal.message == message


@given(st.lists(RELATIONS, max_size=5), REQUESTS, st.dictionaries(PATHS, st.just("pro")))
def test_finding_rules_by_their_condition_misses_none(rules, request_, defaults) -> None:
    row = Row(id="a", relations=tuple(rules), defaults=defaults)
    catalog = Catalog(Request, {"a": row})
    broken = any(broken_by(rule, request_, **defaults) for rule in rules)
    with pytest.raises(ApiError) if broken else nullcontext():
        catalog.relate(row, request_)


@given(RELATIONS, REQUESTS)
def test_a_rule_that_asks_for_nothing_is_never_broken(rule, request_) -> None:
    assert broken_by(Relation(when=rule.when), request_) is None


# Rows


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("limits.params.mode", Source(Origin.PAGE, "exact")),
        ("limits.params.loop", Source(Origin.SDK, "its object")),
        ("limits.size", Source(Origin.CODE, "all limits")),
        ("prices.5s", Source(Origin.GUESS, "the row")),
    ],
)
def test_an_entry_comes_from_where_the_nearest_place_says(path, source) -> None:
    row = Row(
        id="a",
        source="guess: the row",
        sources={
            "limits": "code: all limits",
            "limits.params": "sdk: its object",
            "limits.params.mode": "page: exact",
        },
    )
    assert row.origin(path) == source


def test_a_limit_knows_its_source() -> None:
    row = Row(id="a", limits={"seed": {"max": 9}}, sources={"limits.seed": "guess: ours"})
    assert row.narrowed == {"seed": Limit(max=9, source=Source(Origin.GUESS, "ours"))}


def test_an_unknown_model_is_refused_with_names_like_it() -> None:
    with pytest.raises(ApiError) as refused:
        CATALOG.row("plan")
    refusal = refused.value.refusal
    assert (refusal.kind, refusal.field) == (Kind.UNKNOWN_MODEL, "model")
    assert refusal.facts == {"model": "plan", "nearest": ("plain",)}


@pytest.mark.parametrize("model", [None, 1, True, [], {}, ["plain"]])
def test_a_model_that_is_no_text_is_refused_as_such(model) -> None:
    with pytest.raises(ApiError) as refused:
        CATALOG.row(model)
    assert (refused.value.refusal.kind, refused.value.refusal.field) == (Kind.INVALID_REQUEST, "model")


def test_a_long_name_is_compared_by_its_beginning_only() -> None:
    assert CATALOG.nearest("plain" + "x" * 1_000_000) == ()


def test_a_model_has_the_fields_that_its_row_names() -> None:
    fields = {model: set(CATALOG.request(CATALOG.row(model)).model_fields) for model in CATALOG.rows}
    assert fields["seeded"] - fields["plain"] == {"seed"}


def test_the_schema_of_a_model_is_made_once() -> None:
    row = CATALOG.row("seeded")
    assert CATALOG.request(row) is CATALOG.request(row)
    assert isinstance(CATALOG._accepted["seeded"], Accepted)


@pytest.mark.parametrize(("model", "broken"), [("plain", False), ("strict", True)])
def test_a_models_own_rules_bind_no_other(model, broken) -> None:
    with pytest.raises(ApiError, match="requires image") if broken else nullcontext():
        CATALOG.relate(CATALOG.row(model), Request())


def test_a_common_rule_binds_every_model() -> None:
    for row in CATALOG.rows.values():
        with pytest.raises(ApiError):
            CATALOG.relate(row, Request(loop=True))


# Files


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The price list of a package that can be imported."""
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / f"shop_{tmp_path.name}"
    folder.mkdir()
    (folder / "__init__.py").touch()
    return folder / "models.toml"


def test_a_price_list_is_read_as_it_is_written(package) -> None:
    package.write_text('[[models]]\nid = "b"\nprices = { 5s = "0.10" }\n[[models]]\nid = "a"\n', "utf-8")
    catalog = load(package.parent.name, Request)
    assert list(catalog.rows) == ["b", "a"]
    assert catalog.rows["b"].prices == {"5s": Decimal("0.10")}


@pytest.mark.parametrize("line", ["size = 1", "relations = [{ need = [] }]", "[[things]]"])
def test_an_unknown_word_in_a_price_list_is_a_mistake(package, line) -> None:
    package.write_text(f'[[models]]\nid = "a"\n{line}\n', "utf-8")
    with pytest.raises(ValidationError, match=r"not permitted|Unexpected keyword"):
        load(package.parent.name, Request)


def test_a_model_that_is_listed_twice_is_a_mistake(package) -> None:
    package.write_text('[[models]]\nid = "a"\n[[models]]\nid = "b"\n[[models]]\nid = "a"\n', "utf-8")
    with pytest.raises(ValueError, match=r"lists a model twice: a$"):
        load(package.parent.name, Request)

"""A method and a path mean one documented route."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo import dialects
from mockvideo.operation import Content, Route
from mockvideo.provenance import SEED
from mockvideo.server.routes import Table

ROUTES = {name: dialect.routes for name, dialect in dialects.load().items()}
TABLES = {name: Table(routes) for name, routes in ROUTES.items()}
EVERY_ROUTE = pytest.mark.parametrize(
    ("table", "route"), [(TABLES[name], route) for name, routes in ROUTES.items() for route in routes]
)
PATHS = [
    ("POST", "/videos"),
    ("GET", "/videos"),
    ("GET", "/videos/{id}"),
    ("DELETE", "/videos/{id}"),
    ("GET", "/videos/{id}/content"),
]
TABLE = Table(Route(method, path, Content(), SEED) for method, path in PATHS)

names = st.text(st.characters(exclude_characters="/"), min_size=1, max_size=50)


@EVERY_ROUTE
@given(name=names)
def test_every_documented_route_is_found_by_any_name(table, route, name) -> None:
    methods, found = table.find(route.path.replace("{id}", name))
    assert methods[route.method] is route
    assert found == (name if "{id}" in route.path else "")


@EVERY_ROUTE
def test_only_a_get_is_answered_to_head_as_well(table, route) -> None:
    methods, _ = table.find(route.path.replace("{id}", "a"))
    assert methods.get("HEAD") is methods.get("GET")


def test_the_routes_of_one_path_are_told_apart_by_method() -> None:
    methods, name = TABLE.find("/videos/a")
    assert {method: (route.method, route.path) for method, route in methods.items()} == {
        "GET": ("GET", "/videos/{id}"),
        "HEAD": ("GET", "/videos/{id}"),
        "DELETE": ("DELETE", "/videos/{id}"),
    }
    assert name == "a"


@pytest.mark.parametrize(
    "path",
    ["", "/", "videos", "/videos/", "/videos/a/", "/videos//content", "/videos/a/b", "/videos/a/b/content", "//videos"],
)
def test_another_path_means_nothing(path) -> None:
    assert TABLE.find(path) is None


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/video", "/videos"),
        ("/videos/a/contents", "/videos/{id}/content"),
        ("/v2/videos", "/videos"),
        ("/completely-else", None),
        ("", None),
    ],
)
def test_a_path_that_nearly_fits_has_a_neighbour(path, near) -> None:
    assert TABLE.near(path) == near


def test_a_long_path_costs_little() -> None:
    started = time.process_time()
    assert TABLE.near("/videos" * 10_000) is None
    assert time.process_time() - started < 0.05


def test_all_paths_are_told_in_order() -> None:
    assert TABLE.paths == ["/videos", "/videos/{id}", "/videos/{id}/content"]


def test_an_ending_leads_to_its_routes_unless_a_plain_path_begins_like_it() -> None:
    paths = ["/a/{id}", "/a/list", "/b/{id}", "/b/{id}/content"]
    table = Table(Route("GET", path, Content(), SEED) for path in paths)
    assert [head for head, _ in table.endings()] == ["/b"]

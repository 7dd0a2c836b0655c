"""Who may do what: keys for their own account, the token for all, web pages of others nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.accounts import LONGEST_KEY
from mockvideo.server.app import App
from mockvideo.server.control.routes import ROUTES
from mockvideo.server.thread import ServerThread
from tests.server.control.calling import BEARER, KEY, TOKEN, WITH_TOKEN, account, app_of, call, state, submit
from tests.server.driving import ask, http

ORIGIN, REFERER, SITE = b"origin", b"referer", b"sec-fetch-site"
LOCAL = ("127.0.0.1", 50_000)
FAR = ("192.168.1.9", 50_000)


def status(app: App, path: str, *headers: tuple[bytes, bytes], **place: object) -> int:
    return call(app, "GET", path, *headers, **place).status


# Keys


@pytest.mark.parametrize(
    "header",
    [
        (b"authorization", b"Bearer sk-test"),
        (b"authorization", b"bearer  sk-test "),
        (b"authorization", b"sk-test"),
        (b"x-api-key", b"sk-test"),
    ],
)
def test_a_key_opens_its_own_account_wherever_it_stands(header) -> None:
    app = app_of()
    tag = account(app).tag
    assert call(app, "GET", "/me", header).document["tag"] == tag


def test_the_first_use_of_a_key_makes_its_account() -> None:
    app = app_of()
    assert status(app, "/me", BEARER) == 200
    assert [each.key for each in app.service.accounts] == [KEY]


@pytest.mark.parametrize("header", [(b"authorization", b"Bearer"), (b"authorization", b""), (b"x-api-key", b" "), None])
def test_without_a_key_nobody_has_an_account(header) -> None:
    app = app_of()
    refused = call(app, "GET", "/me", *([header] if header else []))
    assert (refused.status, refused.document["error"]["message"][:15]) == (401, "Send an API key")
    assert len(app.service.accounts) == 0


@pytest.mark.parametrize(
    ("key", "expected"), [("revoked", 401), ("inactive", 403), ("k" * (LONGEST_KEY + 1), 401), ("kü", 401)]
)
def test_a_key_that_is_refused_everywhere_is_refused_here(key, expected) -> None:
    app = app_of()
    assert status(app, "/me", (b"x-api-key", key.encode("latin-1"))) == expected
    assert len(app.service.accounts) == 0


def test_a_closed_list_holds_here_too() -> None:
    app = app_of(keys=frozenset({"mine"}))
    assert [status(app, "/me", (b"x-api-key", key)) for key in (b"mine", b"mine--402", b"yours")] == [200, 200, 401]


@given(st.sampled_from(["one", "two"]), st.sampled_from([route for route in ROUTES if route.access == "account"]))
def test_a_key_sees_and_changes_nothing_but_its_own_account(key, route) -> None:
    app = app_of()
    other = {"one": "two", "two": "one"}[key]
    job = submit(app, key=other).document["id"]
    before = _of(app, other)
    path = route.path.replace("{dialect}", "sora").replace("{id}", job)
    bodies = {"/settle": {"state": "failed"}, "/reset": {"what": ["all"]}, "/advance": {"seconds": 1}}
    body = next((body for end, body in bodies.items() if path.endswith(end)), {"scenario": "402"})
    if route.path == "/me/events":
        return
    body = {"rule": "status = 402"} if path.endswith("/rules") else body
    body = {"timeout": 0} if path.endswith("/wait") else {"mode": "auto"} if path.endswith("/clock") else body
    reply = call(app, route.method, path, (b"x-api-key", key.encode()), body=body if route.writes else None)
    assert reply.status < 500
    assert job.encode() not in reply.body
    assert account(app, other).tag.encode() not in reply.body
    assert _of(app, other) == before


def _of(app: App, key: str) -> str:
    found = account(app, key)
    return repr((found.clock.now(), found.clock.mode, list(found.store), list(found.journal), found.direction.orders()))


# The token


def test_on_this_machine_no_token_is_needed() -> None:
    app = app_of()
    assert status(app, "/accounts") == 200
    assert status(app, "/accounts", client=LOCAL) == 200
    assert status(app, "/accounts", client=("testclient", 1)) == 200


@pytest.mark.parametrize("options", [{"beyond_loopback": True}, {}])
def test_from_elsewhere_one_is_needed_and_where_there_is_none_nothing_opens(options) -> None:
    app = app_of(**options)
    refused = call(app, "GET", "/accounts", client=FAR)
    assert (refused.status, "--token" in refused.document["error"]["hint"]) == (401, True)


def test_beyond_loopback_one_is_needed_on_this_machine_too() -> None:
    assert status(app_of(beyond_loopback=True), "/accounts", client=LOCAL) == 401


@pytest.mark.parametrize(
    "header", [WITH_TOKEN, (b"authorization", f"Bearer {TOKEN}".encode()), (b"authorization", TOKEN.encode())]
)
@pytest.mark.parametrize("beyond", [False, True])
def test_the_token_opens_all_accounts(header, beyond) -> None:
    app = app_of(token=TOKEN, beyond_loopback=beyond)
    tag = account(app).tag
    assert [status(app, path, header, client=FAR) for path in ("/accounts", f"/accounts/{tag}")] == [200, 200]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"x-mockvideo-token", b"")],
        [(b"x-mockvideo-token", b"another-token-altogether")],
        [(b"x-mockvideo-token", TOKEN[:-1].encode())],
        [(b"x-mockvideo-token", TOKEN.upper().encode())],
        [(b"x-mockvideo-token", "a-tökén".encode("latin-1"))],
        [(b"x-mockvideo-token", b"wrong"), (b"authorization", f"Bearer {TOKEN}".encode())],
        [(b"cookie", f"token={TOKEN}".encode())],
        [(b"x-api-key", TOKEN.encode())],
        [BEARER],
    ],
)
def test_a_token_that_was_given_is_asked_for_everywhere(headers) -> None:
    app = app_of(token=TOKEN)
    tag = account(app).tag
    for path in ("/accounts", f"/accounts/{tag}", "/accounts/unknown", "/scenario"):
        assert status(app, path, *headers, client=LOCAL) == 401


def test_who_has_no_right_does_not_learn_which_accounts_there_are() -> None:
    app = app_of(token=TOKEN)
    tag = account(app).tag
    assert call(app, "GET", f"/accounts/{tag}") == call(app, "GET", "/accounts/unknown")


def test_the_token_is_no_key() -> None:
    app = app_of(token=TOKEN)
    refused = call(app, "GET", "/me", (b"authorization", f"Bearer {TOKEN}".encode()))
    assert (refused.status, refused.document["error"]["message"]) == (
        401,
        "This is the control token, which is no API key.",
    )
    assert len(app.service.accounts) == 0


def test_the_library_is_for_who_has_a_key_or_the_token() -> None:
    app = app_of(token=TOKEN)
    assert [status(app, "/scenarios", *headers) for headers in ([], [BEARER], [WITH_TOKEN])] == [401, 200, 200]


def test_no_answer_tells_the_token() -> None:
    app = app_of(token=TOKEN)
    replies = [
        call(app, "GET", path, *headers) for path in ("/accounts", "/me") for headers in ([], [BEARER], [WITH_TOKEN])
    ]
    assert not any(TOKEN.encode() in reply.body for reply in replies)


# Web pages


@pytest.mark.parametrize(
    "headers",
    [
        [(ORIGIN, b"http://localhost:8420")],
        [(ORIGIN, b"HTTP://LOCALHOST:8420")],
        [(REFERER, b"http://localhost:8420/_mockvideo/")],
        [(REFERER, b"http://localhost:8420")],
        [(SITE, b"same-origin")],
        [(SITE, b"none")],
    ],
)
def test_a_page_of_this_server_may_come_in(headers) -> None:
    assert status(app_of(), "/me", BEARER, *headers) == 200


def test_a_page_under_the_public_url_may_come_in() -> None:
    app = app_of(public_url="https://Mock.Example/behind/a/proxy")
    assert status(app, "/me", BEARER, (ORIGIN, b"https://mock.example")) == 200
    assert status(app, "/me", BEARER, (REFERER, b"https://mock.example/behind/a/proxy/page")) == 200


@pytest.mark.parametrize("origins", [["*"], ["http://page.example"]])
def test_who_may_read_a_dialects_answers_from_a_page_may_not_come_in_here(origins) -> None:
    app = app_of(cors_origins=tuple(origins))
    for method in ("GET", "OPTIONS"):
        refused = call(app, method, "/me", BEARER, (ORIGIN, b"http://page.example"))
        assert refused.status == 403
        assert not [name for name, _ in refused.headers if name.startswith(b"access-control")]


def test_a_page_of_this_server_gets_no_cors_headers_either() -> None:
    app = app_of(cors_origins=("*",))
    reply = call(app, "GET", "/me", BEARER, (ORIGIN, b"http://localhost:8420"))
    assert not [name for name, _ in reply.headers if name.startswith(b"access-control")]


# None at all


def test_without_a_control_api_its_paths_are_unknown_and_health_is_not() -> None:
    app = app_of(control=False)
    refused, unknown = call(app, "GET", "/me", BEARER), ask(app, "GET", "/nothing")
    assert (refused.status, refused.document["error"]["hint"]) == (404, unknown.document["error"]["hint"])
    assert status(app, "/health") == 200


def test_health_needs_neither_key_nor_token_nor_origin() -> None:
    assert status(app_of(token=TOKEN), "/health", (ORIGIN, b"http://evil.example"), host=b"evil.example") == 200


# Over a socket


@pytest.mark.parametrize(
    "path",
    [
        "/%5Fmockvideo/me",
        "/_mockvideo/%6De",
        "/%5f%6d%6f%63%6b%76%69%64%65%6f/me",
        "/_mockvideo/me%2f",
        "/_mockvideo%2fme",
        "//_mockvideo/me",
        "/_mockvideo//me",
        "/_mockvideo/./me",
        "/media/../_mockvideo/me",
        "/_mockvideo/%2e%2e/_mockvideo/me",
        "http://localhost/_mockvideo/me",
        "/_mockvideo/me?x=%00",
        "/_mockvideo/me;a=b",
        "/_mockvideo/me%00",
        "/_mockvideo/me%2Fclock",
    ],
)
def test_no_notation_of_a_path_opens_anything_to_a_page_of_others(path) -> None:
    app = app_of(token=TOKEN)
    account(app)
    before = state(app)
    with ServerThread(app) as server, http(server.url) as client:
        for method in ("GET", "PUT", "DELETE", "POST"):
            for headers in (
                [(b"origin", b"http://evil.example"), BEARER],
                [(b"sec-fetch-site", b"same-site"), BEARER],
                [],
            ):
                answer = client.send(
                    client.build_request(method, "/", headers=headers, extensions={"target": path.encode()})
                )
                assert answer.status_code >= 400
    assert state(app) == before


# The table


def test_every_route_says_who_may_and_only_documents_are_open() -> None:
    assert [route.path for route in ROUTES if route.access == "open"] == ["/openapi.json"]
    assert all(route.access == "account" for route in ROUTES if route.path.startswith("/me"))
    assert all(route.access == "token" for route in ROUTES if route.path.startswith("/accounts"))


def test_both_scopes_have_the_same_resources() -> None:
    def resources(prefix: str) -> set[tuple[str, str, str]]:
        found = [route for route in ROUTES if route.path == prefix or route.path.startswith(f"{prefix}/")]
        return {(route.method, route.path.removeprefix(prefix), route.about) for route in found}

    assert resources("/me") == resources("/accounts/{tag}")

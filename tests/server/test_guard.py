from __future__ import annotations

import ipaddress
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.server.guard import Guard

LOOPBACK = Guard()
NETWORK = Guard(beyond_loopback=True)
NAMED = Guard(allowed_hosts=["Mock.Example.", "other.example:8420"], public_url="https://Public.Example:8443/mock")

labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
ports = st.just("") | st.integers(0, 65_535).map(":{}".format)
hosts = (
    st.ip_addresses(v=4).map(str)
    | st.ip_addresses(v=6).map("[{}]".format)
    | st.just("localhost")
    | labels.map("{}.localhost".format)
)

LOCAL = [
    b"localhost",
    b"localhost:8420",
    b"LOCALHOST",
    b"localhost.",
    b"localhost.:8420",
    b"a.b.localhost",
    b"127.0.0.1",
    b"127.0.0.1:1",
    b"127.0.0.1.",
    b"192.168.1.2:65535",
    b"0.0.0.0",
    b"[::1]",
    b"[::1]:8000",
    b"[FE80::1]:80",
    b"[::ffff:127.0.0.1]",
]
FAR = [b"mockvideo", b"mock_video:8420", b"host.docker.internal", b"a.test", b"printer.local", b"a.b.svc.cluster.local"]
FOREIGN = [
    b"evil.example",
    b"evil.example:8420",
    b"localhost.evil.example",
    b"127.0.0.1.evil.example",
    b"notlocalhost.example",
    b"xlocalhost.com",
    b"evil-internal.com",
    b"internal.evil.com",
    b"127.0.0.1.nip.io",
]
MALFORMED = [
    b"",
    b" ",
    b":",
    b":8420",
    b".",
    b"..",
    b".localhost",
    b"a..localhost",
    b"localhost..",
    b"localhost:",
    b"localhost:80a",
    b"localhost:-1",
    b"localhost:123456",
    b"localhost:80:80",
    b"localhost :80",
    b" localhost",
    b"localhost\t",
    b"localhost\n",
    b"localhost\0",
    b"local\rhost",
    b"user@localhost",
    b"user:pass@localhost",
    b"localhost/path",
    b"localhost?",
    b"localhost#",
    b"localhost,localhost",
    b"http://localhost",
    b"::1",
    b"[::1",
    b"::1]",
    b"[]",
    b"[:]",
    b"[:::]",
    b"[127.0.0.1]",
    b"[localhost]",
    b"[::1].",
    b"[::1]x",
    b"[fe80::1%25eth0]",
    b"[1:2:3:4:5:6:7:8:9]",
    b"local%68ost",
    b"localhost\xff",
    "\uff4cocalhost".encode(),
    "loc\u0430lhost".encode(),
    b"a" * 100_000,
    b"a." * 50_000,
    b"[" + b":" * 100_000 + b"]",
    b"localhost:" + b"1" * 100_000,
]


@pytest.mark.parametrize("host", LOCAL)
def test_what_only_this_machine_can_own_is_served(host: bytes) -> None:
    assert LOOPBACK.host_problem(host) is None


@given(hosts, ports)
def test_every_address_and_local_name_is_served_with_any_port(host: str, port: str) -> None:
    assert LOOPBACK.host_problem(f"{host}{port}".encode()) is None


@pytest.mark.parametrize("host", FAR)
def test_names_of_a_private_network_are_served_beyond_loopback_alone(host: bytes) -> None:
    assert NETWORK.host_problem(host) is None
    assert LOOPBACK.host_problem(host) is not None


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("guard", [LOOPBACK, NETWORK, NAMED])
def test_names_that_a_stranger_can_own_are_refused(guard: Guard, host: bytes) -> None:
    assert guard.host_problem(host) is not None


@pytest.mark.parametrize("host", [None, *MALFORMED])
@pytest.mark.parametrize("guard", [LOOPBACK, NETWORK, NAMED])
def test_what_is_no_host_is_refused(guard: Guard, host: bytes | None) -> None:
    problem = guard.host_problem(host)

    assert problem is not None
    assert "needs a Host header" in problem


@pytest.mark.parametrize(
    "host", [b"mock.example", b"MOCK.example:1", b"mock.example.", b"other.example", b"public.example:8443"]
)
def test_allowed_names_and_that_of_the_public_url_are_served(host: bytes) -> None:
    assert NAMED.host_problem(host) is None


def test_a_name_under_an_allowed_one_is_refused() -> None:
    assert NAMED.host_problem(b"sub.mock.example") is not None


@given(st.none() | st.binary(max_size=300) | st.text().map(str.encode))
def test_the_guard_never_raises(host: bytes | None) -> None:
    for guard in (LOOPBACK, NETWORK, NAMED):
        assert isinstance(guard.host_problem(host), str | None)


@given(st.binary(max_size=30))
def test_whatever_is_served_on_loopback_is_local(host: bytes) -> None:
    if LOOPBACK.host_problem(host) is None:
        name = host.decode("ascii").lower().partition("]")[0].lstrip("[")
        name = name if name.count(":") > 1 else name.partition(":")[0].removesuffix(".")
        assert name == "localhost" or name.endswith(".localhost") or ipaddress.ip_address(name)


def test_a_host_is_judged_the_same_every_time() -> None:
    guard = Guard()
    for _ in range(3):
        assert guard.host_problem(b"localhost:8420") is None
        assert guard.host_problem(b"evil.example") is not None


def test_a_flood_of_hosts_is_served_in_bounded_memory() -> None:
    guard = Guard()
    for port in range(1_000):
        assert guard.host_problem(b"localhost:%d" % port) is None

    assert len(guard._accepted) <= 256


def test_a_refusal_says_what_is_served_and_how_to_allow_this_one() -> None:
    problem = NETWORK.host_problem(b"Evil.example:80")

    assert problem == (
        "Host evil.example is not served here. Served are localhost, names under .localhost, IP addresses, "
        "names without a dot, names under .internal, .test, .local, .svc.cluster.local. "
        "Allow it with --allowed-host evil.example or MOCKVIDEO_ALLOWED_HOSTS=evil.example."
    )


def test_a_refusal_names_what_was_allowed_by_hand() -> None:
    assert "mock.example, other.example, public.example." in str(NAMED.host_problem(b"evil.example"))


@pytest.mark.parametrize("host", ["http://mock.example", "", "*", "a b", "user@mock.example"])
def test_what_is_no_name_cannot_be_allowed(host: str) -> None:
    with pytest.raises(ValueError, match="is not a host name"):
        Guard(allowed_hosts=[host])


@pytest.mark.parametrize("url", ["mock.example", "http://user@mock.example/", "http:///"])
def test_a_public_url_without_a_plain_host_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is not a host name"):
        Guard(public_url=url)


def test_a_hostile_host_costs_no_time() -> None:
    started = time.process_time()
    for host in MALFORMED:
        NETWORK.host_problem(host)

    assert time.process_time() - started < 0.05


# Origins


ORIGIN = b"http://localhost:3000"
ALLOWED = Guard(cors_origins=[ORIGIN.decode()])
ANY = Guard(cors_origins=["*"])


@pytest.mark.parametrize("origin", [None, b"", b"null", ORIGIN, b"*"])
def test_no_origin_is_allowed_by_default(origin: bytes | None) -> None:
    assert LOOPBACK.cors(origin) == []
    assert LOOPBACK.preflight(origin, b"authorization") == []


def test_an_allowed_origin_is_named_in_the_answer() -> None:
    headers = dict(ALLOWED.cors(ORIGIN))

    assert headers[b"access-control-allow-origin"] == ORIGIN
    assert headers[b"vary"] == b"Origin"


@pytest.mark.parametrize(
    "origin", [None, b"null", b"http://localhost", b"http://localhost:30000", b"HTTP://localhost:3000", ORIGIN + b"/"]
)
def test_an_origin_that_differs_at_all_is_not_allowed(origin: bytes | None) -> None:
    assert ALLOWED.cors(origin) == []
    assert ALLOWED.preflight(origin, None) == []


def test_any_origin_is_allowed_as_an_explicit_choice() -> None:
    assert dict(ANY.cors(b"https://any.example"))[b"access-control-allow-origin"] == b"*"


def test_a_request_without_an_origin_gets_no_headers() -> None:
    assert ANY.cors(None) == []


@pytest.mark.parametrize("asked", [b"authorization", b"authorization,content-type, x-api-key", b"X-Stainless-Lang"])
def test_a_preflight_echoes_the_names_it_asks_for(asked: bytes) -> None:
    headers = dict(ALLOWED.preflight(ORIGIN, asked))

    assert headers[b"access-control-allow-headers"] == asked
    assert b"POST" in headers[b"access-control-allow-methods"]
    assert headers[b"access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    "asked", [None, b"", b"a\r\nset-cookie: b", b"a,,b", b"*", b"a b", b"\xff", b"a" * 2_049, b"a," * 50_000]
)
def test_a_preflight_echoes_nothing_else(asked: bytes | None) -> None:
    assert b"access-control-allow-headers" not in dict(ALLOWED.preflight(ORIGIN, asked))


@given(st.binary())
def test_no_preflight_splits_a_header(asked: bytes) -> None:
    for _, value in ALLOWED.preflight(ORIGIN, asked):
        assert b"\r" not in value
        assert b"\n" not in value

# ruff: noqa: RUF001 - digits of full width are meant
from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.server.webhooks.egress import Forbidden, Place, Policy, parse, read_place, route
from mockvideo.server.webhooks.letters import Letter, Reply
from mockvideo.server.webhooks.sender import Sender
from tests.server.webhooks.receivers import TRUSTING, Names, receiving

HERE = "here"  # the canary in these tests
HERE6 = "here, by IPv6"
LAN = "lan"  # other private addresses
FAR = "far"  # public addresses
NEVER = "never"

NAMES = {
    "localhost": [["::1", "127.0.0.1"]],
    "receiver.test": [["127.0.0.1"]],
    "a.b.localhost": [["127.0.0.1"]],
    "compose-service": [["172.18.0.3"]],
    "lan.test": [["192.168.1.20"]],
    "public.test": [["93.184.215.14"]],
    "mixed.test": [["127.0.0.1", "93.184.215.14"]],
    "worse.test": [["127.0.0.1", "169.254.169.254"]],
    "linklocal.test": [["169.254.7.7"]],
    "linklocal6.test": [["fe80::1%2"]],
    "mapped.test": [["::ffff:169.254.169.254"]],
    "nat64.test": [["64:ff9b::a9fe:a9fe"]],
    "cgnat.test": [["100.64.0.1"]],
    "zero.test": [["0.0.0.0"]],
    "nonsense.test": [["no address"]],
    "xn--fa-hia.test": [["93.184.215.14"]],
    "fass.test": [["127.0.0.1"]],
    "169.254.169.254.nip.io": [["169.254.169.254"]],
    "metadata.google.internal": [["93.184.215.14"]],
}

TABLE = [
    # Receivers on this machine, in all forms that the system takes.
    ("http://127.0.0.1:{port}/hook", HERE),
    ("http://127.0.0.1:{port}", HERE),
    ("HTTP://127.0.0.1:{port}/hook?a=b%20c&d#e", HERE),
    ("http://127.1:{port}/", HERE),
    ("http://127.0.1:{port}/", HERE),
    ("http://2130706433:{port}/", HERE),
    ("http://0x7f000001:{port}/", HERE),
    ("http://0X7F.0.0.1:{port}/", HERE),
    ("http://0x7f.1:{port}/", HERE),
    ("http://0177.0.0.1:{port}/", HERE),
    ("http://0177.0.0.01:{port}/", HERE),
    ("http://017700000001:{port}/", HERE),
    ("http://127.0.0.1.:{port}/", HERE),
    ("http://１２７.０.０.１:{port}/", HERE),
    ("http://127。0。0。1:{port}/", HERE),
    ("http://[::ffff:127.0.0.1]:{port}/", HERE),
    ("http://[::FFFF:7F00:1]:{port}/", HERE),
    ("http://[0:0:0:0:0:ffff:7f00:0001]:{port}/", HERE),
    ("http://localhost:{port}/", HERE),
    ("http://LOCALHOST.:{port}/", HERE),
    ("http://ⓛocalhost:{port}/", HERE),
    ("http://receiver.test:{port}/", HERE),
    ("http://a.b.localhost:{port}/", HERE),
    ("http://faß.test:{port}/", HERE),
    ("http://[::1]:{port}/", HERE6),
    ("http://[0:0::0:1]:{port}/", HERE6),
    ("http://127.255.255.254:{port}/", LAN),
    # Private networks.
    ("http://10.0.0.1:{port}/", LAN),
    ("http://172.16.0.1/", LAN),
    ("http://172.31.255.255/", LAN),
    ("http://192.168.0.1:{port}/", LAN),
    ("http://192.168.257/", LAN),
    ("http://0xc0a80001/", LAN),
    ("http://[fd12:3456::1]:{port}/", LAN),
    ("http://[::ffff:10.0.0.1]/", LAN),
    ("http://compose-service:{port}/", LAN),
    ("https://lan.test/", LAN),
    # The rest of the world.
    ("http://93.184.215.14/", FAR),
    ("https://93.184.215.14:{port}/", FAR),
    ("http://172.15.255.255/", FAR),
    ("http://172.32.0.1/", FAR),
    ("http://192.169.0.1/", FAR),
    ("http://11.0.0.1/", FAR),
    ("http://126.255.255.255/", FAR),
    ("http://128.0.0.1/", FAR),
    ("http://134744072/", FAR),
    ("http://[2606:2800:220:1::1]/", FAR),
    ("http://[::ffff:8.8.8.8]/", FAR),
    ("http://[64:ff9b::808:808]/", FAR),
    ("http://[2002:808:808::1]/", FAR),
    ("http://[2001:0:808:808:0:0:f7f7:f7f7]/", FAR),
    ("https://public.test/", FAR),
    ("https://PUBLIC.TEST./hook", FAR),
    ("http://xn--fa-hia.test/", FAR),
    ("http://mixed.test:{port}/", FAR),
    # Cloud metadata, and what else is link-local.
    ("http://169.254.169.254/latest/meta-data/", NEVER),
    ("http://169.254.169.254.:80/", NEVER),
    ("http://2852039166/", NEVER),
    ("http://0xa9fea9fe/", NEVER),
    ("http://0251.0376.0251.0376/", NEVER),
    ("http://169.254.43518/", NEVER),
    ("http://１６９.２５４.１６９.２５４/", NEVER),
    ("http://169.254.170.2/v2/credentials", NEVER),
    ("http://169.254.0.1:{port}/", NEVER),
    ("http://100.100.100.200/latest/", NEVER),
    ("http://192.0.0.192/", NEVER),
    ("http://168.63.129.16/", NEVER),
    ("http://[fd00:ec2::254]/", NEVER),
    ("http://[FD20:CE::254]/", NEVER),
    ("http://[fe80::1]:{port}/", NEVER),
    ("http://[fec0::1]/", NEVER),
    ("http://[::ffff:169.254.169.254]/", NEVER),
    ("http://[::ffff:a9fe:a9fe]/", NEVER),
    ("http://[::a9fe:a9fe]/", NEVER),
    ("http://[::ffff:0:a9fe:a9fe]/", NEVER),
    ("http://metadata.google.internal/computeMetadata/v1/", NEVER),
    ("http://METADATA.Google.Internal./", NEVER),
    ("http://metadata.google。internal/", NEVER),
    ("http://169.254.169.254.nip.io/", NEVER),
    ("http://linklocal.test:{port}/", NEVER),
    ("http://linklocal6.test:{port}/", NEVER),
    ("http://mapped.test/", NEVER),
    ("http://nat64.test/", NEVER),
    ("http://worse.test:{port}/", NEVER),
    # What IPv6 leads to by a detour.
    ("http://[64:ff9b::a9fe:a9fe]/", NEVER),
    ("http://[64:ff9b::7f00:1]:{port}/", NEVER),
    ("http://[64:ff9b::127.0.0.1]:{port}/", NEVER),
    ("http://[64:ff9b:1::7f00:1]:{port}/", NEVER),
    ("http://[2002:7f00:1::]:{port}/", NEVER),
    ("http://[2002:a9fe:a9fe::1]/", NEVER),
    ("http://[2002:a00:1::1]/", NEVER),
    ("http://[2001:0:808:808:0:0:80ff:fffe]:{port}/", NEVER),
    ("http://[2001:0:7f00:1:0:0:f7f7:f7f7]/", NEVER),
    ("http://[2001:db8::5efe:7f00:1]:{port}/", NEVER),
    ("http://[2001:db8::200:5efe:a9fe:a9fe]/", NEVER),
    ("http://[::127.0.0.1]:{port}/", NEVER),
    # Addresses of nobody, or of everybody.
    ("http://0.0.0.0:{port}/", NEVER),
    ("http://0:{port}/", NEVER),
    ("http://0.1.2.3:{port}/", NEVER),
    ("http://1:{port}/", NEVER),
    ("http://[::]:{port}/", NEVER),
    ("http://[::ffff:0:0]:{port}/", NEVER),
    ("http://zero.test:{port}/", NEVER),
    ("http://224.0.0.1:{port}/", NEVER),
    ("http://[ff02::1]:{port}/", NEVER),
    ("http://255.255.255.255:{port}/", NEVER),
    ("http://240.0.0.1/", NEVER),
    ("http://100.64.0.1:{port}/", NEVER),
    ("http://100.127.255.255/", NEVER),
    ("http://cgnat.test:{port}/", NEVER),
    ("http://nonsense.test:{port}/", NEVER),
    # What different readers read differently, or not at all.
    ("http://user@127.0.0.1:{port}/", NEVER),
    ("http://user:secret@127.0.0.1:{port}/", NEVER),
    ("http://93.184.215.14@127.0.0.1:{port}/", NEVER),
    ("http://127.0.0.1:{port}\\@93.184.215.14/", NEVER),
    ("http://127.0.0.1:{port}#@93.184.215.14/", HERE),
    ("http://@127.0.0.1:{port}/", NEVER),
    ("http://127.0.0.1\\.test:{port}/", NEVER),
    ("http://%31%32%37.0.0.1:{port}/", NEVER),
    ("http://127.0.0.1%00.test:{port}/", NEVER),
    ("http://127.0.0.1:{port} /", NEVER),
    ("http://127.0.0.1:{port}/\r\nX: y", NEVER),
    ("http://127.0.\t0.1:{port}/", NEVER),
    (" http://127.0.0.1:{port}/", NEVER),
    ("http://127.0.0.1:99999/", NEVER),
    ("http://127.0.0.1:99999999/", NEVER),
    ("http://127.0.0.1:0/", NEVER),
    ("http://127.0.0.1:-1/", NEVER),
    ("http://127.0.0.1:٣/", NEVER),
    ("http://127.0.0.1:{port}:80/", NEVER),
    ("http://[::1/", NEVER),
    ("http://[::1]x:{port}/", NEVER),
    ("http://[::1%25lo]:{port}/", NEVER),
    ("http://[fe80::1%25eth0]:{port}/", NEVER),
    ("http://[v1.x]:{port}/", NEVER),
    ("http://[127.0.0.1.9]:{port}/", NEVER),
    ("http://[:::1]:{port}/", NEVER),
    ("http://a..b:{port}/", NEVER),
    ("http://.localhost:{port}/", NEVER),
    ("http://local(host:{port}/", NEVER),
    ("http://ex℀mple.test:{port}/", NEVER),
    ("http://" + "a" * 64 + ".test/", NEVER),
    ("http://" + "a." * 200 + "test/", NEVER),
    ("http://127.0.0.1:{port}/" + "a" * 8192, NEVER),
    ("http:///hook", NEVER),
    ("http:127.0.0.1:{port}/", NEVER),
    ("http:/127.0.0.1:{port}/", NEVER),
    ("//127.0.0.1:{port}/", NEVER),
    ("127.0.0.1:{port}/", NEVER),
    ("/hook", NEVER),
    ("", NEVER),
    ("https:", NEVER),
    ("ftp://127.0.0.1:{port}/", NEVER),
    ("gopher://127.0.0.1:{port}/_GET", NEVER),
    ("file:///etc/passwd", NEVER),
    ("unix:///var/run/docker.sock", NEVER),
    ("unix:/var/run/docker.sock", NEVER),
    ("javascript:alert(1)", NEVER),
    ("data:text/plain,x", NEVER),
    ("ws://127.0.0.1:{port}/", NEVER),
    ("http+unix://%2Frun%2Fdocker.sock/", NEVER),
]
ALLOWED = {"local": {HERE, HERE6, LAN}, "allowlist": set(), "any": {HERE, HERE6, LAN, FAR}}
MODES = tuple(ALLOWED)


def send(policy: Policy, *urls: str) -> list[Reply]:
    async def all_of_them() -> list[Reply]:
        sender = Sender(policy, resolver=Names(NAMES), tls=TRUSTING)
        replies = [await sender.send(Letter(url, [], b"{}", 5.0)) for url in urls]
        await sender.close()
        return replies

    return asyncio.run(all_of_them())


def judge(policy: Policy, url: str) -> list[str] | str:
    """The addresses to which the URL leads, or why it is refused."""
    try:
        return asyncio.run(route(policy, parse(url), Names(NAMES)))
    except Forbidden as error:
        return str(error)


def listed(policy: Policy, url: str) -> Policy:
    """The policy with the URL's own place on its list, if it has one."""
    try:
        return replace(policy, allowed={parse(url).place})
    except Forbidden:
        return policy


def test_the_table_is_long_enough() -> None:
    assert len({url for url, _ in TABLE}) == len(TABLE) >= 80


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("url", "kind"), TABLE)
def test_a_url_is_called_only_if_its_mode_allows_it(url, kind, mode) -> None:
    found = judge(Policy(mode=mode), url.format(port=9))
    assert isinstance(found, list) == (kind in ALLOWED[mode]), found


@pytest.mark.parametrize("mode", ["local", "allowlist"])
@pytest.mark.parametrize(("url", "kind"), TABLE)
def test_a_listed_place_is_called_unless_nothing_allows_it(url, kind, mode) -> None:
    url = url.format(port=9)
    found = judge(listed(Policy(mode=mode), url), url)
    assert isinstance(found, list) == (kind != NEVER), found


@pytest.mark.parametrize("mode", MODES)
def test_nothing_forbidden_is_reached(mode) -> None:
    with receiving() as canary:
        urls = [url.format(port=canary.port) for url, kind in TABLE if kind not in ALLOWED[mode]]
        replies = send(Policy(mode=mode), *urls)
        assert all(reply.refused and reply.status is None and reply.reason for reply in replies)
        assert canary.accepted == 0


@pytest.mark.parametrize("mode", ["local", "any"])
def test_every_form_of_a_local_receiver_reaches_it(mode) -> None:
    with receiving() as canary:
        urls = [url.format(port=canary.port) for url, kind in TABLE if kind == HERE]
        assert [reply.reason for reply in send(Policy(mode=mode), *urls)] == [""] * len(urls)
        assert canary.accepted == len(urls)


@pytest.mark.parametrize("mode", MODES)
def test_a_server_never_calls_itself(mode) -> None:
    with receiving() as canary:
        policy = Policy(mode=mode, own_ports={canary.port})
        urls = [url.format(port=canary.port) for url, kind in TABLE if "{port}" in url and kind in {HERE, HERE6, NEVER}]
        replies = send(policy, *urls) + [reply for url in urls for reply in send(listed(policy, url), url)]
        assert [reply for reply in replies if not reply.refused] == []
        assert canary.accepted == 0


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f.1", "0177.1", "127.0.0.1.", "[::ffff:7f00:1]"]
)
def test_no_form_that_the_system_takes_leads_to_the_server_itself(host) -> None:
    async def send() -> Reply:
        sender = Sender(Policy(mode="any", own_ports={canary.port}), tls=TRUSTING)
        return await sender.send(Letter(f"http://{host}:{canary.port}/", [], b"{}", 5.0))

    with receiving() as canary:
        assert asyncio.run(send()).refused
        assert canary.accepted == 0


def test_a_port_of_ours_at_another_machine_is_not_ours() -> None:
    assert judge(Policy(own_ports={9}), "http://192.168.254.254:9/") == ["192.168.254.254"]


def test_a_port_that_opens_later_is_ours_too() -> None:
    ports: set[int] = set()
    policy = Policy(own_ports=ports)
    assert judge(policy, "http://127.0.0.1:9/") == ["127.0.0.1"]
    ports.add(9)
    assert "this server itself. No flag" in judge(policy, "http://127.0.0.1:9/")


def test_a_public_url_of_ours_is_not_called() -> None:
    policy = Policy(mode="any", own_places={Place("public.test", 443)})
    assert "this server itself" in judge(policy, "https://Public.Test/_mockvideo/")
    assert judge(policy, "http://public.test/") == ["93.184.215.14"]


@pytest.mark.parametrize(
    ("policy", "url", "told"),
    [
        (Policy(), "https://public.test/", "--webhook-allow public.test:443, or everything with --webhooks any."),
        (Policy(), "http://[2606:2800:220:1::1]/", "--webhook-allow [2606:2800:220:1::1]:80, or"),
        (Policy(), "http://93.184.215.14/", "it is neither on this machine nor in a private network"),
        (Policy(mode="allowlist"), "http://localhost:9/", "not on the list. Add it with --webhook-allow localhost:9."),
        (Policy(mode="any"), "http://zero.test/", 'its address 0.0.0.0 is an address of "this network". No flag'),
        (Policy(mode="any"), "http://169.254.169.254/", "that is an address of cloud metadata. No flag allows that."),
        (Policy(mode="any"), "http://[2002:7f00:1::]/", "that is another form of 127.0.0.1. No flag"),
        (Policy(), "http://name:secret@host.test/", "'http://…@host.test' is not called: it has a user name or a"),
        (Policy(), "ftp://host.test/", "it does not begin with http:// or https://"),
    ],
)
def test_a_refusal_says_why_and_what_would_allow_it(policy, url, told) -> None:
    found = judge(policy, url)
    assert told in found
    assert "secret" not in found


def test_a_name_is_resolved_once_and_called_where_it_was_checked() -> None:
    async def twice() -> tuple[Reply, Reply]:
        sender = Sender(Policy(), resolver=names, tls=TRUSTING)
        letter = Letter(f"http://flips.test:{canary.port}/", [], b"{}", 5.0)
        replies = await sender.send(letter), await sender.send(letter)
        await sender.close()
        return replies

    with receiving() as canary:
        names = Names({"flips.test": [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1"]]})
        first, second = asyncio.run(twice())
        assert (first.delivered, second.refused, canary.accepted) == (True, True, 1)
        assert names.asked == ["flips.test", "flips.test"]


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/", "http://127.0.0.1:{port}/", "http://93.184.215.14/", "/"]
)
def test_a_redirect_is_not_followed(target) -> None:
    with receiving() as canary:
        location = target.format(port=canary.port)
        with receiving(f"HTTP/1.1 307 Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()) as receiver:
            (reply,) = send(Policy(mode="any"), receiver.url)
        assert (reply.status, reply.reason) == (307, f"redirect to {location}, which is not followed")
        assert canary.accepted == 0


def test_a_mapped_address_is_called_as_what_it_means() -> None:
    assert judge(Policy(), "http://[::ffff:127.0.0.1]/") == ["127.0.0.1"]


def test_a_place_is_read_as_a_flag_gives_it() -> None:
    assert read_place("Hooks.Example.COM.:443") == Place("hooks.example.com", 443)
    assert read_place("[0::1]:80") == Place("::1", 80)


@pytest.mark.parametrize(
    "text", ["", "host", "host:", "host:0", "host:x", "http://a:80", "a@b:80", "[::1", "::1:80", "[:::1]:8"]
)
def test_a_place_without_host_or_port_is_refused(text) -> None:
    with pytest.raises(ValueError, match=r"port|host|address|label"):
        read_place(text)


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://", "http://127.0.0.1", "http://[", "http://a:"]))
def test_any_text_is_a_target_or_refused(text, start) -> None:
    try:
        target = parse(start + text)
    except Forbidden:
        return
    assert target.scheme in {"http", "https"}
    assert target.path.isascii()
    assert 0 < target.place.port <= 65535
    assert parse(f"{target.scheme}://{target.authority}{target.path}") == target

"""What an IP address is to this machine, however it is written: here, nearby, far away, or never to be called."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Tables of our own, because ipaddress is no guard: for it 100.64.0.1 is neither private nor global, and the NAT64 and
# 6to4 forms of private addresses are global.
LOCAL: tuple[Network, ...] = tuple(
    map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)
_METADATA = "an address of cloud metadata"
NEVER: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), what)
    for network, what in (
        # AWS, and most that came after it; containers of AWS, also over IPv6; Google over IPv6; Alibaba; Oracle; Azure.
        ("169.254.169.254/32", _METADATA),
        ("169.254.170.2/32", _METADATA),
        ("fd00:ec2::254/128", _METADATA),
        ("fd00:ec2::23/128", _METADATA),
        ("fd20:ce::254/128", _METADATA),
        ("100.100.100.200/32", _METADATA),
        ("192.0.0.192/32", _METADATA),
        ("168.63.129.16/32", _METADATA),
        ("169.254.0.0/16", "link-local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("0.0.0.0/8", 'an address of "this network"'),
        ("::/128", "no address of anything"),
        ("100.64.0.0/10", "shared address space (carrier-grade NAT)"),
        ("224.0.0.0/4", "multicast"),
        ("ff00::/8", "multicast"),
        ("240.0.0.0/4", "reserved"),
        # An IPv4 address stands in it at a place that only its network knows (RFC 8215).
        ("64:ff9b:1::/48", "an address of a translator to IPv4"),
    )
)
# IPv4-compatible (RFC 4291), translated (RFC 2765), NAT64 (RFC 6052): the last 32 bits are an IPv4 address.
_ENDS_IN_IPV4 = tuple(map(ip_network, ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
# ISATAP (RFC 5214), in the third quarter of any address.
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})


def unmapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv4-mapped one means: a connection to either is the same."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_local(address: Address) -> bool:
    """Whether it is loopback, or private (RFC 1918, RFC 4193), and so the address of a developer's machine."""
    return _is_in(LOCAL, unmapped(address))


def never(address: Address) -> str | None:
    """Return what the address is if nobody may call it, whatever is configured."""
    meant = unmapped(address)
    for network, what in NEVER:
        if meant in network:
            return what
    for inner in _carried(meant):
        # A tunnel's other end knows more private networks than ours.
        if is_local(inner) or never(inner) is not None:
            return f"another form of {inner}"
    return None


def is_here(address: Address) -> bool:
    """Whether it is an address of this machine, which its kernel knows best: only such a one can be bound."""
    meant = unmapped(address)
    try:
        with socket.socket(socket.AF_INET6 if meant.version == 6 else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((str(meant), 0))
    except OSError as error:
        # In doubt, as with too many open files, it is.
        return error.errno not in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
    return True


def literal(host: str) -> Address | None:
    """Read a host that is a plain IP address; other forms (decimal, octal, short) are for the resolver."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _carried(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses to which a transition form of IPv6 leads."""
    if not isinstance(address, IPv6Address) or address.is_loopback:
        return
    bits = int(address)
    if _is_in(_ENDS_IN_IPV4, address) or bits >> 32 & 0xFFFF_FFFF in _ISATAP:
        yield IPv4Address(bits & 0xFFFF_FFFF)
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo


def _is_in(networks: tuple[Network, ...], address: Address) -> bool:
    return any(address in network for network in networks)

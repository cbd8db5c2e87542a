"""Which network addresses belong to the public internet, so that nobody leads us inside.

An address is public only if it is in none of the blocks that IANA sets aside: for machines
themselves, private networks, links, tests, groups, and ways of wrapping an IPv4 address in an
IPv6 one. Of IPv6 only the blocks handed out as global unicast count (2000::/3).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

SET_ASIDE: Final = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
"""IPv4 blocks that are not public (IANA IPv4 Special-Purpose Address Registry; RFC 5771, RFC 1112)."""

GLOBAL: Final = IPv6Network("2000::/3")
"""What is handed out as global unicast in IPv6 (RFC 4291 2.4)."""

SET_ASIDE_6: Final = tuple(
    IPv6Network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)
"""Blocks inside it that are not public, Teredo and 6to4 among them (IANA IPv6 registry)."""


def public(address: str) -> bool:
    """Whether `address`, as a resolver writes it, is on the public internet; False if it is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        return _public_6(found)
    return _public_4(found)


def _public_4(address: IPv4Address) -> bool:
    return not any(address in block for block in SET_ASIDE)


def _public_6(address: IPv6Address) -> bool:
    if address.scope_id or address not in GLOBAL:  # IPv4 in disguise is outside GLOBAL as well
        return False
    return not any(address in block for block in SET_ASIDE_6)

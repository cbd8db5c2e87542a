"""From which network a request came, as coarse as it is counted: never a single address."""

from __future__ import annotations

import ipaddress

from starlette.requests import Request

NARROWEST = {4: 24, 6: 56}
"""Bits of an address that are looked at: a small office, or one household's line."""

UNKNOWN = "unknown"
"""The network of whoever gives an address that is none. They are counted together."""


def network(request: Request) -> str:
    """The caller's network, such as `203.0.113.0/24`; empty for somebody at this machine."""
    if request.client is None:
        return ""
    try:
        address = ipaddress.ip_address(request.client.host.partition("%")[0])
    except ValueError:
        return UNKNOWN
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    address = mapped or address
    if address.is_loopback:
        return ""
    return str(ipaddress.ip_network((address, NARROWEST[address.version]), strict=False))

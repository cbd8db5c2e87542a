"""Of an address only the network is looked at, and this machine's own is none."""

import pytest
from starlette.requests import Request

from consentry.web.network import UNKNOWN, network


def of(host: str | None) -> str:
    client = None if host is None else (host, 1)
    return network(Request({"type": "http", "headers": [], "client": client}))


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("203.0.113.1", "203.0.113.0/24"),
        ("2001:db8:7:12:aa::1", "2001:db8:7::/56"),
        ("2001:db8:7:fe::1", "2001:db8:7::/56"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/56"),
        ("127.0.0.1", ""),
        ("127.9.9.9", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        (None, ""),
        ("no address", UNKNOWN),
    ],
)
def test_a_network_is_found(host: str | None, found: str):
    assert of(host) == found

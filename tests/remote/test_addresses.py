"""An address is public only if nobody has set it aside, however it is written."""

import pytest

from consentry.remote.addresses import public

INSIDE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.0.1
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1
198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: ::1
::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1
100::1 2001::1 2001:0:7f00:1:: 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1 fc00::1 fd00::1
fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff05::2 2606:4700::1111%eth0
"""

OUTSIDE = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
169.253.255.255 169.255.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.167.255.255 192.169.0.1
198.17.255.255 198.20.0.1 223.255.255.255 2606:4700::1111 2a00:1450:4001::1 2001:4860:4860::8888
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_what_is_set_aside_is_not_public(address):
    assert not public(address)


@pytest.mark.parametrize("address", OUTSIDE.split())
def test_the_rest_is(address):
    assert public(address)


@pytest.mark.parametrize("address", ["", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "1.2.3", "[::1]"])
def test_what_is_no_address_is_not_public(address):
    assert not public(address)

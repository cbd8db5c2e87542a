"""An address is taken apart once, and the connection goes to the network address that was looked at."""

from urllib.parse import urlsplit

import pytest

from consentry.remote.places import Place, resolved, taken_apart


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://Quay.example./x", "quay.example", 443),
        ("http://quay.example:8080/x", "quay.example", 8080),
        ("http://[::1]/x", "::1", 80),
        ("https://bücher.example/", "xn--bcher-kva.example", 443),
    ],
)
def test_an_address_has_a_host_in_ascii_and_a_port(url, host, port):
    assert taken_apart(url)[1:] == (host, port)


@pytest.mark.parametrize(
    "url",
    ["", "quay.example", "ftp://q.example", "http://a@b.example", "http://a b/", "http://" + "x" * 5000],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ValueError):  # noqa: PT011 - it has no words: callers have their own
        taken_apart(url)


def test_the_name_goes_into_host_and_the_connection_to_the_address():
    place = Place("2001:db8::1", urlsplit("https://quay.example:444/a?b=1"), "quay.example", 444)
    assert (place.url, place.name) == ("https://[2001:db8::1]:444/a?b=1", "quay.example:444")
    plain = Place("192.0.2.1", urlsplit("http://quay.example"), "quay.example", 80)
    assert (plain.url, plain.name) == ("http://192.0.2.1:80/", "quay.example")


def test_this_machine_has_an_address():
    assert "127.0.0.1" in resolved("127.0.0.1", 80)

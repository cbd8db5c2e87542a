"""Whoever asks is known by their cookie, and by nothing else in the request."""

import pytest

from consentry.core.errors import NotAllowed
from consentry.core.staff import Role
from consentry.web.console.asked import Asked, held, signed_in
from support.console import Desk


class Bare:
    """A request with cookies."""

    def __init__(self, **cookies):
        self.cookies = {name.replace("_", "-"): value for name, value in cookies.items()}


@pytest.fixture(scope="module")
def desk():
    return Desk()


@pytest.fixture(scope="module")
def token(desk):
    return desk.member("ada", Role.REVIEWER).http.cookies["consentry-development"]


def test_who_is_signed_in_is_known_by_the_cookie(desk, token):
    assert signed_in(Bare(consentry_development=token), desk.system()).member.name == "ada"


def test_nobody_is_signed_in_with_anything_else(desk, token):
    for wrong in ("", token[:-1], token + "a", token.upper()):
        assert signed_in(Bare(consentry_development=wrong), desk.system()) is None


def test_behind_tls_only_the_hosts_own_cookie_counts(token):
    secure = Desk(origin="https://console.example")
    assert held(Bare(consentry_development=token), secure.system()) == ""
    request = Bare()
    request.cookies = {"__Host-consentry": "in_1"}
    assert held(request, secure.system()) == "in_1"


def test_a_screen_that_is_open_to_anybody_knows_nobody(desk):
    with pytest.raises(NotAllowed):
        _ = Asked(Bare(), desk.system(), "").member
    assert not Asked(Bare(), desk.system(), "").can("queue.see")


@pytest.mark.parametrize("host", ["127.0.0.1:8321", "[::1]:8321", "localhost"])
def test_on_this_machine_another_name_of_it_leads_to_the_one_passkeys_are_bound_to(desk, host):
    reply = desk.person().get("/sign-in?next=/console", headers={"host": host})
    assert reply.headers["location"] == "http://localhost:8321/console/sign-in"


def test_behind_tls_the_proxy_may_name_the_host_as_it_likes():
    secure = Desk(origin="https://console.example")
    assert secure.person().get("/sign-in", headers={"host": "10.0.0.7:8321"}).status_code == 200

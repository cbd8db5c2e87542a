"""A key is found wherever clients put it, is for one door only, and says nothing about end users."""

from datetime import timedelta

import pytest
from fastapi import Request

from consentry.core.errors import Forbidden, NotAllowed
from consentry.flows.access import Access
from consentry.store.memory import MemoryStore
from consentry.web import auth
from support.fakes import CountingIds, StillClock


@pytest.fixture
def access():
    clock, ids = StillClock(), CountingIds()
    return Access(MemoryStore(clock, ids), clock, ids, b"pepper")


@pytest.fixture
def shown(access):
    return access.make("shop", frozenset({"gate"}), "paying", timedelta(days=1))[1]


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})


@pytest.mark.parametrize(
    ("name", "form"),
    [("authorization", "Bearer {}"), ("authorization", "bearer  {} "), ("x_api_key", "{}")],
)
def test_a_key_is_found_where_clients_put_it(access, shown, name, form):
    assert auth.key(request(**{name: form.format(shown)}), access, "gate").tier == "paying"


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer"}, {"authorization": "Basic abc"}])
def test_no_key_at_all_has_a_code_of_its_own(access, headers):
    with pytest.raises(NotAllowed) as refused:
        auth.key(request(**headers), access, "gate")
    assert refused.value.code == "missing_api_key"


def test_a_wrong_key_is_not_repeated(access):
    with pytest.raises(NotAllowed) as refused:
        auth.key(request(x_api_key="cty_key_nonsense"), access, "gate")
    assert "nonsense" not in f"{refused.value} {refused.value.next_step}"


def test_a_key_opens_one_door(access, shown):
    with pytest.raises(Forbidden):
        auth.key(request(x_api_key=shown), access, "read")


def test_an_end_user_is_a_digest_and_the_same_one_every_time(access, shown):
    key = auth.key(request(x_api_key=shown), access, "gate")
    one, again, other = (auth.account(key, user) for user in ("ada@mail.example", "ada@mail.example", "bo"))
    assert one == again != other
    assert "ada" not in one.id
    assert one.id.startswith(f"{key.id}:")
    assert auth.account(key, "").id == key.id


def test_a_place_is_a_short_code_in_small_letters():
    assert auth.place(request(consentry_place="GB")) == "gb"
    assert auth.place(request()) == ""
    assert len(auth.place(request(consentry_place="x" * 500))) == auth.LONGEST_PLACE

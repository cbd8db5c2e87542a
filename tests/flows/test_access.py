"""Keys: shown once, kept as digests, good for their scopes and their time only."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.errors import BadInput, Forbidden, NotAllowed, NotFound
from consentry.flows.access import Access
from consentry.store.memory import MemoryStore
from consentry.store.system import RandomIds
from support.fakes import CountingIds, StillClock

DAY = timedelta(days=1)


@pytest.fixture
def access():
    clock = StillClock()
    return Access(MemoryStore(clock, CountingIds()), clock, CountingIds(), b"pepper" * 6)


def test_a_key_opens_what_it_is_for(access):
    key, shown = access.make("shop", frozenset({"gate"}), "paying", DAY)
    assert access.check(shown, "gate").id == key.id
    assert access.check(shown, "gate").tier == "paying"


def test_a_key_does_not_open_anything_else(access):
    _, shown = access.make("shop", frozenset({"gate"}), "", DAY)
    with pytest.raises(Forbidden):
        access.check(shown, "screen")


@pytest.mark.parametrize("shown", ["", "cty", "cty__", "cty_1_wrong", "sk_1_2", "nonsense", "cty_1_2_3_4"])
def test_what_is_no_key_opens_nothing(access, shown):
    access.make("shop", frozenset({"gate"}), "", DAY)
    with pytest.raises(NotAllowed):
        access.check(shown, "gate")


def test_a_key_with_one_letter_changed_opens_nothing(access):
    _, shown = access.make("shop", frozenset({"gate"}), "", DAY)
    with pytest.raises(NotAllowed):
        access.check(shown[:-1] + ("a" if shown[-1] != "a" else "b"), "gate")


def test_a_key_ends_at_its_time(access):
    _, shown = access.make("shop", frozenset({"gate"}), "", DAY)
    access.clock.move(hours=23, minutes=59)
    access.check(shown, "gate")
    access.clock.move(minutes=1)
    with pytest.raises(NotAllowed) as ended:
        access.check(shown, "gate")
    assert ended.value.code == "expired_api_key"


def test_a_key_taken_back_ends_at_once(access):
    key, shown = access.make("shop", frozenset({"gate"}), "", DAY)
    access.revoke(key.id)
    with pytest.raises(NotAllowed):
        access.check(shown, "gate")


def test_taking_back_what_never_was_is_said(access):
    with pytest.raises(NotFound):
        access.revoke("nobody")


def test_what_is_stored_does_not_contain_the_key(access):
    access = replace(access, ids=RandomIds())
    key, shown = access.make("shop", frozenset({"gate"}), "", DAY)
    secret = shown.split("_", 2)[2]
    assert len(secret) > 50
    assert secret not in repr(key)
    assert secret[:26] not in repr(key)


def test_another_pepper_makes_a_stolen_table_useless(access):
    _, shown = access.make("shop", frozenset({"gate"}), "", DAY)
    with pytest.raises(NotAllowed):
        Access(access.store, access.clock, access.ids, b"another").check(shown, "gate")


@pytest.mark.parametrize(("scopes", "lasts"), [(set(), DAY), ({"everything"}, DAY), ({"gate"}, timedelta(0))])
def test_a_key_without_purpose_or_time_is_not_made(access, scopes, lasts):
    with pytest.raises(BadInput):
        access.make("shop", frozenset(scopes), "", lasts)


def test_making_and_taking_back_are_in_the_log(access):
    key, _ = access.make("shop", frozenset({"gate"}), "", DAY)
    access.revoke(key.id)
    records = [access.store.line(index).record.decode() for index in range(access.store.size())]
    assert ["made" in record or "revoked" in record for record in records] == [True, True]

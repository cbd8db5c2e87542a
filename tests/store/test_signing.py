"""A checkpoint speaks for the log under one name and one key."""

import pytest

from consentry.core.errors import BadInput, NotFound
from consentry.store.memory import MemoryStore
from consentry.store.signing import SignedLog, signing_key, verify_note
from support.stores import CountingIds, HandClock, appended

ORIGIN = "log.example"


@pytest.fixture
def store():
    made = MemoryStore(HandClock(), CountingIds())
    for number in range(3):
        appended(made, {"number": number})
    return made


@pytest.fixture
def log(store, tmp_path):
    return SignedLog(store, ORIGIN, signing_key(tmp_path / "log.key"))


def test_a_checkpoint_says_how_long_the_log_is_and_what_is_in_it(log, store):
    found = verify_note(log.checkpoint(), log.vkey, ORIGIN)
    assert (found.origin, found.size, found.root) == (ORIGIN, 3, store.root(3))


def test_an_earlier_size_can_be_vouched_for_too(log, store):
    assert verify_note(log.checkpoint(2), log.vkey, ORIGIN).root == store.root(2)
    assert verify_note(log.checkpoint(0), log.vkey, ORIGIN).size == 0


def test_a_size_the_log_has_not_reached_is_not_vouched_for(log):
    with pytest.raises(NotFound):
        log.checkpoint(4)


def test_the_key_is_made_once(store, tmp_path):
    one, two = (SignedLog(store, ORIGIN, signing_key(tmp_path / "log.key")) for _ in range(2))
    assert one.vkey == two.vkey
    assert one.checkpoint() == two.checkpoint()


def test_another_key_cannot_speak_for_the_log(log, store, tmp_path):
    other = SignedLog(store, ORIGIN, signing_key(tmp_path / "other.key"))
    with pytest.raises(BadInput):
        verify_note(other.checkpoint(), log.vkey, ORIGIN)


def test_a_checkpoint_that_was_changed_is_noticed(log):
    with pytest.raises(BadInput):
        verify_note(log.checkpoint().replace("\n3\n", "\n4\n"), log.vkey, ORIGIN)

"""A checkpoint is signed with the log's own key, and only what was signed is believed."""

import pytest

from consentry.core.entry import Kind
from consentry.core.errors import BadInput, NotFound, SetupTrouble
from consentry.store.memory import MemoryStore
from consentry.store.signing import SignedLog, signing_key, verify_note
from support.fakes import CountingIds, StillClock

ORIGIN = "log.example"


@pytest.fixture
def store():
    store = MemoryStore(StillClock(), CountingIds())
    with store.begin() as tx:
        for number in range(5):
            tx.append(Kind.KEY, {"key": str(number)})
    return store


@pytest.fixture
def log(store, tmp_path):
    return SignedLog(store, ORIGIN, signing_key(tmp_path / "log.key"))


def test_a_checkpoint_says_how_long_the_log_is_and_its_root(log, store):
    found = verify_note(log.checkpoint(), log.vkey, ORIGIN)
    assert (found.size, found.root) == (5, store.root(5))


def test_an_earlier_length_can_be_signed_too(log, store):
    assert verify_note(log.checkpoint(3), log.vkey, ORIGIN).root == store.root(3)
    assert verify_note(log.checkpoint(0), log.vkey, ORIGIN).size == 0


def test_a_length_that_the_log_has_not_reached_is_never_signed(log):
    with pytest.raises(NotFound):
        log.checkpoint(6)


def test_the_key_stays_the_same_over_a_restart(log, store, tmp_path):
    assert SignedLog(store, ORIGIN, signing_key(tmp_path / "log.key")).vkey == log.vkey
    assert log.vkey.startswith(f"{ORIGIN}+")


def test_another_key_did_not_sign_it(log, store, tmp_path):
    other = SignedLog(store, ORIGIN, signing_key(tmp_path / "other.key"))
    with pytest.raises(BadInput):
        verify_note(other.checkpoint(), log.vkey, ORIGIN)


@pytest.mark.parametrize(
    "change", [("\n5\n", "\n6\n"), ("— log", "— lag"), ("log.example\n5", "lag.example\n5")]
)
def test_a_note_that_was_changed_is_not_believed(log, change):
    with pytest.raises(BadInput):
        verify_note(log.checkpoint().replace(*change), log.vkey, ORIGIN)


def test_another_logs_note_is_not_this_ones(log):
    with pytest.raises(BadInput):
        verify_note(log.checkpoint(), log.vkey, "other.example")


def test_a_key_file_that_is_not_whole_signs_nothing(tmp_path):
    (tmp_path / "log.key").write_bytes(b"short")
    (tmp_path / "log.key").chmod(0o600)
    with pytest.raises(SetupTrouble):
        signing_key(tmp_path / "log.key")

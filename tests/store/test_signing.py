"""A checkpoint speaks for the log under one name and one key; a permit speaks for one call under another."""

import pytest

from consentry.core.checkpoint import Checkpoint, parse_vkey
from consentry.core.errors import BadInput, NotFound
from consentry.core.permit import call_of, read
from consentry.guard.gatekeeper import verify
from consentry.store.memory import MemoryStore
from consentry.store.signing import SignedLog, SignedPermits, sign_with, signed_by, signing_key, verify_note
from support.stores import NOON, CountingIds, HandClock, appended

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


def test_a_permit_can_be_read_with_the_key_that_is_given_away(tmp_path):
    key = signing_key(tmp_path / "permit.key")
    permits = SignedPermits("gate.example/permit", "painter", key, HandClock(), CountingIds())
    call = call_of("POST", "/v1", "text/plain", b"body")
    found = read(permits.issue(call, "dec_1"), [parse_vkey(permits.vkey)], verify)
    assert (found.call, found.decision, found.generator) == (call, "dec_1", "painter")
    assert found.issued == NOON.replace(microsecond=0)
    assert read(permits.issue(call, "dec_1"), [parse_vkey(permits.vkey)], verify).nonce != found.nonce


def test_nothing_is_permitted_without_a_decision(tmp_path):
    key = signing_key(tmp_path / "permit.key")
    permits = SignedPermits("gate.example/permit", "painter", key, HandClock(), CountingIds())
    with pytest.raises(BadInput) as caught:
        permits.issue(call_of("POST", "/v1", "text/plain", b"body"), "")
    assert caught.value.code == "no_decision"


def test_a_name_signs_with_its_own_key_and_nobody_else_did(tmp_path):
    key, signature = sign_with(tmp_path / "ada.key", "Ada", b"words")
    assert signed_by(key, b"words", signature)
    assert sign_with(tmp_path / "ada.key", "Ada", b"words") == (key, signature)
    other, _ = sign_with(tmp_path / "grace.key", "Grace", b"words")
    for wrong in ((other, b"words", signature), (key, b"other", signature), (key, b"words", "00"),
                  ("Ada", b"words", signature), (key, b"words", "zz")):  # fmt: skip
        assert not signed_by(*wrong)


def test_a_note_over_something_else_never_bears_the_logs_name(tmp_path):
    log = SignedLog(MemoryStore(HandClock(), CountingIds()), "log.example", signing_key(tmp_path / "log.key"))
    other = Checkpoint("log.example evidence", 1, b"r" * 32)
    assert verify_note(log.vouch(other), log.vkey, "log.example evidence") == other
    with pytest.raises(BadInput, match="checkpoint of the log"):
        log.vouch(Checkpoint("log.example", 1, b"r" * 32))

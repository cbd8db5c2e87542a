"""Each blob has a key of its own, bound to what it is and what it is for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.errors import SafetyUnavailable, SetupTrouble
from consentry.store.envelope import Envelope, WrappedKey

KEY = bytes(range(32))
DATA = b"a drawing of a boat"


@pytest.fixture
def envelope():
    return Envelope(KEY)


def test_what_is_locked_can_be_unlocked(envelope):
    file, wrapped = envelope.lock(DATA, "evidence", "blb_1")
    assert envelope.unlock(file, wrapped, "evidence", "blb_1") == DATA


@given(st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_any_bytes_for_any_purpose(data, purpose, blob):
    purpose, blob = (text.encode(errors="ignore").decode() for text in (purpose, blob))
    file, wrapped = Envelope(KEY).lock(data, purpose, blob)
    assert Envelope(KEY).unlock(file, wrapped, purpose, blob) == data


@pytest.mark.parametrize(
    ("purpose", "blob"),
    [("papers", "blb_1"), ("evidence", "blb_2"), ("evidenceb", "lb_1"), ("", "evidenceblb_1")],
)
def test_it_opens_for_nothing_else(envelope, purpose, blob):
    file, wrapped = envelope.lock(DATA, "evidence", "blb_1")
    with pytest.raises(SafetyUnavailable):
        envelope.unlock(file, wrapped, purpose, blob)


def test_every_byte_of_file_and_key_counts(envelope):
    file, wrapped = envelope.lock(DATA, "evidence", "blb_1")
    for place in range(len(file)):
        with pytest.raises((SafetyUnavailable, SetupTrouble)):
            envelope.unlock(flipped(file, place), wrapped, "evidence", "blb_1")
    for place in range(len(wrapped)):
        with pytest.raises((SafetyUnavailable, SetupTrouble)):
            envelope.unlock(file, flipped(wrapped, place), "evidence", "blb_1")


def test_every_end_counts(envelope):
    file, wrapped = envelope.lock(DATA, "evidence", "blb_1")
    for size in range(len(file)):
        with pytest.raises(SafetyUnavailable):
            envelope.unlock(file[:size], wrapped, "evidence", "blb_1")
    for size in range(len(wrapped)):
        with pytest.raises((SafetyUnavailable, SetupTrouble)):
            envelope.unlock(file, wrapped[:size], "evidence", "blb_1")


def test_a_foreign_key_is_told_from_damage(envelope):
    file, wrapped = Envelope(bytes(32)).lock(DATA, "evidence", "blb_1")
    with pytest.raises(SetupTrouble, match="another key"):
        envelope.unlock(file, wrapped, "evidence", "blb_1")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(size):
    with pytest.raises(SetupTrouble):
        Envelope(bytes(size))


def test_a_wrapped_key_is_not_shown_by_accident():
    assert "secret" not in repr(WrappedKey("evidence", "ab", b"secret"))


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

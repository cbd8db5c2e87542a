"""A registered picture is known from the next look on, and forgotten when the person says so."""

import pytest

from consentry.core.errors import BadInput, NotAllowed
from consentry.core.match import Hashes
from consentry.flows.optout import MOST, OPTED_OUT, OptOuts
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, PlainDecoder, PlainHasher, PlainPassphrases, StillClock

WORDS = "one two three four five six"


@pytest.fixture
def store():
    return MemoryStore(StillClock(), CountingIds())


@pytest.fixture
def register(store):
    return OptOuts(store, CountingIds(), PlainPassphrases(), PlainDecoder(), PlainHasher())


def known(store):
    with store.read() as snapshot:
        return [one for _, one in snapshot.known_since(0, 100)]


def test_pictures_and_hashes_are_registered_and_no_picture_is_kept(register, store):
    made = register.register([b"ok portrait"], [Hashes("aa", (), 0)])
    assert (made.pictures, made.weak, made.passphrase) == (2, 1, WORDS)
    assert {(one.source, one.case, one.active) for one in known(store)} == {(OPTED_OUT, made.reference, True)}
    assert b'"event":"opted_out"' in store.line(made.place).record


@pytest.mark.parametrize("pictures", [[], [b"ok"] * (MOST + 1)])
def test_none_and_too_many_are_sent_back(register, store, pictures):
    with pytest.raises(BadInput):
        register.register(pictures)
    assert store.size() == 0


def test_a_picture_that_cannot_be_read_is_sent_back(register, store):
    with pytest.raises(BadInput) as refused:
        register.register([b"ok", b"garbage"])
    assert refused.value.code == "invalid_image"
    assert not known(store)


def test_the_person_takes_it_back_and_it_matches_nothing_any_more(register, store):
    made = register.register([b"ok portrait", b"ok other"])
    kept = register.register([b"ok third"])
    assert register.withdraw(made.reference, WORDS) == 2
    assert {one.case: one.active for one in known(store)} == {made.reference: False, kept.reference: True}


def test_wrong_words_a_wrong_reference_and_one_for_something_else_are_refused_alike(register, store):
    made = register.register([b"ok portrait"])
    with store.begin() as tx:
        tx.put_secret("cns_1", f"cns_1/{WORDS}")
    said = set()
    for reference, words in [(made.reference, "six others"), ("opt_999", WORDS), ("cns_1", WORDS)]:
        with pytest.raises(NotAllowed) as refused:
            register.withdraw(reference, words)
        said.add((refused.value.code, refused.value.message))
    assert len(said) == 1
    assert all(one.active for one in known(store))

"""A consent is explicit, narrow, limited in time, and taken back by the person alone if they like."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.consent import Use
from consentry.core.errors import BadInput, NotAllowed, NotFound
from consentry.core.match import Hashes
from consentry.flows.consent import MAX_INPUTS, Consents, Terms
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, PlainDecoder, PlainHasher, PlainPassphrases, StillClock

WORDS = "one two three four five six"
TERMS = Terms("person_1", "acc_1", Use.MAKE, adult=True, lasts=timedelta(days=30), evidence="contract 7")


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(clock):
    return MemoryStore(clock, CountingIds())


@pytest.fixture
def consents(store, clock):
    return Consents(store, clock, CountingIds(), PlainPassphrases(), PlainDecoder(), PlainHasher())


def test_what_was_agreed_to_is_recorded_and_nothing_else(consents, clock):
    terms = replace(
        TERMS, routes=frozenset({"app"}), pictures=[b"ok portrait"], inputs=(Hashes("aa", (), 0),)
    )
    given = consents.record(terms, "key_1").consent
    assert (given.person, given.account, given.use, given.evidence) == (
        "person_1", "acc_1", Use.MAKE, "contract 7",
    )  # fmt: skip
    assert (given.given, given.expires) == (clock.now(), clock.now() + timedelta(days=30))
    assert (given.routes, given.recorder, given.revoked) == (frozenset({"app"}), "key_1", None)
    assert [one.sha256 for one in given.inputs] == ["aa", PlainDecoder().decode(b"ok portrait").sha256]


def test_it_stands_in_the_log_without_the_name_of_anybody(consents, store):
    given = consents.record(TERMS, "key_1")
    record = store.line(given.place).record
    assert b'"event":"recorded"' in record
    assert b"person_1" not in record
    assert b"contract" not in record


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"person": ""}, "person"),
        ({"account": ""}, "account"),
        ({"evidence": ""}, "evidence"),
        ({"evidence": "x" * 201}, "evidence"),
        ({"routes": frozenset({""})}, "routes"),
        ({"adult": False}, "adult"),
        ({"lasts": timedelta(0)}, "days"),
        ({"lasts": timedelta(days=367)}, "days"),
        ({"inputs": (Hashes("aa", (), 0),) * MAX_INPUTS, "pictures": [b"ok"]}, "inputs"),
    ],
)
def test_what_is_not_explicit_and_limited_is_no_consent(consents, store, change, param):
    with pytest.raises(BadInput) as refused:
        consents.record(replace(TERMS, **change), "key_1")
    assert refused.value.param == param
    assert store.size() == 0


def test_a_picture_that_cannot_be_read_cannot_be_agreed_to(consents):
    with pytest.raises(BadInput) as refused:
        consents.record(replace(TERMS, pictures=[b"garbage"]), "key_1")
    assert refused.value.code == "invalid_image"


def test_only_who_recorded_it_and_the_operator_see_it(consents):
    given = consents.record(TERMS, "key_1").consent
    assert consents.show(given.id, "key_1") == consents.show(given.id, "") == given
    with pytest.raises(NotFound) as somebody_elses:
        consents.show(given.id, "key_2")
    with pytest.raises(NotFound) as nobodys:
        consents.show("cns_999", "key_2")
    assert somebody_elses.value.message == nobodys.value.message
    assert list(consents.every()) == [given]


def test_the_key_that_recorded_it_takes_it_back_and_no_other_key_does(consents, clock):
    given = consents.record(TERMS, "key_1").consent
    with pytest.raises(NotFound):
        consents.withdraw(given.id, "key_2")
    assert consents.show(given.id, "").revoked is None
    assert consents.withdraw(given.id, "key_1").revoked == clock.now()


def test_the_person_takes_it_back_with_six_words_alone(consents, clock):
    given = consents.record(TERMS, "key_1")
    assert given.passphrase == WORDS
    assert consents.withdraw_by_person(given.consent.id, WORDS).revoked == clock.now()


def test_wrong_words_and_a_wrong_reference_are_refused_alike(consents, store):
    given = consents.record(TERMS, "key_1")
    with store.begin() as tx:
        tx.put_secret("C-0001", f"C-0001/{WORDS}")
    said = set()
    for reference, words in [(given.consent.id, "six others"), ("cns_999", WORDS), ("C-0001", WORDS)]:
        with pytest.raises(NotAllowed) as refused:
            consents.withdraw_by_person(reference, words)
        said.add((refused.value.code, refused.value.message))
    assert len(said) == 1
    assert consents.show(given.consent.id, "").revoked is None


def test_taking_it_back_twice_is_the_same_as_once(consents, store, clock):
    given = consents.record(TERMS, "key_1").consent
    first = consents.withdraw(given.id, "key_1")
    size = store.size()
    clock.move(days=1)
    assert consents.withdraw_by_person(given.id, WORDS) == first
    assert store.size() == size

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.consent import Consent, Use
from consentry.core.content import Account
from consentry.core.errors import SafetyUnavailable
from consentry.core.finding import Unavailable
from consentry.signals.consent import ConsentToMake
from consentry.store.memory import MemoryStore
from consentry.store.system import RandomIds
from contracts.pictures import draft, noise, picture, request
from contracts.signal import SignalContract
from support.fakes import NOW, StillClock

DAY = timedelta(days=1)
GIVEN = Consent("con_1", "person_1", "acc_1", Use.MAKE, adult=True, given=NOW - DAY, expires=NOW + DAY)


class Down:
    """A store that does not answer."""

    def read(self):
        raise SafetyUnavailable("down")


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(clock):
    store = MemoryStore(clock, RandomIds())
    give(store, GIVEN)
    return store


def give(store, consent):
    with store.begin() as tx:
        tx.add_consent(consent)


@pytest.fixture
def score(store, clock):
    def of(subject):
        (finding,) = ConsentToMake(store, clock).look(subject)
        return finding.score

    return of


class TestConsentToMake(SignalContract):
    @pytest.fixture
    def signal(self, store, clock):
        return ConsentToMake(store, clock)


def test_a_consent_that_covers_the_request_counts_when_asked_and_when_answered(score):
    asked = request(picture(noise(1)), consent="con_1")
    assert score(asked) == 1.0
    assert score(replace(draft(picture(noise(2))), request=asked)) == 1.0


@pytest.mark.parametrize("reference", ["", "con_2", "CON_1", "con_1 "])
def test_no_or_an_unknown_reference_is_no_consent(score, reference):
    assert score(request(consent=reference)) == 0.0


@pytest.mark.parametrize(
    "change",
    [
        {"account": "acc_2"},
        {"use": Use.PUBLISH},
        {"adult": False},
        {"given": NOW + DAY / 2},
        {"expires": NOW},
        {"revoked": NOW},
    ],
)
def test_a_consent_that_does_not_cover_the_request_is_no_consent(store, score, change):
    give(store, replace(GIVEN, **change))
    assert score(request(consent="con_1")) == 0.0


def test_another_account_cannot_rely_on_it(score):
    assert score(replace(request(consent="con_1"), account=Account("acc_2"))) == 0.0


def test_a_revocation_between_asking_and_answering_takes_effect(store, clock, score):
    asked = request(consent="con_1")
    assert score(asked) == 1.0
    give(store, replace(GIVEN, revoked=clock.now()))
    assert score(replace(draft(picture(noise(2))), request=asked)) == 0.0


def test_a_store_that_does_not_answer_leaves_the_question_open(clock):
    (finding,) = ConsentToMake(Down(), clock).look(request(consent="con_1"))
    assert finding == Unavailable("consent.make", "store failed")

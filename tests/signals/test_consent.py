from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.consent import Consent, Use
from consentry.core.content import Account
from consentry.core.errors import SafetyUnavailable
from consentry.core.finding import Unavailable
from consentry.core.match import Hashes
from consentry.matching.hasher import PdqHasher
from consentry.signals.consent import ConsentToMake
from consentry.store.memory import MemoryStore
from consentry.store.system import RandomIds
from contracts.pictures import draft, flat, noise, picture, request, unreadable
from contracts.signal import SignalContract
from support.fakes import NOW, StillClock

DAY = timedelta(days=1)
HASHER = PdqHasher()
PORTRAIT = picture(noise(1))
GIVEN = Consent(
    "con_1", "person_1", "acc_1", Use.MAKE, adult=True, given=NOW - DAY, expires=NOW + DAY,
    inputs=(HASHER.hashes(PORTRAIT),),
)  # fmt: skip


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
        (finding,) = ConsentToMake(store, clock, HASHER).look(subject)
        return finding.score

    return of


class TestConsentToMake(SignalContract):
    @pytest.fixture
    def signal(self, store, clock):
        return ConsentToMake(store, clock, HASHER)


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
    (finding,) = ConsentToMake(Down(), clock, HASHER).look(request(consent="con_1"))
    assert finding == Unavailable("consent.make", "store failed")


def test_a_copy_of_the_picture_it_is_for_is_covered(score):
    rgb = bytearray(noise(1).rgb)
    rgb[0] ^= 255
    copy = picture(replace(noise(1), rgb=bytes(rgb)))
    assert copy.sha256 != PORTRAIT.sha256
    assert score(request(copy, consent="con_1")) == 1.0


@pytest.mark.parametrize("inputs", [(picture(noise(2)),), (PORTRAIT, picture(noise(2)))])
def test_a_picture_of_somebody_else_is_not_covered(score, inputs):
    assert score(request(*inputs, consent="con_1")) == 0.0


def test_a_consent_to_no_picture_in_particular_covers_words_alone(store, score):
    give(store, replace(GIVEN, inputs=()))
    assert score(request(consent="con_1")) == 1.0
    assert score(request(PORTRAIT, consent="con_1")) == 0.0


@pytest.mark.parametrize("place", ["mask", "markup"])
def test_another_person_cannot_come_in_as_mask_or_markup(score, place):
    assert score(request(PORTRAIT, **{place: picture(flat())}, consent="con_1")) == 1.0
    assert score(request(PORTRAIT, **{place: picture(noise(2))}, consent="con_1")) == 0.0
    assert score(request(PORTRAIT, **{place: PORTRAIT}, consent="con_1")) == 1.0


def test_a_picture_that_nobody_has_opened_yet_leaves_the_question_open(store, clock):
    unopened = replace(PORTRAIT, frames=())
    (finding,) = ConsentToMake(store, clock, HASHER).look(request(unopened, consent="con_1"))
    assert isinstance(finding, Unavailable)


def test_another_route_is_not_covered(store, score):
    give(store, replace(GIVEN, routes=frozenset({"images.edits"})))
    assert score(request(consent="con_1")) == 1.0
    assert score(replace(request(consent="con_1"), route="app")) == 0.0


def test_a_picture_that_says_too_little_is_covered_by_its_bytes_alone(store, score):
    give(store, replace(GIVEN, inputs=(HASHER.hashes(picture(flat(9))),)))
    assert score(request(picture(flat(9)), consent="con_1")) == 1.0
    assert score(request(picture(flat(10)), consent="con_1")) == 0.0


def test_a_picture_that_cannot_be_hashed_leaves_the_question_open(store, clock):
    (finding,) = ConsentToMake(store, clock, HASHER).look(request(unreadable(), consent="con_1"))
    assert isinstance(finding, Unavailable)


def test_the_record_does_not_say_whether_somebody_else_gave_a_consent(store, clock):
    def evidence(subject):
        (finding,) = ConsentToMake(store, clock, HASHER).look(subject)
        return finding.evidence

    there = evidence(replace(request(consent="con_1"), account=Account("acc_2")))
    assert there == evidence(request(consent="con_9"))


def test_nothing_is_hashed_for_a_consent_that_is_somebody_elses(store, clock):
    class Untouched:
        def hashes(self, _picture) -> Hashes:
            raise AssertionError("how long it takes would say that there is one")

    signal = ConsentToMake(store, clock, Untouched())
    for stranger in (replace(request(PORTRAIT, consent="con_1"), account=Account("acc_2")),
                     request(PORTRAIT, consent="con_9")):  # fmt: skip
        (finding,) = signal.look(stranger)
        assert finding.score == 0.0

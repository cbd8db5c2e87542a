import numpy as np
import pytest

from consentry.banks.known import KnownPictures
from consentry.core.errors import SafetyUnavailable
from consentry.core.finding import Seen, Unavailable
from consentry.core.match import Hashes
from consentry.core.ports import Known
from consentry.matching.hasher import PdqHasher
from consentry.signals.known import KnownInput, KnownOutput
from consentry.store.memory import MemoryStore
from consentry.store.system import RandomIds
from contracts.pictures import draft, flat, frame, noise, picture, request, unreadable, upload
from contracts.signal import SignalContract
from matching.drawn import scene
from support.fakes import StillClock

HASHER = PdqHasher()


class Down:
    """A store that does not answer."""

    def read(self):
        raise SafetyUnavailable("down")


class Stuck:
    """A hasher that fails in a way nobody foresaw."""

    def hashes(self, _picture):
        raise RuntimeError("words that nobody should read")

    views = looks = hashes


@pytest.fixture
def store():
    return MemoryStore(StillClock(), RandomIds())


@pytest.fixture
def learn(store):
    def now(one, source="case", case="", name="kn_1", **more):
        with store.begin() as tx:
            tx.add_known(Known(name, source, HASHER.hashes(one), case=case, **more))

    return now


@pytest.fixture
def look(store):
    finder = KnownPictures(store)

    def now(subject):
        findings = [*KnownInput(HASHER, finder).look(subject), *KnownOutput(HASHER, finder).look(subject)]
        return {finding.signal: finding for finding in findings}

    return now


class TestKnownInput(SignalContract):
    @pytest.fixture
    def signal(self, store):
        return KnownInput(HASHER, KnownPictures(store))

    @pytest.fixture
    def broken(self):
        return KnownInput(HASHER, KnownPictures(Down()))


class TestKnownOutput(SignalContract):
    @pytest.fixture
    def signal(self, store):
        return KnownOutput(HASHER, KnownPictures(store))

    @pytest.fixture
    def broken(self):
        return KnownOutput(Stuck(), KnownPictures(Down()))


def slightly_brighter(seed):
    one = noise(seed)
    pixels = bytearray(one.rgb)
    pixels[0] ^= 255
    return picture(type(one)(one.width, one.height, bytes(pixels)))


@pytest.mark.parametrize("subject", [request, upload])
def test_a_reported_picture_is_known_by_its_bytes_and_its_case_is_named(learn, look, subject):
    learn(picture(noise(1)), case="C-1")
    found = look(subject(picture(noise(1))))
    assert found["known.case"].score == 1.0
    assert found["known.case"].evidence == "exact, 0 bits, case C-1, entry kn_1"
    assert found["known.bank"].score == 0.0


def test_a_changed_copy_is_known_by_its_looks_and_the_distance_is_named(learn, look):
    learn(picture(noise(1)), source="bank-a")
    found = look(upload(slightly_brighter(1)))
    assert found["known.bank"].score == 1.0
    assert found["known.bank"].evidence.startswith("near, ")
    assert "source bank-a" in found["known.bank"].evidence
    assert found["known.case"].score == 0.0


def test_a_copy_in_a_border_or_beside_another_picture_is_known_and_the_view_is_named(learn, look):
    one, other = (scene(seed, 480, 360) for seed in (1, 2))
    learn(picture(frame(one)), case="C-1")
    bordered = np.pad(one[:, ::-1], ((30, 30), (40, 40), (0, 0)))
    said = look(upload(picture(frame(bordered))))["known.case"].evidence
    assert "bits, without border, mirrored, case C-1" in said
    beside = np.concatenate([one // 2, other // 2 + 100], axis=1)
    assert "bits, panel, case C-1" in look(upload(picture(frame(beside))))["known.case"].evidence
    assert (
        look(upload(picture(frame(np.pad(other, ((30, 30), (40, 40), (0, 0)))))))["known.case"].score == 0.0
    )


def test_a_draft_that_is_known_anywhere_is_a_known_output(learn, look):
    learn(picture(noise(1)), source="bank-a")
    learn(picture(noise(2)), case="C-2", name="kn_2")
    assert look(draft(picture(noise(1))))["known.output"].score == 1.0
    assert look(draft(picture(noise(2))))["known.output"].score == 1.0
    assert look(draft(picture(noise(3))))["known.output"].score == 0.0


def test_what_was_merely_uploaded_before_is_no_harm(learn, look):
    learn(picture(noise(1)), source="upload")
    found = look(upload(picture(noise(1))))
    assert {finding.score for finding in found.values()} == {0.0}


def test_every_picture_of_a_request_is_looked_at_the_mask_too(learn, look):
    learn(picture(noise(1)))
    clean = picture(noise(2))
    assert look(request(clean, picture(noise(1))))["known.case"].score == 1.0
    assert look(request(clean, mask=picture(noise(1))))["known.case"].score == 1.0
    assert look(request(clean, mask=picture(flat())))["known.case"].score == 0.0


def test_one_bad_still_among_many_is_found(learn, look):
    learn(picture(noise(9)))
    animation = picture(*(noise(seed) for seed in range(20, 30)), noise(9), data=b"an animation")
    assert look(upload(animation))["known.case"].score == 1.0
    assert look(draft(animation))["known.output"].score == 1.0


def test_a_picture_with_too_little_in_it_is_known_by_its_bytes_only(learn, look):
    learn(picture(flat(10)), case="C-1")
    assert look(upload(picture(flat(10))))["known.case"].score == 1.0
    assert look(upload(picture(flat(11))))["known.case"].score == 0.0


def test_an_unreadable_picture_is_still_known_by_its_bytes(store, look):
    with store.begin() as tx:
        tx.add_known(Known("kn_1", "case", Hashes(unreadable().sha256, (), 0)))
    assert look(upload(unreadable()))["known.case"].score == 1.0
    assert look(upload(unreadable()))["known.bank"] == Unavailable("known.bank", "undecodable")


def test_a_match_stands_beside_a_picture_that_could_not_be_looked_at(learn, look):
    learn(picture(noise(1)))
    found = look(request(unreadable(), picture(noise(1))))
    assert isinstance(found["known.case"], Seen)
    assert isinstance(found["known.bank"], Unavailable)


def test_words_alone_ask_nobody(look):
    found = look(request())
    assert (found["known.case"].score, found["known.bank"].score) == (0.0, 0.0)


def test_a_failure_is_told_without_its_words():
    (finding,) = KnownOutput(Stuck(), KnownPictures(Down())).look(draft(picture(noise(1))))
    assert finding == Unavailable("known.output", "hasher failed")


def test_a_picture_that_somebody_registered_is_known_as_that_and_nothing_else(learn, look):
    learn(picture(noise(1)), source="optout", case="opt_1")
    for subject in (request(picture(noise(1))), request(slightly_brighter(1))):
        scores = {name: finding.score for name, finding in look(subject).items() if name != "known.output"}
        assert scores == {"known.optout": 1.0, "known.case": 0.0, "known.bank": 0.0}


def test_what_looks_like_a_registered_picture_may_be_made_and_posted(learn, look):
    learn(picture(noise(1)), source="optout", case="opt_1")
    assert look(draft(picture(noise(1))))["known.output"].score == 0.0
    assert look(upload(picture(noise(1))))["known.bank"].score == 0.0

"""Parts of known pictures are found while they count, by whatever name, and never from a file."""

import numpy as np
import pytest

from consentry.banks.parts import FEATURES, STILLS, KnownParts
from consentry.core.candidate import Kept
from consentry.core.errors import BadInput, SafetyUnavailable
from consentry.core.match import Hashes, Method
from consentry.core.ports import Known
from consentry.matching.feature_index import COMMON
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from consentry.store.system import RandomIds
from contracts.pictures import flat, frame, picture, unreadable
from matching.drawn import scene
from matching.shown import part
from support.fakes import StillClock


class Scene:
    """A store, encrypted features, and what finds parts."""

    def __init__(self):
        self.store = MemoryStore(StillClock(), RandomIds())
        self.blobs = MemoryBlobs(RandomIds())
        self.parts = KnownParts(self.store, self.blobs)

    def learn(self, name, *pictures, source="case", case="C-1", active=True):
        with self.store.begin() as tx:
            tx.add_known(Known(name, source, Hashes("", (), 0), case, active=active))
        kept = self.parts.describe(shown(*pictures))
        self.keep(Kept(name, source, self.blobs.put(kept, FEATURES)))

    def keep(self, kept):
        with self.store.begin() as tx:
            tx.keep_features(kept)

    def found(self, rgb):
        return [match.entry for match in self.parts.find(shown(rgb)).matches]


def shown(*pictures):
    return picture(*(frame(np.ascontiguousarray(one)) for one in pictures))


@pytest.fixture
def made():
    return Scene()


KNOWN, COPY = part(1)


def test_where_nothing_is_known_nothing_is_found(made):
    assert made.found(COPY) == []


def test_a_part_is_found_and_says_how_far_and_where(made):
    made.learn("case:1", KNOWN)
    made.learn("case:2", scene(9))
    (match,) = made.parts.find(shown(COPY)).matches
    assert (match.entry, match.source, match.case, match.method) == ("case:1", "case", "C-1", Method.PARTIAL)
    assert match.view == ""
    assert match.distance <= 70
    assert match.region.area < 0.9
    (mirrored,) = made.parts.find(shown(COPY[:, ::-1])).matches
    assert mirrored.view == "mirrored"


def test_what_no_longer_counts_is_not_found_though_its_features_are_still_there(made):
    made.learn("case:1", KNOWN)
    assert made.found(COPY) == ["case:1"]
    with made.store.begin() as tx:
        tx.add_known(Known("case:1", "case", Hashes("", (), 0), "C-1", active=False))
    assert made.found(COPY) == []


def test_features_that_were_forgotten_find_nothing_and_are_held_no_more(made):
    made.learn("case:1", KNOWN)
    made.learn("case:2", scene(9))
    assert made.found(COPY) == ["case:1"]
    made.keep(Kept("case:1", "case", ""))
    assert made.found(COPY) == []
    assert made.parts._alike.keys() == {made.parts._digests["case:2"]}
    assert len(made.parts._index) == 1


def test_features_whose_key_was_destroyed_a_moment_ago_are_passed_over(made):
    made.keep(Kept("case:1", "case", "blb_gone"))
    made.learn("case:2", KNOWN)
    assert made.found(COPY) == ["case:2"]
    assert made.parts.find(shown(COPY)).unread == []


def test_features_that_are_noted_and_not_there_are_named_while_their_picture_counts(made):
    made.learn("case:1", KNOWN)
    made.keep(Kept("case:1", "case", "blb_gone"))
    assert made.parts.find(shown(COPY)).unread == ["case:1"]


def test_one_picture_reported_many_times_is_found_under_every_name(made):
    names = [f"case:{number:02}" for number in range(COMMON + 2)]
    for name in names:
        made.learn(name, KNOWN)
    assert made.found(COPY) == names
    made.keep(Kept(names[0], "case", ""))
    assert made.found(COPY) == names[1:]


def test_an_upload_is_nothing_that_parts_are_found_of(made):
    made.learn("upl_1", KNOWN, source="upload")
    assert made.found(COPY) == []


def test_one_still_of_an_animation_is_enough(made):
    made.learn("case:1", KNOWN)
    stills = [scene(seed) for seed in range(40, 46)]
    assert [one.entry for one in made.parts.find(shown(*stills, COPY)).matches] == ["case:1"]
    many = made.parts.describe(shown(*(scene(seed) for seed in range(50, 62))))
    assert many.count(b"CTF1") == STILLS


@pytest.mark.parametrize("nothing", [unreadable(), picture(flat())])
def test_a_picture_with_nothing_to_hold_on_to_has_no_features_and_finds_none(made, nothing):
    made.learn("case:1", KNOWN)
    assert made.parts.describe(nothing) == b""
    assert list(made.parts.find(nothing).matches) == []


def test_features_of_an_upload_say_whether_it_is_worth_a_look(made):
    made.learn("case:1", KNOWN)
    for turned in (COPY, COPY[:, ::-1]):
        assert made.parts.likely(made.parts.describe(shown(turned), mirrored=True), "case:1")
    assert not made.parts.likely(made.parts.describe(shown(scene(9))), "case:1")
    assert not made.parts.likely(made.parts.describe(shown(COPY)), "case:2")


def test_damaged_features_count_for_their_own_picture_and_it_is_named(made):
    made.learn("case:1", scene(9))
    made.learn("case:2", KNOWN)
    made.learn("case:3", scene(8), active=False)
    for name in ("case:1", "case:3"):
        made.keep(Kept(name, "case", made.blobs.put(b"of another version", FEATURES)))
    seen = made.parts.find(shown(COPY))
    assert [match.entry for match in seen.matches] == ["case:2"]
    assert seen.unread == ["case:1"]
    assert made.parts.find(unreadable()).unread == ["case:1"]
    with pytest.raises(BadInput):
        made.parts.likely(made.parts.describe(shown(COPY)), "case:1")
    made.keep(Kept("case:1", "case", ""))
    assert made.parts.find(shown(COPY)).unread == []


@pytest.mark.parametrize(("code", "unread"), [("blob_damaged", ["case:1"]), ("", None)])
def test_a_damaged_file_is_one_pictures_and_a_store_that_is_down_everybodys(made, code, unread):
    made.learn("case:1", KNOWN)
    made.learn("case:2", KNOWN)
    with made.store.read() as view:
        bad = view.features("case:1").blob

    class Ill:
        asked = 0

        def get(self, blob, purpose):
            self.asked += blob == bad
            if blob == bad and self.ill:
                raise SafetyUnavailable("ill", code=code)
            return made.blobs.get(blob, purpose)

    blobs = Ill()
    blobs.ill = True
    seconds = [1000.0]
    parts = KnownParts(made.store, blobs, lambda: seconds[0])
    if unread is None:
        with pytest.raises(SafetyUnavailable):
            parts.find(shown(COPY))
    else:
        seen = parts.find(shown(COPY))
        assert ([match.entry for match in seen.matches], seen.unread) == (["case:2"], unread)
        for seconds[0] in (1000.0, 1059.9):
            assert parts.find(shown(COPY)).unread == unread
        assert blobs.asked == 1, "what is damaged is not read at each look"
        seconds[0] = 1060.0
        assert (parts.find(shown(COPY)).unread, blobs.asked) == (unread, 2)
        seconds[0] = 1119.9
        assert (parts.find(shown(COPY)).unread, blobs.asked) == (unread, 2)
        seconds[0] = 1120.0
    blobs.ill = False
    seen = parts.find(shown(COPY))
    assert ([match.entry for match in seen.matches], seen.unread) == (["case:1", "case:2"], [])


def test_what_cannot_be_read_is_never_taken_for_nothing_found(made):
    class Down:
        def read(self):
            raise SafetyUnavailable("down")

    with pytest.raises(SafetyUnavailable):
        KnownParts(Down(), made.blobs).find(shown(COPY))

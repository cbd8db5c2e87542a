"""Looking closely goes on beside the upload; what it finds waits for a person; what goes is gone."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from consentry.core.candidate import CandidateState, Kept, learning, looking
from consentry.core.case import Case, CaseState, Copy
from consentry.core.course import let_go
from consentry.core.errors import BadInput, NotFound, SafetyUnavailable, UpstreamTrouble
from consentry.core.match import Hashes, Match, Method, Region
from consentry.core.partports import Seen
from consentry.core.ports import Job, Known
from consentry.flows.parts import FEATURES, TRIES, Parts
from consentry.flows.takedown import EVIDENCE
from consentry.platforms.memory import MemoryPlatform
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, PlainDecoder, StillClock

PART = Match("case:1", "case", Method.PARTIAL, 44, "C-1", "", Region(0.1, 0.0, 1.0, 0.5))


@dataclass
class PlainParts:
    """Finds what it was given, in pictures that say so; features are the bytes themselves."""

    matches: list[Match] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def describe(self, picture, *, mirrored=False):
        return picture.data + b" mirrored" * mirrored if picture.frames else b""

    def find(self, picture):
        return Seen(self.matches if b"part" in picture.data else [], self.unread)

    def likely(self, kept, entry):
        assert entry == "case:1"
        if b"damaged" in kept:
            raise BadInput("damaged")
        return b"part" in kept


class Scene:
    """One case with one known picture, a small site, and a worker's hands."""

    def __init__(self, keep=14):
        self.clock, ids = StillClock(), CountingIds()
        self.store, self.blobs = MemoryStore(self.clock, ids), MemoryBlobs(ids)
        self.site = MemoryPlatform("site", "https://site.example", self.clock)
        self.finder = PlainParts([PART])
        self.parts = Parts(
            self.store,
            {"site": self.site},
            PlainDecoder(),
            self.finder,
            self.blobs,
            ids,
            timedelta(days=keep),
        )
        with self.store.begin() as tx:
            tx.add_case(Case("C-1", CaseState.OPEN, NOW, NOW, ()))
            tx.add_known(Known("case:1", "case", Hashes("", (), 0), "C-1"))

    def learn(self, data=b"ok the picture"):
        evidence = self.blobs.put(data, EVIDENCE)
        self.enqueue(learning("case:1", evidence, NOW))
        return evidence

    def upload(self, name="upl_1", data=b"ok a part", item=None, platform="site"):
        item = item or self.site.publish(data, "poster", "text")
        with self.store.begin() as tx:
            tx.add_known(Known(name, "upload", Hashes("", (), 0), "", platform, item))
        self.enqueue(looking(name, NOW))
        return item

    def enqueue(self, work):
        with self.store.begin() as tx:
            assert tx.enqueue(Job(*work))

    def work(self, rounds=20):
        for _ in range(rounds):
            self.clock.move(seconds=1)
            for job in self.store.claim(20, 60):
                try:
                    self.parts.run(job)
                except UpstreamTrouble as trouble:
                    self.store.retry(job, 0.5, trouble.code)

    def withdraw(self):
        with self.store.begin() as tx:
            let_go(tx, "C-1", tx.now())

    def candidates(self):
        with self.store.read() as view:
            return view.candidates_of("C-1")

    def kept(self, owner):
        with self.store.read() as view:
            return view.features(owner)

    def log(self):
        return [json.loads(self.store.line(index).record) for index in range(self.store.size())]


def test_a_reported_picture_is_learnt_and_kept_as_features():
    scene = Scene()
    scene.learn()
    scene.work()
    kept = scene.kept("case:1")
    assert kept.source == "case"
    assert scene.blobs.get(kept.blob, FEATURES) == b"ok the picture"
    assert {"case": "C-1", "event": "learnt", "picture": "case:1", "features": True} in scene.log()


def test_a_part_found_beside_an_upload_is_a_candidate_once_and_in_the_log():
    scene = Scene()
    scene.upload()
    scene.work()
    (candidate,) = scene.candidates()
    assert (candidate.picture, candidate.match, candidate.state) == ("upl_1", PART, CandidateState.OPEN)
    (line,) = [record for record in scene.log() if record["event"] == "candidate"]
    assert line == {
        "case": "C-1", "event": "candidate", "candidate": candidate.id, "picture": "upl_1",
        "entry": "case:1", "method": "partial", "view": "", "distance": 44, "region": [0.1, 0.0, 1.0, 0.5],
    }  # fmt: skip
    assert scene.site.effects == {}


def test_an_upload_without_a_part_is_no_candidate():
    scene = Scene()
    scene.upload(data=b"ok a lake")
    scene.work()
    assert scene.candidates() == []


def test_a_copy_that_the_case_has_already_is_no_candidate():
    scene = Scene()
    item = scene.upload()
    with scene.store.begin() as tx:
        tx.add_copy(Copy("cpy_1", "C-1", "site", item, "https://x", Method.LOCATED, 0))
    scene.work()
    assert scene.candidates() == []


def test_an_upload_that_the_platform_does_not_have_yet_is_waited_for():
    scene = Scene()
    scene.upload(item="not-there")
    scene.work(rounds=3)
    assert scene.store.queue()["ready"] == 1
    scene.site.publish(b"ok a part", "poster", "text", item="not-there")
    scene.work(rounds=2)
    assert len(scene.candidates()) == 1


def test_one_that_never_comes_is_given_up_and_the_log_says_that_nobody_looked():
    scene = Scene()
    scene.upload(item="never")
    scene.work(rounds=TRIES + 2)
    assert scene.store.queue()["ready"] == 0
    assert {"event": "not looked at closely", "picture": "upl_1"} in scene.log()


def test_an_upload_that_cannot_be_read_or_fetched_is_said_not_to_have_been_looked_at():
    scene = Scene()
    scene.upload(data=b"broken")
    scene.upload("upl_2", item="x", platform="elsewhere")
    scene.work()
    said = [record["picture"] for record in scene.log() if record["event"] == "not looked at closely"]
    assert said == ["upl_1", "upl_2"]


def test_features_of_an_upload_are_kept_for_their_days_and_then_destroyed():
    scene = Scene(keep=14)
    scene.upload()
    scene.work()
    kept = scene.kept("upl_1")
    assert scene.blobs.get(kept.blob, FEATURES) == b"ok a part mirrored"
    scene.clock.move(days=13.9)
    scene.work(rounds=1)
    assert scene.kept("upl_1") == kept
    scene.clock.move(days=0.2)
    scene.work(rounds=1)
    with pytest.raises(NotFound):
        scene.kept("upl_1")
    with pytest.raises(NotFound):
        scene.blobs.get(kept.blob, FEATURES)


def test_where_they_are_not_wanted_none_are_kept():
    scene = Scene(keep=0)
    scene.upload()
    scene.work()
    with pytest.raises(NotFound):
        scene.kept("upl_1")
    assert len(scene.candidates()) == 1


def test_a_newly_known_picture_is_sought_among_uploads_of_the_last_days(monkeypatch):
    monkeypatch.setattr("consentry.flows.parts.PAGE", 2)
    scene = Scene()
    scene.finder.matches = []
    for number in range(5):
        scene.upload(f"upl_{number}", b"ok a part" if number in {1, 4} else b"ok a lake")
    scene.work()
    assert scene.candidates() == []
    scene.finder.matches = [PART]
    scene.learn()
    scene.work()
    assert [one.picture for one in scene.candidates()] == ["upl_1", "upl_4"]


def test_a_report_taken_back_destroys_features_closes_candidates_and_finds_no_more():
    scene = Scene()
    scene.learn()
    scene.upload()
    scene.work()
    kept = scene.kept("case:1")
    scene.withdraw()
    with pytest.raises(NotFound):
        scene.kept("case:1")
    scene.upload("upl_2")
    scene.work()
    with pytest.raises(NotFound):
        scene.blobs.get(kept.blob, FEATURES)
    assert [(one.picture, one.state) for one in scene.candidates()] == [("upl_1", CandidateState.WITHDRAWN)]


def test_what_a_person_decided_stays_decided_when_a_report_is_taken_back():
    scene = Scene()
    scene.upload()
    scene.work()
    with scene.store.begin() as tx:
        tx.save_candidate(tx.candidates_of("C-1")[0].ended(CandidateState.DISMISSED))
    scene.withdraw()
    assert [one.state for one in scene.candidates()] == [CandidateState.DISMISSED]


def test_a_report_taken_back_while_its_picture_is_being_learnt_leaves_no_features():
    scene = Scene()
    scene.learn()
    describe = scene.finder.describe
    made = []

    def slowly(picture, *, mirrored=False):
        scene.withdraw()
        made.append(scene.blobs)
        return describe(picture, mirrored=mirrored)

    scene.finder.describe = slowly
    scene.work()
    assert made
    assert not any(purpose == FEATURES for purpose, _ in scene.blobs._kept.values())


def test_evidence_that_was_destroyed_teaches_nothing():
    scene = Scene()
    scene.blobs.shred(scene.learn())
    scene.work()
    assert scene.log()[-1]["features"] is False


def test_features_replaced_meanwhile_are_not_forgotten_with_the_old_ones():
    scene = Scene()
    scene.upload()
    scene.work()
    old = scene.kept("upl_1")
    new = replace(old, blob=scene.blobs.put(b"new", FEATURES))
    with scene.store.begin() as tx:
        tx.keep_features(new)
    scene.clock.move(days=15)
    scene.work()
    assert scene.kept("upl_1") == Kept("upl_1", "upload", new.blob)


def test_a_look_says_how_many_known_pictures_it_could_not_be_compared_with():
    scene = Scene()
    scene.finder.unread = [f"case:{number:02}" for number in range(12)]
    scene.upload()
    scene.work()
    assert len(scene.candidates()) == 1
    (line,) = [one for one in scene.log() if one["event"] == "not compared with all"]
    assert (line["picture"], line["unread"], line["damaged"]) == ("upl_1", 12, scene.finder.unread[:10])


@pytest.mark.parametrize("code", ["blob_damaged", "", "unlike"])
def test_damaged_features_of_an_upload_hold_up_no_other_and_a_store_that_is_down_does(code):
    scene = Scene()
    scene.finder.matches = []
    for name in ("upl_1", "upl_2"):
        scene.upload(name)
    scene.work()
    bad, get = scene.kept("upl_1").blob, scene.blobs.get

    def ill(blob, purpose):
        if blob == bad and code != "unlike":
            raise SafetyUnavailable("ill", code=code)
        return b"damaged" if blob == bad else get(blob, purpose)

    scene.blobs.get = ill
    scene.finder.matches = [PART]
    scene.learn()
    if not code:
        with pytest.raises(SafetyUnavailable):
            scene.work()
        return
    scene.work()
    assert [one.picture for one in scene.candidates()] == ["upl_2"]
    (line,) = [one for one in scene.log() if one["event"] == "not compared with all"]
    assert (line["picture"], line["unread"], line["damaged"]) == ("case:1", 1, ["upl_1"])


@pytest.mark.parametrize("of", ["learn", "upload"])
def test_features_that_could_not_be_noted_are_destroyed(of):
    scene = Scene()
    getattr(scene, of)()

    def down():
        raise SafetyUnavailable("down")

    (job,) = scene.store.claim(20, 60)
    scene.parts = replace(scene.parts, store=Noting(scene.store, down))
    with pytest.raises(SafetyUnavailable):
        scene.parts.run(job)
    assert not any(purpose == FEATURES for purpose, _ in scene.blobs._kept.values())


@dataclass
class Noting:
    """A store that can be read, and fails when something is to be written down."""

    store: MemoryStore
    begin: object

    def read(self):
        return self.store.read()


def test_what_a_newly_known_picture_is_sought_among_lets_other_jobs_go_first(monkeypatch):
    monkeypatch.setattr("consentry.flows.parts.PAGE", 1)
    scene = Scene()
    scene.upload()
    scene.work()
    scene.learn()
    sought = 0
    for _ in range(3):
        scene.clock.move(seconds=1)
        for job in scene.store.claim(20, 60):
            assert job.patient == (job.kind == "seek")
            sought += job.patient
            scene.parts.run(job)
    assert sought == 2

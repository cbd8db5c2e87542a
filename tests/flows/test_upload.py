"""A picture that is posted: judged before anybody sees it, and remembered only as hashes."""

import json

import pytest

from consentry.core.content import Account, Stage, Upload
from consentry.core.errors import BadInput, SafetyUnavailable
from consentry.core.policy import Outcome
from consentry.flows.upload import UPLOADS, screen
from consentry.store.memory import MemoryStore
from support.fakes import BreakingStore, CountingIds, Eye, PlainHasher, StillClock, judge, picture, rule


@pytest.fixture
def store():
    return MemoryStore(StillClock(), CountingIds())


def post(store, score=0.0, outcome=Outcome.REFUSE, data=b"ok a picture"):
    rules = [rule("m", outcome, Stage.UPLOAD)]
    one = judge(store, Eye("m", score), stage=Stage.UPLOAD, rules=rules)
    upload = Upload(Account("poster"), picture(data), "site", "post-1")
    return screen(upload, judge=one, hasher=PlainHasher(), url="https://site.example/1")


def known(store):
    with store.begin() as tx:
        return [found for _, found in tx.known_since(0, 10)]


def test_an_accepted_picture_is_remembered_as_hashes_with_its_address(store):
    screened = post(store)
    assert screened.outcome is Outcome.ALLOW
    (found,) = known(store)
    assert (found.source, found.platform, found.item) == (UPLOADS, "site", "post-1")
    assert found.url == "https://site.example/1"
    assert len(found.hashes.pdq) == 8


def test_a_held_picture_is_remembered_too_because_it_may_be_shown_later(store):
    assert post(store, 0.9, Outcome.HOLD).outcome is Outcome.HOLD
    assert len(known(store)) == 1


def test_a_refused_picture_is_not_remembered_as_an_upload(store):
    assert post(store, 0.9).outcome is Outcome.REFUSE
    assert known(store) == []


def test_the_decision_and_the_hashes_are_written_together_or_not_at_all(store):
    with pytest.raises(SafetyUnavailable):
        post(BreakingStore(store))
    assert known(store) == []
    assert store.size() == 0


def test_a_picture_that_cannot_be_read_is_sent_back(store):
    with pytest.raises(BadInput) as sent_back:
        post(store, data=b"garbage")
    assert sent_back.value.code == "invalid_image"
    assert "Do not show it" in sent_back.value.next_step


def test_the_record_holds_digests_and_no_picture(store):
    screened = post(store)
    record = json.loads(store.line(screened.judged.place).record)
    assert record["context"]["sha256"] == picture(b"ok a picture").sha256
    assert "ok a picture" not in str(record)


def test_the_closer_look_lets_other_jobs_go_first(store):
    judged = judge(store, Eye("m", 0.0), stage=Stage.UPLOAD, rules=[rule("m", Outcome.REFUSE, Stage.UPLOAD)])
    upload = Upload(Account("poster"), picture(b"ok a picture"), "site", "post-1")
    screen(upload, judge=judged, hasher=PlainHasher(), url="https://site.example/1", closer=True)
    (job,) = store.claim(9, 60)
    assert (job.kind, job.patient) == ("look", True)

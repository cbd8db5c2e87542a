"""Whoever was decided about may object once; somebody else looks; what was wrong is put right."""

from dataclasses import replace

import pytest

from consentry.core.appeal import WINDOW, AppealState, Party
from consentry.core.case import CaseState
from consentry.core.consequence import LINK, RIGHT, STANDS, token
from consentry.core.course import let_go
from consentry.core.errors import BadInput, Conflict, Forbidden, NotAllowed, NotFound
from consentry.core.review import Choice, ResolutionState, ReviewState, Task
from consentry.flows.appeal import OBJECTION, Appeals
from flows.test_review import ADA, BEA, SECRET, Desk
from support.fakes import CountingIds, PlainPassphrases

WORDS = "one two three four five six"


class Court(Desk):
    """A decided case, and where objections arrive."""

    def __init__(self, choice=Choice.UPHOLD):
        super().__init__()
        self.appeals = Appeals(self.store, self.blobs, PlainPassphrases(), CountingIds(), SECRET)
        with self.store.begin() as tx:
            tx.put_secret("C-1", f"C-1/{WORDS}")
        self.first = self.decide(choice)
        self.work()

    def object_(self, words="It is a picture of my cat.", copy="cpy_0"):
        opens = token(SECRET, self.first.id, copy)
        return self.appeals.by_poster(self.first.id, copy, opens, words)

    def answer(self, appeal, choice, member=BEA, ticked=None):
        review_id = f"rev_{appeal.id}"
        version = self.bench.claim(review_id, member).version
        chosen = self.chosen(choice, ticked=ticked)
        self.bench.decide(review_id, member, replace(chosen, version=version))
        self.work()
        return self.look(lambda view: view.appeal(appeal.id))


def test_a_poster_reads_what_was_decided_and_why():
    court = Court()
    told = court.appeals.told(court.first.id, "cpy_0", token(SECRET, court.first.id, "cpy_0"))
    assert "no longer shown" in told.notice.text
    assert LINK not in told.notice.text
    assert (told.appeal, told.stands) == (None, True)


def test_an_address_opens_only_what_it_was_made_for():
    court = Court()
    good = token(SECRET, court.first.id, "cpy_0")
    for resolution, copy, opens in (
        (court.first.id, "cpy_1", good),
        (court.first.id, "cpy_0", ""),
        (court.first.id, "cpy_0", "é"),
        ("res_9", "cpy_0", token(SECRET, "res_9", "cpy_0")),
        (court.first.id, "cpy_9", token(SECRET, court.first.id, "cpy_9")),
    ):
        with pytest.raises(NotFound):
            court.appeals.told(resolution, copy, opens)
        with pytest.raises(NotFound):
            court.appeals.by_poster(resolution, copy, opens, "words")


def test_another_person_looks_and_never_the_one_who_decided():
    court = Court()
    appeal = court.object_()
    review = court.look(lambda view: view.review(f"rev_{appeal.id}"))
    assert (review.task, review.due, review.barred) == (Task.APPEAL, appeal.due, {"ada"})
    with pytest.raises(Forbidden):
        court.bench.claim(review.id, ADA)
    assert court.blobs.get(appeal.words, OBJECTION) == b"It is a picture of my cat."


def test_what_was_wrong_is_put_right_everywhere_and_the_poster_is_told():
    court = Court()
    answered = court.answer(court.object_(), Choice.REFUSE)
    assert (answered.state, answered.by) == (AppealState.UPHELD, "bea")
    assert court.shown() == {"post-1", "post-2"}
    assert court.case.state is CaseState.REFUSED
    assert court.made[0].state is ResolutionState.REVERSED
    assert court.site.notices["poster0"][-1].text == RIGHT
    assert not court.appeals.told(court.first.id, "cpy_0", token(SECRET, court.first.id, "cpy_0")).stands
    assert {"appealed", "appeal_upheld"} <= set(court.events())


def test_one_copy_may_be_put_right_and_the_rest_stay():
    court = Court()
    answered = court.answer(court.object_(), Choice.UPHOLD, ticked={"cpy_1"})
    assert answered.state is AppealState.UPHELD
    assert court.shown() == {"post-1"}
    assert court.case.running


def test_what_stands_stays_and_nobody_else_is_told_again():
    court = Court()
    before = court.letters()
    answered = court.answer(court.object_(), Choice.UPHOLD)
    assert answered.state is AppealState.REJECTED
    assert court.shown() == set()
    assert court.made[0].state is ResolutionState.DONE
    assert [notice.text for notice in court.site.notices["poster0"]][1:] == [STANDS]
    assert len(court.site.notices["poster1"]) == 1
    assert court.letters() == before


def test_an_appeal_that_is_put_off_stays_open():
    court = Court()
    assert court.answer(court.object_(), Choice.HOLD).state is AppealState.OPEN


def test_a_reporter_objects_to_a_refusal_and_everything_is_hidden_again():
    court = Court(Choice.REFUSE)
    with pytest.raises(NotAllowed):
        court.appeals.by_reporter("C-1", "wrong", "words")
    appeal = court.appeals.by_reporter("C-1", WORDS, "It is me.")
    assert (appeal.party, appeal.copy) == (Party.REPORTER, "")
    answered = court.answer(appeal, Choice.UPHOLD)
    assert answered.state is AppealState.UPHELD
    assert court.shown() == set()
    assert court.case.running or court.case.state is CaseState.REMOVED
    assert court.case.ground is None
    assert court.made[0].state is ResolutionState.REVERSED


def test_a_refusal_that_stands_changes_nothing():
    court = Court(Choice.REFUSE)
    answered = court.answer(court.appeals.by_reporter("C-1", WORDS, "It is me."), Choice.REFUSE)
    assert answered.state is AppealState.REJECTED
    assert (court.shown(), court.case.state) == ({"post-1", "post-2"}, CaseState.REFUSED)
    assert "cannot follow it either" in court.letters()[-1]


def test_one_objects_once_in_time_with_words_and_to_what_there_is():
    court = Court()
    with pytest.raises(BadInput):
        court.object_(" ")
    court.object_()
    with pytest.raises(Conflict):
        court.object_()
    court.object_(copy="cpy_1")
    with pytest.raises(NotFound):
        court.appeals.by_reporter("C-1", WORDS, "words")
    late = Court()
    late.clock.move(days=WINDOW.days)
    with pytest.raises(Conflict):
        late.object_()


def test_no_word_of_an_objection_is_in_the_log():
    court = Court()
    court.object_()
    written = b"".join(court.store.line(at).record for at in range(court.store.size()))
    assert b"cat" not in written
    assert b"appealed" in written


def test_an_appeal_waits_in_the_queue_until_nobody_need_decide_any_more():
    court = Court()
    court.object_()
    assert len(court.look(lambda view: view.reviews(ReviewState.WAITING, 9))) == 1
    with court.store.begin() as tx:
        let_go(tx, "C-1", court.clock.now())
    assert court.look(lambda view: list(view.reviews(ReviewState.WAITING, 9))) == []

"""What every store promises of reviews: the most urgent first, nothing overwritten, nothing half kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.appeal import Appeal, AppealState, Party
from consentry.core.errors import Conflict, NotFound
from consentry.core.exposure import Reveal
from consentry.core.review import Choice, Resolution, ResolutionState, Review, ReviewState, Task
from support.stores import NOON, a_case

HOUR = timedelta(hours=1)
REVIEW = Review("rev_1", "C-0001", Task.FIRST, NOON + HOUR, 2, NOON)
HELD = replace(REVIEW, holder="ada", until=NOON + HOUR, since=NOON, barred=frozenset({"bea", "cy"}))
CHOSEN = Resolution(
    "res_1", "rev_1", "C-0001", Choice.REFUSE, "not_intimate_image_content", "ada", NOON,
    ("cpy_1",), ("cpy_2", "cpy_3"), note="blb_1", looks=2, seconds=70,
)  # fmt: skip
LOOK = Reveal("rvl_1", "digest", "C-0001", "cpy_1", "ada", NOON)
APPEAL = Appeal("app_1", "res_1", "C-0001", Party.POSTER, "cpy_1", NOON, "blb_2")


def begun(store, *reviews):
    with store.begin() as tx:
        tx.add_case(a_case())
        for review in reviews:
            tx.add_review(review)


class ReviewsContract:
    def test_what_is_due_first_comes_first_and_of_these_the_gravest(self, store):
        late = replace(REVIEW, id="rev_2", due=NOON + 2 * HOUR, severity=3)
        grave, last = replace(REVIEW, id="rev_3", severity=3), replace(REVIEW, id="rev_4")
        begun(store, late, last, REVIEW, grave, replace(REVIEW, id="rev_5", state=ReviewState.DONE))
        with store.read() as view:
            assert list(view.reviews(ReviewState.WAITING, 9)) == [grave, REVIEW, last, late]
            assert list(view.reviews(ReviewState.WAITING, 2)) == [grave, REVIEW]
            assert len(view.reviews_of("C-0001")) == 5
            assert list(view.reviews_of("C-0002")) == []

    def test_a_review_comes_back_whole_and_is_replaced_only_by_who_read_the_last_version(self, store):
        begun(store, REVIEW)
        with store.begin() as tx:
            assert tx.save_review(HELD) == replace(HELD, version=1)
            assert tx.review("rev_1") == replace(HELD, version=1)
            with pytest.raises(Conflict):
                tx.save_review(HELD)
            with pytest.raises(NotFound):
                tx.save_review(replace(HELD, id="rev_9"))
        with store.read() as view, pytest.raises(NotFound):
            view.review("rev_9")

    def test_no_review_is_stored_twice_or_without_its_case(self, store):
        begun(store, REVIEW)
        for wrong, trouble in ((REVIEW, Conflict), (replace(REVIEW, id="rev_2", case="C-9"), NotFound)):
            with pytest.raises(trouble), store.begin() as tx:
                tx.add_review(wrong)

    def test_reviews_are_counted_by_state_up_to_a_moment(self, store):
        begun(store, REVIEW, replace(REVIEW, id="rev_2", state=ReviewState.CONFIRM))
        done = replace(REVIEW, id="rev_3", state=ReviewState.DONE)
        with store.begin() as tx:
            tx.add_review(done)
        with store.read() as view:
            counts = view.count_reviews(NOON + HOUR + timedelta(microseconds=1))
            one = {ReviewState.WAITING: 1, ReviewState.CONFIRM: 1, ReviewState.CHOSEN: 0}
            assert dict(counts) == one
            assert dict(view.count_reviews(NOON + HOUR)) == dict.fromkeys(one, 0)

    def test_choices_come_back_whole_in_the_order_made(self, store):
        begun(store, REVIEW)
        later = replace(CHOSEN, id="res_0", at=NOON + HOUR, state=ResolutionState.DONE, second="bea")
        with store.begin() as tx:
            tx.save_resolution(later)
            tx.save_resolution(replace(CHOSEN, state=ResolutionState.UNDONE))
            tx.save_resolution(CHOSEN)
            with pytest.raises(NotFound):
                tx.save_resolution(replace(CHOSEN, id="res_9", review="rev_9"))
        with store.read() as view:
            assert list(view.resolutions("C-0001")) == [CHOSEN, later]
            assert view.resolution("res_0") == later
            assert list(view.resolutions_since(NOON, 9)) == [later, CHOSEN]
            assert list(view.resolutions_since(NOON, 1)) == [later]
            assert list(view.resolutions_since(NOON + HOUR, 9)) == [later]
            with pytest.raises(NotFound):
                view.resolution("res_9")

    def test_looks_come_back_by_what_opens_them_and_by_who_looked(self, store):
        later = replace(LOOK, id="rvl_2", digest="another", at=NOON + HOUR)
        with store.begin() as tx:
            tx.save_reveal(later)
            tx.save_reveal(LOOK)
            tx.save_reveal(replace(LOOK, used=NOON, covered=NOON + HOUR))
            tx.save_reveal(replace(LOOK, id="rvl_3", digest="third", member="bea"))
        with store.read() as view:
            assert view.reveal("digest") == replace(LOOK, used=NOON, covered=NOON + HOUR)
            assert [one.id for one in view.reveals("ada", NOON)] == ["rvl_1", "rvl_2"]
            assert list(view.reveals("ada", NOON + HOUR)) == [later]
            with pytest.raises(NotFound):
                view.reveal("rvl_1")

    def test_appeals_come_back_whole_and_belong_to_a_decision(self, store):
        begun(store, REVIEW)
        answered = replace(APPEAL, state=AppealState.UPHELD, by="bea", decided=NOON + HOUR)
        other = replace(APPEAL, id="app_0", at=NOON + HOUR, party=Party.REPORTER, copy="")
        with store.begin() as tx:
            tx.save_resolution(CHOSEN)
            for one in (other, APPEAL, answered):
                tx.save_appeal(one)
            with pytest.raises(NotFound):
                tx.save_appeal(replace(APPEAL, id="app_9", resolution="res_9"))
        with store.read() as view:
            assert view.appeal("app_1") == answered
            assert list(view.appeals("C-0001")) == [answered, other]
            assert list(view.appeals("C-0002")) == []
            with pytest.raises(NotFound):
                view.appeal("app_9")

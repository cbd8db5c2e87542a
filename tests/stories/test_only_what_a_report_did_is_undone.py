"""A report that is taken back or refused undoes what it did, and nothing that others want."""

import pytest

from consentry.core.case import Case, CaseEvent, CaseState, Copy, CopyEvent, CopyState, RefusalGround
from consentry.core.course import refuse, reopen, show_again
from consentry.core.match import Method
from consentry.core.ports import Job
from consentry.flows.takedown import STAYS
from support.fakes import NOW
from support.scenes import Scene


class TestTwoCasesAboutOneItem:
    """C-2 is about the same item as C-1."""

    @pytest.fixture
    def scene(self):
        made = Scene()
        with made.store.begin() as tx:
            tx.add_case(Case("C-2", CaseState.OPEN, NOW, NOW, ()))
            tx.add_copy(
                Copy("cpy_2", "C-2", "site", made.item, made.site.address(made.item), Method.LOCATED, 0)
            )
            tx.enqueue(Job("hide", {"copy": "cpy_2"}, "hide:cpy_2", NOW))
        made.work()
        return made

    def withdraw(self, scene, case_id):
        with scene.store.begin() as tx:
            show_again(tx, tx.save_case(tx.case(case_id).after(CaseEvent.WITHDRAW, tx.now())), tx.now())
        scene.work()

    def test_it_stays_hidden_when_one_is_taken_back_and_that_is_said(self, scene):
        self.withdraw(scene, "C-1")
        assert not scene.public()
        assert [one["copy"] for one in scene.lines() if one["event"] == STAYS] == ["cpy_a"]
        assert scene.copies()[0].state is CopyState.GONE

    def test_it_is_shown_again_when_both_are_and_both_say_so(self, scene):
        self.withdraw(scene, "C-1")
        self.withdraw(scene, "C-2")
        assert scene.public()
        with scene.store.read() as view:
            assert {view.copy(one).state for one in ("cpy_a", "cpy_2")} == {CopyState.RESTORED}

    def test_a_case_that_came_while_it_was_shown_again_has_it_hidden_anew(self, scene):
        self.withdraw(scene, "C-2")
        restore = scene.site.restore

        def late(item, key):
            receipt = restore(item, key)
            scene.site.restore = restore
            with scene.store.begin() as tx:
                tx.add_case(Case("C-3", CaseState.OPEN, NOW, NOW, ()))
                third = Copy("cpy_3", "C-3", "site", item, scene.site.address(item), Method.LOCATED, 0)
                tx.add_copy(third)
                tx.save_copy(third.after(CopyEvent.HIDE, NOW).after(CopyEvent.VERIFY, NOW))
                tx.save_case(tx.case("C-3").after(CaseEvent.ALL_GONE, NOW))
            return receipt

        scene.site.restore = late
        self.withdraw(scene, "C-1")
        assert not scene.public()
        with scene.store.read() as view:
            assert view.case("C-3").state is CaseState.REMOVED

    def test_a_refusal_taken_back_before_it_was_carried_out_shows_nothing(self, scene):
        self.withdraw(scene, "C-2")
        with scene.store.begin() as tx:
            refuse(tx, "C-1", RefusalGround.NOT_INTIMATE, tx.now())
            reopen(tx, "C-1", tx.now())
        scene.work(rounds=30)
        assert not scene.public()
        assert scene.case().state is CaseState.REMOVED


def test_a_refused_case_that_is_reopened_hides_every_copy_again():
    scene = Scene()
    scene.work()
    with scene.store.begin() as tx:
        refuse(tx, "C-1", RefusalGround.NOT_INTIMATE, tx.now())
    scene.work()
    assert scene.public()
    with scene.store.begin() as tx:
        reopen(tx, "C-1", tx.now())
    scene.work(rounds=30)
    assert not scene.public()
    assert scene.case().state is CaseState.REMOVED
    assert [known.active for known in scene.known()] == [True]


def test_what_the_platform_no_longer_has_cannot_be_shown_again():
    scene = Scene()
    scene.work()
    scene.site.remove(scene.item, "by hand")
    with scene.store.begin() as tx:
        refuse(tx, "C-1", RefusalGround.NOT_INTIMATE, tx.now())
    scene.work()
    assert [one["event"] for one in scene.lines()][-1] == "was_not_there"

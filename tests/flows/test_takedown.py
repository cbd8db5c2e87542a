"""From a reported picture to proof that every copy is gone, whoever dies on the way."""

import json
from dataclasses import replace

import pytest

from consentry.core.case import (
    CaseEvent,
    CaseState,
    Copy,
    CopyState,
    RefusalGround,
)
from consentry.core.caution import Caution
from consentry.core.errors import IllegalTransition, NotOffered
from consentry.core.match import Hashes, Match, Method
from consentry.core.ports import Job, Known
from consentry.flows.takedown import CASES, HIDE_AGAIN, hide_what_waits
from consentry.platforms.memory import MemoryPlatform
from support.fakes import NOW, PlainHasher
from support.scenes import Scene


def test_hide_trace_verify_and_the_clock_stops():
    scene = Scene()
    scene.work()
    assert scene.case().state is CaseState.REMOVED
    assert scene.case().stopped is not None
    assert [copy.state for copy in scene.copies()] == [CopyState.GONE]
    assert scene.site.public(scene.site.address(scene.item)) is None


def test_from_the_moment_of_tracing_the_picture_is_known():
    scene = Scene()
    scene.work()
    (known,) = scene.known()
    assert (known.source, known.case, known.active) == (CASES, "C-1", True)
    assert [job["known"] for job in scene.learnt] == [known.id]


def test_every_copy_that_is_found_is_hidden_with_its_distance():
    scene = Scene()
    other = scene.site.publish(b"ok edited", "poster", "text")
    with scene.store.begin() as tx:
        hashes = Hashes("00" * 32, (bytes(32),), 90)
        tx.add_known(Known("upl_1", "upload", hashes, "", "site", other, scene.site.address(other)))
    scene.finder.matches = [
        Match("upl_1", "upload", Method.NEAR, 14),
        Match("upl_1", "upload", Method.NEAR, 20),
    ]
    scene.work()
    found = scene.copies()[1]
    assert (found.method, found.distance, found.state) == (Method.NEAR, 14, CopyState.GONE)
    assert scene.case().state is CaseState.REMOVED


def test_a_cache_that_forgets_late_keeps_the_clock_running():
    scene = Scene(linger=3)
    scene.site.public(scene.site.address(scene.item))
    scene.work(rounds=2)
    assert scene.case().running
    scene.work(rounds=20)
    assert not scene.case().running


def test_a_platform_that_lies_is_told_again_under_a_new_key():
    scene = Scene()
    scene.site.lies = True
    scene.work(rounds=HIDE_AGAIN)
    assert scene.case().state is CaseState.HIDDEN
    scene.site.lies = False
    scene.work(rounds=4 * HIDE_AGAIN)
    assert scene.case().state is CaseState.REMOVED


def test_a_platform_that_is_down_is_asked_until_it_answers():
    scene = Scene()
    scene.site.down = True
    scene.work(rounds=3)
    assert scene.case().state is CaseState.OPEN
    scene.site.down = False
    scene.work()
    assert scene.case().state is CaseState.REMOVED


def test_an_order_given_twice_takes_effect_once():
    scene = Scene()
    (job,) = scene.store.claim(1, 60)
    scene.site.hide(scene.item, "cpy_a")  # the worker before died after the order and before writing it down
    scene.takedown.run(job)
    assert scene.site.effects["cpy_a"] == 1


@pytest.mark.parametrize("state", [CaseState.REFUSED, CaseState.WITHDRAWN])
def test_what_is_no_longer_asked_for_is_not_hidden(state):
    scene = Scene()
    with scene.store.begin() as tx:
        ground = RefusalGround.NOT_INTIMATE if state is CaseState.REFUSED else None
        event = CaseEvent.REFUSE if state is CaseState.REFUSED else CaseEvent.WITHDRAW
        tx.save_case(tx.case("C-1").after(event, NOW, ground))
    scene.work()
    assert scene.site.public(scene.site.address(scene.item)) is not None


def test_a_case_with_a_sign_of_a_child_is_hidden_but_its_picture_is_never_fetched():
    scene = Scene(CaseState.ESCALATED)
    scene.site.fetch = None  # fetching would fail loudly
    scene.work()
    assert scene.case().state is CaseState.SECURED
    assert scene.known() == []


def test_a_picture_that_left_before_us_still_needs_proof():
    scene = Scene()
    with scene.store.begin() as tx:
        scene.add_copy(tx, "cpy_b", "never-was")
    scene.work()
    assert {copy.state for copy in scene.copies()} == {CopyState.GONE}


def test_restoring_shows_it_again():
    scene = Scene()
    scene.work()
    with scene.store.begin() as tx:
        tx.save_case(tx.case("C-1").after(CaseEvent.WITHDRAW, NOW))
        tx.enqueue(Job("restore", {"copy": "cpy_a"}, "restore:cpy_a", NOW))
    scene.work()
    assert scene.site.public(scene.site.address(scene.item)) is not None
    assert scene.copies()[0].state is CopyState.RESTORED


def test_the_last_hour_of_a_running_case_is_put_on_record():
    scene = Scene()
    scene.site.down = True
    with scene.store.begin() as tx:
        tx.enqueue(Job("watch", {"case": "C-1"}, "watch:C-1", NOW))
    scene.work(rounds=2)
    records = [scene.store.line(index).record for index in range(scene.store.size())]
    assert any(b"last_hour" in record for record in records)


def test_each_copy_has_its_own_receipts():
    scene = Scene()
    scene.work()
    records = b"\n".join(scene.store.line(index).record for index in range(scene.store.size()))
    for event in (b'"event":"hidden"', b'"event":"traced"', b'"event":"gone"', b'"event":"all_gone"'):
        assert event in records
    assert replace(scene.copies()[0]).gone is not None


class NoOrders(MemoryPlatform):
    """A site whose people do everything by hand."""

    abilities = frozenset()

    def fetch(self, item):
        raise NotOffered("It gives nobody its pictures.")

    def hide(self, item, key):
        raise NotOffered("It takes no orders.")

    def restore(self, item, key):
        raise NotOffered("It takes no orders.")


def test_what_a_site_cannot_do_is_left_to_a_person_and_still_needs_proof():
    scene = Scene()
    hands = NoOrders("site", "https://site.example", scene.clock)
    hands.publish(b"ok the picture", "poster", "text")
    scene.takedown = replace(scene.takedown, platforms={"site": hands})
    scene.work()
    assert [copy.state for copy in scene.copies()] == [CopyState.FOUND]
    assert scene.case().running
    events = [json.loads(scene.store.line(at).record).get("event") for at in range(scene.store.size())]
    assert events.count("by_hand") == 1
    MemoryPlatform.hide(hands, scene.item, "by a person there")
    scene.work(2000)
    assert scene.case().state is CaseState.REMOVED


def test_the_receipt_of_a_platform_stands_in_the_log():
    scene = Scene()
    scene.work()
    records = [json.loads(scene.store.line(at).record) for at in range(scene.store.size())]
    (hidden,) = [record for record in records if record.get("event") == "hidden"]
    assert hidden["receipt"] == "cpy_a"


def spread(most=2, others=3) -> Scene:
    """A case whose picture has so many other copies, on a site where one case hides `most` by itself."""
    scene = Scene()
    scene.takedown = replace(scene.takedown, hide_at_once=most)
    with scene.store.begin() as tx:
        for number in range(others):
            item = scene.site.publish(b"ok copy %d" % number, "poster", "text")
            hashes = Hashes(f"{number:02}" * 32, (bytes(32),), 90)
            tx.add_known(Known(f"upl_{number}", "upload", hashes, "", "site", item, scene.site.address(item)))
    scene.finder.matches = [Match(f"upl_{number}", "upload", Method.NEAR, 9) for number in range(others)]
    return scene


def test_what_would_hide_very_many_hides_what_was_named_and_waits_for_a_person():
    scene = spread()
    scene.work()
    assert [copy.state for copy in scene.copies()] == [CopyState.GONE, *[CopyState.FOUND] * 3]
    assert (scene.case().caution, scene.case().running) == (Caution.MANY, True)


def test_once_a_person_looked_all_is_hidden_and_what_is_found_later_at_once():
    scene = spread()
    scene.work()
    assert scene.takedown.go_ahead("C-1", "member_1") == 3
    with pytest.raises(IllegalTransition):
        scene.takedown.go_ahead("C-1", "member_1")
    scene.work()
    assert {copy.state for copy in scene.copies()} == {CopyState.GONE}
    assert (scene.case().caution, scene.case().state) == (Caution.LOOKED, CaseState.REMOVED)


def test_in_the_last_hour_all_is_hidden_whoever_has_not_looked():
    scene = spread()
    scene.work()
    with scene.store.begin() as tx:
        tx.enqueue(Job("watch", {"case": "C-1"}, "watch:C-1", NOW))
    scene.work()
    assert {copy.state for copy in scene.copies()} == {CopyState.GONE}


def test_ordering_what_waits_twice_orders_it_once():
    scene = spread()
    scene.work()
    with scene.store.begin() as tx:
        assert [hide_what_waits(tx, "C-1"), hide_what_waits(tx, "C-1")] == [3, 0]


def watch(scene, mark):
    payload = {"case": "C-1"} if mark is None else {"case": "C-1", "mark": mark}
    with scene.store.begin() as tx:
        tx.enqueue(Job("watch", payload, f"watch:{mark}", NOW))
    (job,) = [job for job in scene.store.claim(20, 0.0001) if job.kind == "watch"]
    scene.clock.move(seconds=1)
    scene.takedown.run(job)
    return [one for one in scene.lines() if "hidden_now" in one]


def held_back(scene):
    """The case with one copy that nobody was told to hide, as if something held it back."""
    item = scene.site.publish(b"ok held back", "poster", "text")
    with scene.store.begin() as tx:
        tx.add_copy(Copy("cpy_h", "C-1", "site", item, scene.site.address(item), Method.LOCATED, 0))
    return item


@pytest.mark.parametrize("mark", ["last_hour", "overdue", None])
def test_in_the_last_hour_what_is_public_is_hidden_whatever_holds_it_back(mark):
    scene = Scene()
    item = held_back(scene)
    scene.work()
    assert scene.site.public(scene.site.address(item)) is not None
    (said,) = watch(scene, mark)
    assert (said["event"], said["hidden_now"]) == (mark or "last_hour", 1)
    assert said["copies"] == {"gone": 1, "found": 1}
    scene.work()
    assert scene.site.public(scene.site.address(item)) is None
    assert not scene.case().running


@pytest.mark.parametrize("mark", ["half_time", "six_hours"])
def test_before_that_a_case_that_runs_is_only_raised(mark):
    scene = Scene()
    held_back(scene)
    (said,) = watch(scene, mark)
    assert (said["event"], said["hidden_now"]) == (mark, 0)
    scene.work()
    assert [copy.state for copy in scene.copies()] == [CopyState.GONE, CopyState.FOUND]


def test_a_case_that_has_ended_is_not_raised():
    scene = Scene()
    scene.work()
    assert watch(scene, "overdue") == []


def test_the_same_bytes_are_looked_for_once_however_many_copies_there_are():
    scene = Scene()
    digest = PlainHasher().digests(b"ok the picture").sha256
    with scene.store.begin() as tx:
        for number in range(5):
            item = scene.site.publish(b"ok the picture", "poster", "text")
            hashes = Hashes(digest, (bytes(32),), 90)
            tx.add_known(Known(f"upl_{number}", "upload", hashes, "", "site", item, scene.site.address(item)))
    scene.finder.matches = [Match(f"upl_{number}", "upload", Method.EXACT, 0) for number in range(5)]
    scene.work(rounds=30)
    assert [one["copies"] for one in scene.lines() if one["event"] == "traced"] == [5]
    assert {copy.state for copy in scene.copies()} == {CopyState.GONE}

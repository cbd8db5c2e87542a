"""What every store promises: what is kept comes back, all or nothing, one after another."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from consentry.core.case import CaseEvent, CaseState, CopyEvent, RefusalGround
from consentry.core.entry import Kind
from consentry.core.errors import BadInput, Conflict, NotFound
from consentry.core.match import FrameHash, Hashes
from consentry.core.message import Message, Side
from consentry.core.ports import Job, Store
from contracts.banks import BankContract
from contracts.cases import CaseContract
from contracts.filings import FilingContract
from contracts.fleeting import FleetingContract
from contracts.ledger import LedgerContract
from contracts.log import LogContract
from contracts.parts import PartContract
from contracts.queue import QueueContract
from contracts.reviews import ReviewsContract
from contracts.routes import RouteContract
from contracts.staff import StaffContract
from contracts.syncs import SyncContract
from support.stores import (
    NOON,
    a_case,
    a_consent,
    a_copy,
    a_key,
    a_known,
    a_making,
    appended,
    claimed,
    in_threads,
)


class BoomError(Exception):
    """Something that goes wrong in the middle."""


def everything_then_boom(store: Store, job: Job) -> None:
    with store.begin() as tx:
        tx.add_case(a_case())
        tx.add_copy(a_copy())
        tx.append(Kind.CASE, {"event": "lost"})
        tx.add_known(a_known())
        tx.enqueue(Job("verify", {}, "verify", tx.now()))
        tx.finish(job)
        tx.add_key(a_key())
        tx.put_secret("name", "digest")
        tx.add_consent(a_consent())
        tx.add_making(a_making())
        raise BoomError


class StoreContract(
    CaseContract,
    QueueContract,
    LogContract,
    BankContract,
    SyncContract,
    PartContract,
    LedgerContract,
    RouteContract,
    FilingContract,
    FleetingContract,
    StaffContract,
    ReviewsContract,
):
    """Subclass and give `world`: an empty store with `max_attempts=MOST`, and a way to let time pass."""

    @pytest.fixture
    def world(self):
        raise NotImplementedError

    @pytest.fixture
    def store(self, world) -> Store:
        return world.store

    # What is kept comes back.

    def test_a_case_comes_back_as_it_was(self, store):
        cases = [
            a_case(1),
            a_case(2, state=CaseState.REFUSED, stopped=NOON, ground=RefusalGround.NOT_INTIMATE, deadlines=()),
        ]
        with store.begin() as tx:
            for case in cases:
                tx.add_case(case)
            assert tx.case("C-0001") == cases[0]
        with store.read() as view:
            assert [view.case("C-0001"), view.case("C-0002")] == cases

    def test_two_cases_cannot_have_one_reference(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
        with pytest.raises(Conflict), store.begin() as tx:
            tx.add_case(a_case(state=CaseState.HIDDEN))
        with store.read() as view:
            assert view.case("C-0001") == a_case()

    def test_a_case_that_was_changed_meanwhile_is_not_overwritten(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
        with store.begin() as tx:
            saved = tx.save_case(a_case().after(CaseEvent.ALL_HIDDEN, NOON))
        assert saved.version == 1
        with pytest.raises(Conflict), store.begin() as tx:
            tx.save_case(a_case().after(CaseEvent.WITHDRAW, NOON))
        with store.read() as view:
            assert view.case("C-0001") == saved

    def test_cases_come_in_the_order_of_their_deadlines(self, store):
        with store.begin() as tx:
            for number, hours, state in (
                (1, 9, CaseState.OPEN),
                (2, 3, CaseState.HIDDEN),
                (3, 6, CaseState.ESCALATED),
                (4, 1, CaseState.WITHDRAWN),
                (5, 0, CaseState.REMOVED),
            ):
                tx.add_case(a_case(number, state=state, due=NOON + timedelta(hours=hours)))
        with store.read() as view:
            assert [case.id for case in view.cases(running=True)] == ["C-0002", "C-0003", "C-0001"]
            assert [case.id for case in view.cases(running=False)] == ["C-0005", "C-0004"]

    def test_a_copy_is_kept_once_per_place(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
            tx.add_case(a_case(2))
            assert tx.add_copy(a_copy(2))
            assert tx.add_copy(a_copy(1))
            assert not tx.add_copy(a_copy(3, item="item1"))
            assert tx.add_copy(a_copy(4, case="C-0002", item="item1"))
        with store.read() as view:
            assert view.copies("C-0001") == [a_copy(2), a_copy(1)]
            with pytest.raises(NotFound):
                view.copy("cpy_3")

    def test_a_copy_keeps_its_place_in_the_order_when_it_changes(self, store):
        hidden = a_copy(1).after(CopyEvent.HIDE, NOON)
        gone = hidden.after(CopyEvent.VERIFY, NOON + timedelta(microseconds=1))
        with store.begin() as tx:
            tx.add_case(a_case())
            tx.add_copy(a_copy(1))
            tx.add_copy(a_copy(2))
            tx.save_copy(hidden)
            tx.save_copy(gone)
        with store.read() as view:
            assert view.copies("C-0001") == [gone, a_copy(2)]
            assert view.copy("cpy_1") == gone

    def test_a_copy_without_a_case_is_refused(self, store):
        with pytest.raises(NotFound), store.begin() as tx:
            tx.add_copy(a_copy())

    def test_two_copies_cannot_have_one_identifier(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
            tx.add_copy(a_copy())
        with pytest.raises(Conflict), store.begin() as tx:
            tx.add_copy(a_copy(item="elsewhere"))
        with store.read() as view:
            assert view.copies("C-0001") == [a_copy()]

    def test_known_pictures_come_in_the_order_of_their_changes(self, store):
        with store.begin() as tx:
            for number in (1, 2, 3):
                tx.add_known(a_known(number))
        with store.begin() as tx:
            tx.add_known(a_known(1, active=False))
        with store.read() as view:
            changes = view.known_since(0, 10)
            assert [known.id for _, known in changes] == ["case:2", "case:3", "case:1"]
            assert [number for number, _ in changes] == [2, 3, 4]
            assert changes[2][1] == view.known("case:1") == a_known(1, active=False)
            assert view.known_since(2, 1) == [(3, a_known(3))]
            assert view.known_since(4, 10) == []

    def test_known_pictures_of_a_case_are_found(self, store):
        with store.begin() as tx:
            tx.add_known(a_known(1))
            tx.add_known(a_known(2, case="C-0002"))
            tx.add_known(a_known(3))
        with store.read() as view:
            assert view.known_of("C-0001") == [a_known(1), a_known(3)]
            assert view.known_of("C-0009") == []

    def test_a_misshapen_hash_is_refused(self, store):
        crooked = Hashes("ab" * 32, (b"short",), 90)
        with pytest.raises(BadInput), store.begin() as tx:
            tx.add_known(a_known(hashes=crooked))

    @pytest.mark.parametrize(
        "change",
        [
            lambda tx: tx.add_key(a_key(2)),
            lambda tx: tx.add_key(a_key(revoked=True)),
            lambda tx: tx.add_known(a_known()),
        ],
        ids=["a key", "a key taken back", "a known picture"],
    )
    def test_the_number_of_changes_grows_with_each_key_and_each_known_picture(self, store, change):
        with store.begin() as tx:
            tx.add_key(a_key())
        before = store.changes()
        assert store.changes() == before
        with store.begin() as tx:
            change(tx)
            assert store.changes() == before  # what is not committed has not happened
        assert store.changes() > before
        with store.read() as view:
            assert view.changes() == store.changes()

    def test_a_video_keeps_every_frame_with_its_number_its_moment_and_its_quality(self, store):
        frames = (FrameHash(bytes(32), 0), FrameHash(b"\xff" * 32, 100, 2**32 - 1, 2**32 - 1))
        video = a_known(hashes=Hashes("ab" * 32, (), 100, frames=frames))
        with store.begin() as tx:
            tx.add_known(video)
        with store.read() as view:
            assert view.known(video.id) == video

    def test_a_misshapen_hash_of_a_frame_is_refused(self, store):
        crooked = Hashes("ab" * 32, (), 90, frames=(FrameHash(b"short", 90),))
        with pytest.raises(BadInput), store.begin() as tx:
            tx.add_known(a_known(hashes=crooked))

    def test_keys_come_in_the_order_made_also_when_one_is_revoked(self, store):
        with store.begin() as tx:
            tx.add_key(a_key(2))
            tx.add_key(a_key(1))
            tx.add_key(a_key(2, revoked=True))
        with store.read() as view:
            assert view.keys() == [a_key(2, revoked=True), a_key(1)]
            assert view.key("k1") == a_key(1)

    def test_messages_of_a_case_come_back_in_the_order_written(self, store):
        with store.begin() as tx:
            one, other = a_case(), a_case(2)
            tx.add_case(one)
            tx.add_case(other)
            wrote = [Message(one.id, side, NOON, f"blb_{at}") for at, side in enumerate([*Side, *Side])]
            tx.add_message(replace(wrote[0], case=other.id))
            for message in wrote:
                tx.add_message(message)
        with store.read() as view:
            assert view.messages(one.id) == wrote
            assert view.messages("C-0009") == []

    def test_a_message_needs_its_case(self, store):
        with pytest.raises(NotFound), store.begin() as tx:
            tx.add_message(Message("C-0009", Side.STAFF, NOON, "blb_1"))

    def test_secrets_and_consents_come_back_and_can_be_replaced(self, store):
        with store.begin() as tx:
            tx.put_secret("C-0001", "one")
            tx.put_secret("C-0001", "two")
            tx.add_consent(a_consent())
            tx.add_consent(a_consent(revoked=NOON))
        with store.read() as view:
            assert view.secret("C-0001") == "two"
            assert view.consent("cns_1") == a_consent(revoked=NOON)

    @pytest.mark.parametrize("what", ["case", "copy", "known", "key", "secret", "consent"])
    def test_what_is_not_there_is_said_so_without_repeating_what_was_asked(self, store, what):
        with store.read() as view, pytest.raises(NotFound) as caught:
            getattr(view, what)("somebody's own words")
        assert "somebody" not in str(caught.value)

    def test_what_is_not_there_cannot_be_replaced(self, store):
        with pytest.raises(NotFound), store.begin() as tx:
            tx.save_case(a_case())
        with pytest.raises(NotFound), store.begin() as tx:
            tx.save_copy(a_copy())

    # All or nothing.

    def test_a_transaction_that_fails_leaves_no_trace(self, store):
        appended(store, {"event": "before"})
        job = claimed(store)
        with pytest.raises(BoomError):
            everything_then_boom(store, job)
        assert store.size() == 1
        assert store.queue() == {"ready": 0, "leased": 1, "done": 0, "dead": 0, "late": 0, "behind": 0}
        with store.read() as view:
            assert view.cases(running=True) == view.copies("C-0001") == view.keys() == []
            assert view.known_since(0, 10) == []
            for look in (view.secret, view.consent, view.known, view.copy, view.making):
                with pytest.raises(NotFound):
                    look("name")
        with store.begin() as tx:  # numbers are not burnt either
            tx.add_known(a_known())
            tx.finish(job)
            assert tx.append(Kind.CASE, {"event": "after"}) == 1
        with store.read() as view:
            assert view.known_since(0, 10) == [(1, a_known())]

    def test_a_transaction_sees_its_own_writes_and_nobody_else_does(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
            tx.append(Kind.CASE, {"event": "opened"})
            assert tx.cases(running=True) == [a_case()]
            with ThreadPoolExecutor(1) as other:
                assert other.submit(lambda: self._cases(store)).result(timeout=5) == []
                assert other.submit(store.size).result(timeout=5) == 0
        assert self._cases(store) == [a_case()]
        assert store.size() == 1

    @staticmethod
    def _cases(store):
        with store.read() as view:
            return view.cases(running=True)

    def test_transactions_do_not_nest(self, store):
        with store.begin(), pytest.raises(RuntimeError), store.begin():
            pass
        with store.read(), pytest.raises(RuntimeError), store.begin():
            pass
        with store.begin() as tx:  # and it is not stuck afterwards
            tx.add_case(a_case())

    def test_writers_wait_for_each_other_and_nothing_is_lost(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())

        def bump() -> None:
            for _ in range(10):
                with store.begin() as tx:
                    tx.save_case(tx.case("C-0001"))

        in_threads(8, bump)
        with store.read() as view:
            assert view.case("C-0001").version == 80

    def test_followers_of_known_pictures_miss_none_while_many_write(self, store):
        stop, seen = threading.Event(), []

        def follow() -> None:
            last = 0
            while True:
                ended = stop.is_set()
                with store.read() as view:
                    fresh = view.known_since(last, 7)
                seen.extend(known.id for _, known in fresh)
                last = fresh[-1][0] if fresh else last
                if ended and not fresh:
                    return

        follower = threading.Thread(target=follow)
        follower.start()
        numbers = count(1)

        def write() -> None:
            for _ in range(15):
                with store.begin() as tx:
                    tx.add_known(a_known(next(numbers)))

        try:
            in_threads(4, write)
        finally:
            stop.set()
            follower.join()
        assert len(seen) == 60
        assert set(seen) == {f"case:{number}" for number in range(1, 61)}

    def test_a_healthy_store_says_so_and_can_be_closed(self, store):
        store.check()
        store.close()

"""What every log promises: no line without a place, no place without a line, and proofs for strangers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consentry.core import merkle
from consentry.core.entry import Kind, canonical, opens
from consentry.core.errors import BadInput, NotFound
from consentry.core.ports import Store
from support.stores import (
    appended,
    in_threads,
)


class LogContract:
    """Part of the store's contract: subclass and give `store`."""

    def test_a_line_can_be_opened_with_its_salt(self, store):
        record = {"event": "hidden", "copies": 3, "word": "Grüße"}
        with store.begin() as tx:
            at = tx.now()
            index = tx.append(Kind.COPY, record)
        line = store.line(index)
        assert (line.index, line.entry.kind, line.record) == (index, Kind.COPY, canonical(record))
        assert at <= line.entry.at <= at + timedelta(seconds=30)
        assert opens(line.entry, line.record, line.salt)

    def test_lines_are_read_in_order_a_few_at_a_time(self, store):
        for number in range(5):
            appended(store, {"number": number})
        store.erase(3)
        assert store.lines(1, 3) == [store.line(1), store.line(2), store.line(3)]
        assert [line.index for line in store.lines(3, 10)] == [3, 4]
        assert store.lines(3, 1)[0].record is None
        assert list(store.lines(5, 10)) == []

    def test_many_proofs_at_once_are_those_of_each(self, store):
        for number in range(7):
            appended(store, {"number": number})
        assert list(map(list, store.inclusions([0, 3, 6], 7))) == [
            list(store.inclusion(index, 7)) for index in (0, 3, 6)
        ]
        assert list(store.inclusions([], 7)) == []
        with pytest.raises(BadInput):
            store.inclusions([0, 7], 7)
        with pytest.raises(NotFound):
            store.inclusions([0], 8)

    def test_no_two_lines_share_a_salt(self, store):
        first, second = appended(store, {"same": 1}), appended(store, {"same": 1})
        assert store.line(first).salt != store.line(second).salt
        assert store.line(first).entry.commitment != store.line(second).entry.commitment

    def test_an_empty_log_has_a_root(self, store):
        assert store.size() == 0
        assert store.root(0) == merkle.EMPTY_ROOT
        assert list(store.consistency(0, 0)) == []

    def test_what_the_log_does_not_have_is_not_made_up(self, store):
        appended(store, {})
        for ask in (
            lambda: store.line(1),
            lambda: store.line(-1),
            lambda: store.erase(1),
            lambda: store.root(2),
            lambda: store.inclusion(1, 2),
            lambda: store.consistency(1, 2),
        ):
            with pytest.raises(NotFound):
                ask()
        for ask in (
            lambda: store.root(-1),
            lambda: store.inclusion(1, 1),
            lambda: store.inclusion(-1, 1),
            lambda: store.consistency(1, 0),
        ):
            with pytest.raises(BadInput):
                ask()

    def test_many_threads_write_one_dense_log_that_verifies(self, store):
        def write() -> None:
            for _ in range(6):
                with store.begin() as tx:
                    one, two = tx.append(Kind.SYSTEM, {"a": 1}), tx.append(Kind.SYSTEM, {"b": 2})
                    assert two == one + 1

        in_threads(8, write)
        assert store.size() == 96
        verify_whole(store)

    def test_lines_are_in_the_order_of_time(self, store):
        in_threads(4, lambda: [appended(store, {}) for _ in range(5)])
        times = [store.line(index).entry.at for index in range(20)]
        assert times == sorted(times)

    def test_an_erased_line_says_nothing_and_the_log_still_verifies(self, store):
        for number in range(5):
            appended(store, {"number": number})
        before = store.root(5)
        entry = store.line(2).entry
        store.erase(2)
        store.erase(2)
        assert (store.line(2).record, store.line(2).salt) == (None, None)
        assert store.line(2).entry == entry
        assert store.root(5) == before
        verify_whole(store)

    def test_a_record_that_is_no_json_is_not_written(self, store):
        with pytest.raises(ValueError, match="JSON"):
            appended(store, {"score": float("nan")})
        assert store.size() == 0


def verify_whole(store: Store) -> None:
    """Check every line's place, and that the log only ever grew, as a stranger would."""
    size = store.size()
    root = store.root(size)
    for index in range(size):
        leaf = merkle.leaf_hash(store.line(index).entry.leaf())
        assert merkle.verify_inclusion(leaf, index, size, store.inclusion(index, size), root)
    for old in range(size + 1):
        proof = store.consistency(old, size)
        assert merkle.verify_consistency(old, size, store.root(old), root, proof)

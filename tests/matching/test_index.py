"""The index finds exactly what comparing with everything finds, while it changes and after a crash."""

import threading

import numpy as np
import pytest

from consentry.core.errors import BadInput
from consentry.matching import Index
from matching import sets

KINDS = {
    "coins": sets.random,
    "crowds": sets.clustered,
    "flat": sets.crowded,
    "zeros": lambda count: np.zeros((count, 32), np.uint8),
    "all the same": lambda count: np.repeat(sets.random(1), count, axis=0),
}


def numbered(count, first=0):
    return np.arange(first, first + count, dtype=np.uint64)


def answers(index, queries, radius):
    query, ids, apart = index.search(queries, radius)
    return np.stack([query, ids, apart], axis=1).astype(np.int64)


def in_order(pairs):
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 2], pairs[:, 0]))]


def filled(hashes):
    """An index with several segments and something in the delta."""
    index = Index(delta=64)
    ids = numbered(len(hashes))
    for start, end in ((0, 40), (40, 300), (300, 340), (340, 370), (370, len(hashes))):
        index.add(ids[start:end], hashes[start:end])
    index.add(numbered(1, 10**6), ~hashes[:1])
    return index


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("radius", [0, 1, 7, 15, 16, 30, 31, 32, 36, 40, 47, 48, 90])
def test_it_finds_what_comparing_with_everything_finds(kind, radius):
    known = KINDS[kind](600)
    rng = np.random.default_rng(radius)
    near = sets.flipped(known[rng.integers(0, 600, 100)], rng.integers(0, radius + 3, 100), radius)
    queries = np.concatenate([near, KINDS[kind](20), sets.random(20, 9), np.zeros((1, 32), np.uint8)])
    expected = sets.everything_compared(np.concatenate([known, ~known[:1]]), queries, radius)
    expected[expected[:, 1] == 600, 1] = 10**6
    with filled(known) as index:
        assert np.array_equal(answers(index, queries, radius), in_order(expected))


@pytest.mark.parametrize("radius", [0, 3, 15, 16, 30, 31, 32, 33, 39, 40, 46, 47])
def test_exactly_at_the_radius_is_found_and_one_bit_beyond_is_not(radius):
    known = sets.random(500, 3)
    at, beyond = sets.flipped(known, radius, 4), sets.flipped(known, radius + 1, 5)
    with filled(known) as index:
        query, ids, apart = index.search(at, radius)
        assert np.array_equal(query, numbered(500))
        assert np.array_equal(ids, numbered(500))
        assert set(apart.tolist()) == {radius}
        assert len(index.search(beyond, radius)[0]) == 0


def test_a_hundred_thousand_queries_find_what_comparing_with_everything_finds():
    known = np.concatenate([sets.random(300, 1), sets.clustered(200, 2), sets.crowded(100, 3)])
    rng = np.random.default_rng(4)
    near = sets.flipped(known[rng.integers(0, 600, 60_000)], rng.integers(0, 46, 60_000), 5)
    queries = np.concatenate([near, sets.random(30_000, 6), sets.clustered(5_000, 7), sets.crowded(5_000, 8)])
    expected = in_order(sets.everything_compared(known, queries, 31))
    assert len(expected) > 50_000
    with Index(delta=512) as index:
        index.add(numbered(550), known[:550])
        index.add(numbered(50, 550), known[550:])
        assert np.array_equal(answers(index, queries, 31), expected)


@pytest.mark.deep
@pytest.mark.timeout(3600)
def test_a_million_queries_find_what_comparing_with_everything_finds():
    known = np.concatenate([sets.random(3000, 1), sets.clustered(1500, 2), sets.crowded(500, 3)])
    with Index() as index:
        index.add(numbered(5000), known)
        for turn in range(20):
            rng = np.random.default_rng(turn)
            near = sets.flipped(known[rng.integers(0, 5000, 40_000)], rng.integers(0, 46, 40_000), turn)
            queries = np.concatenate([near, sets.random(10_000, turn + 100)])
            radius = (31, 31, 15, 40)[turn % 4]
            expected = in_order(sets.everything_compared(known, queries, radius))
            assert np.array_equal(answers(index, queries, radius), expected)


def test_an_id_with_several_hashes_is_found_by_each_and_removed_whole():
    hashes = sets.random(8)
    with Index() as index:
        index.add(np.full(8, 7, np.uint64), hashes)
        assert answers(index, hashes, 0).tolist() == [[query, 7, 0] for query in range(8)]
        index.remove(np.array([7], np.uint64))
        assert len(index) == 0
        assert len(index.search(hashes, 31)[0]) == 0


def test_an_index_of_one_hash_finds_it():
    hashes = sets.random(1)
    with Index(delta=1) as index:
        index.add(numbered(1), hashes)
        assert answers(index, hashes, 31).tolist() == [[0, 0, 0]]


def test_an_empty_index_and_an_empty_question_have_empty_answers():
    with Index() as index:
        assert [len(part) for part in index.search(sets.random(3))] == [0, 0, 0]
        index.add(numbered(0), sets.random(0))
        index.remove(numbered(0))
        assert [part.dtype for part in index.search(sets.random(0))] == [np.uint32, np.uint64, np.uint8]


def test_any_order_of_adding_and_removing_leaves_what_it_should(tmp_path):
    rng = np.random.default_rng(11)
    known = {}
    ever = [sets.random(1, 999)]
    index = Index(tmp_path / "index", delta=50)
    for turn in range(200):
        ids = rng.integers(0, 300, rng.integers(1, 60)).astype(np.uint64)
        if rng.random() < 0.6:
            hashes = sets.random(len(ids), turn)
            ever.append(hashes)
            index.add(ids, hashes)
            for one, bits in zip(ids.tolist(), hashes, strict=True):
                known.setdefault(one, []).append(bits.tobytes())
        else:
            index.remove(ids)
            for one in ids.tolist():
                known.pop(one, None)
        if turn % 40 == 39:
            index.close()
            index = Index(tmp_path / "index", delta=50)
        if turn % 10 == 9:
            pairs = [(one, bits) for one, many in known.items() for bits in many]
            assert len(index) == len(pairs)
            asked = np.concatenate(ever)
            query, ids, _ = index.search(asked, 0)
            found = [(one, asked[place].tobytes()) for place, one in zip(query, ids.tolist(), strict=True)]
            assert sorted(found) == sorted(pairs)
    index.close()


def test_searches_go_on_and_miss_nothing_while_others_add_remove_and_merge(tmp_path):
    lasting = sets.random(400, 1)
    wrong = []
    stop = threading.Event()

    def search(index):
        while not stop.is_set():
            _, ids, apart = index.search(lasting, 5)
            if ids.tolist() != list(range(400)) or apart.any():
                wrong.append(ids)

    with Index(tmp_path / "index", delta=100) as index:
        index.add(numbered(400), lasting)
        threads = [threading.Thread(target=search, args=(index,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for turn in range(60):
            ids = numbered(90, 1000 + 90 * turn)
            index.add(ids, sets.random(90, turn + 10))
            if turn % 2:
                index.remove(ids)
        stop.set()
        for thread in threads:
            thread.join()
        index.settle()
        assert not index.trouble
        assert len(index) == 400 + 30 * 90
    assert not wrong


@pytest.mark.parametrize("wrong", [np.zeros((2, 31), np.uint8), np.zeros((2, 32)), np.zeros(32, np.uint8)])
def test_other_arrays_are_refused(wrong):
    with Index() as index:
        with pytest.raises(BadInput):
            index.search(wrong)
        with pytest.raises(BadInput):
            index.add(numbered(len(wrong)), wrong)


@pytest.mark.parametrize("ids", [np.array([-1, 2]), np.array([0.5, 1]), np.array([1]), np.array([[1, 2]])])
def test_other_ids_are_refused(ids):
    with Index() as index, pytest.raises(BadInput):
        index.add(ids, sets.random(2))


@pytest.mark.parametrize("radius", [-1, 256])
def test_a_radius_that_is_none_is_refused(radius):
    with Index() as index, pytest.raises(BadInput):
        index.search(sets.random(1), radius)

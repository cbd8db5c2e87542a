from dataclasses import replace

import pytest

from consentry.banks import known as module
from consentry.banks.known import KnownPictures, everything, reported, uploaded
from consentry.core.errors import SafetyUnavailable
from consentry.core.match import NEAR
from consentry.store.memory import MemoryStore
from consentry.store.sql import open_store
from consentry.store.system import RandomIds
from contracts.finder import FinderContract, asked, bits, known
from support.fakes import StillClock


def keep(store, *entries):
    with store.begin() as tx:
        for entry in entries:
            tx.add_known(entry)


class KnownPicturesContract(FinderContract):
    @pytest.fixture
    def finder(self, store):
        return KnownPictures(store)

    @pytest.fixture
    def learn(self, store):
        return lambda entry: keep(store, entry)

    @pytest.fixture
    def break_now(self, store, monkeypatch):
        def now():
            def down():
                raise SafetyUnavailable("The store does not answer.")

            monkeypatch.setattr(store, "read", down)

        return now


class TestKnownPicturesInMemory(KnownPicturesContract):
    @pytest.fixture
    def store(self):
        return MemoryStore(StillClock(), RandomIds())


class TestKnownPicturesInSqlite(KnownPicturesContract):
    @pytest.fixture
    def store(self, tmp_path):
        store = open_store(f"sqlite:///{tmp_path}/store.db", StillClock(), RandomIds())
        yield store
        store.close()


@pytest.fixture
def store():
    return MemoryStore(StillClock(), RandomIds())


@pytest.mark.parametrize(
    ("wanted", "names"),
    [(everything, ["bank", "case", "up"]), (reported, ["bank", "case"]), (uploaded, ["up"])],
)
def test_each_look_is_kept_to_its_sources(store, wanted, names):
    one = bits()
    keep(
        store,
        known("case", one, source="case"),
        known("bank", one, source="bank-a"),
        known("up", one, source="upload"),
    )
    found = KnownPictures(store, wanted).find(asked(one), NEAR)
    assert sorted(match.entry for match in found) == names


def test_a_look_at_a_store_that_did_not_change_reads_once(store, monkeypatch):
    finder = KnownPictures(store)
    keep(store, known("one", bits()))
    finder.find(asked(bits()), NEAR)
    reads = []
    real = store.read
    monkeypatch.setattr(store, "read", lambda: reads.append(1) or real())
    finder.find(asked(bits()), NEAR)
    assert len(reads) == 1


def test_more_changes_than_one_batch_are_all_read(store, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 3)
    hashes = [bits() for _ in range(10)]
    keep(store, *(known(f"k{at}", one) for at, one in enumerate(hashes)))
    finder = KnownPictures(store)
    assert all(finder.find(asked(one), NEAR) for one in hashes)


def test_an_entry_that_changes_twice_between_two_looks_is_as_it_was_last(store):
    one = bits()
    finder = KnownPictures(store)
    entry = known("one", one)
    keep(store, entry)
    keep(store, replace(entry, active=False))
    assert not finder.find(asked(one), NEAR)
    keep(store, entry)
    keep(store, replace(entry, case="C-2"))
    (match,) = finder.find(asked(one), NEAR)
    assert match.case == "C-2"


def test_many_hashes_of_one_entry_go_with_it(store):
    hashes = [bits() for _ in range(300)]
    finder = KnownPictures(store)
    entry, other = known("one", *hashes), known("other", bits())
    keep(store, entry, other)
    assert finder.find(asked(hashes[299]), NEAR)
    keep(store, replace(entry, active=False))
    assert not any(finder.find(asked(one), NEAR) for one in hashes[::50])
    assert len(finder._index) == 1
    assert finder._entries.keys() == set(finder._numbers.values())


def test_after_a_failure_the_next_look_catches_up(store, monkeypatch):
    one = bits()
    finder = KnownPictures(store)
    keep(store, known("one", one))
    with monkeypatch.context() as broken:
        broken.setattr(finder._index, "add", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            finder.find(asked(one), NEAR)
    assert [match.entry for match in finder.find(asked(one), NEAR)] == ["one"]

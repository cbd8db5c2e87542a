"""A segment holds what was written, or says that it is damaged."""

import os
import resource
import signal

import numpy as np
import pytest

from consentry.core.errors import SetupTrouble
from consentry.matching import segment
from consentry.matching.plan import shuffled
from matching import sets


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "1.pdq"
    segment.write(path, shuffled(sets.random(500)), np.arange(500, dtype=np.uint64)[::-1].copy())
    return path


def test_rows_are_in_order_of_id_whatever_order_they_came_in(path):
    hashes, ids, dead = segment.read(path).rows
    assert ids.tolist() == list(range(500))
    assert np.array_equal(hashes, shuffled(sets.random(500))[::-1])
    assert not len(dead)


def test_a_hash_takes_168_bytes_and_a_segment_4_megabytes():
    assert segment.size_of(10_000_000) - segment.size_of(0) == 168 * 10_000_000
    assert segment.size_of(0) < 4.3e6


@pytest.mark.parametrize("left", [0, 10, 27, 4096, 100_000, -1])
def test_a_truncated_file_is_damaged_even_if_nothing_is_verified(path, left):
    os.truncate(path, left if left >= 0 else path.stat().st_size - 1)
    with pytest.raises(SetupTrouble, match="damaged"):
        segment.read(path, verify=False)


def test_a_longer_file_is_damaged(path):
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(SetupTrouble, match="damaged"):
        segment.read(path, verify=False)


@pytest.mark.parametrize("at", [0, 9, 20, 25, 4096, 4096 + 32 * 500 + 3, 500_000, -1])
def test_a_changed_byte_is_noticed(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)
    with pytest.raises(SetupTrouble, match="damaged"):
        segment.read(path)


def test_a_missing_file_is_damaged(tmp_path):
    with pytest.raises(SetupTrouble, match="damaged"):
        segment.read(tmp_path / "none.pdq")


def test_without_room_on_the_disk_there_is_an_error_and_no_file(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            segment.write(tmp_path / "1.pdq", shuffled(sets.random(9)), np.arange(9, dtype=np.uint64))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert not (tmp_path / "1.pdq").exists()


def test_buried_rows_are_not_living():
    one = segment.in_memory(shuffled(sets.random(6)), np.array([1, 1, 2, 3, 3, 3], np.uint64))
    one.bury(np.array([0, 3, 9], np.uint64))
    assert one.living()[1].tolist() == [1, 1, 2]
    assert len(one) == 3


class Burying:
    """Dead rows of which one more is buried at every look, as another thread may do."""

    def __init__(self, rows):
        self.dead = np.zeros(rows, np.uint8)
        self.looks = 0

    def __len__(self):
        return len(self.dead)

    def __eq__(self, other):
        self.dead[self.looks] = 1
        self.looks += 1
        return self.dead == other

    __hash__ = None


def test_a_row_buried_while_the_living_are_gathered_puts_no_hash_under_another_id(path):
    whole = segment.read(path)
    before = dict(zip(whole.rows.ids.tolist(), map(bytes, whole.rows.hashes), strict=True))
    whole.rows = whole.rows._replace(dead=Burying(500))
    hashes, ids = whole.living()
    assert dict(zip(ids.tolist(), map(bytes, hashes), strict=True)) == {
        one: before[one] for one in ids.tolist()
    }

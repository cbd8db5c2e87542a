"""A journal gives back what was written, cuts off a torn end, and says when it is damaged."""

import os
import resource
import signal

import numpy as np
import pytest

from consentry.core.errors import SetupTrouble
from consentry.matching.journal import HEAD, Journal, Record, replay
from consentry.matching.plan import shuffled
from matching import sets


def records():
    ids = np.arange(3, dtype=np.uint64)
    return [Record(1, ids, shuffled(sets.random(3))), Record(2, ids[1:2], None), Record(3, ids, None)]


@pytest.fixture
def path(tmp_path):
    journal = Journal(tmp_path / "1.journal")
    for record in records():
        journal.append(record)
    journal.close()
    return tmp_path / "1.journal"


def same(found, expected):
    return [repr(one) for one in found] == [repr(one) for one in expected]


def test_it_gives_back_what_was_written(path):
    assert same(replay(path), records())


@pytest.mark.parametrize("cut", [1, 20, 24, 30])
def test_a_torn_last_record_is_cut_off_and_writing_goes_on(path, cut):
    os.truncate(path, path.stat().st_size - cut)
    assert same(replay(path), records()[:2])
    journal = Journal(path)
    journal.append(records()[2])
    journal.close()
    assert same(replay(path), records())


@pytest.mark.parametrize("at", [0, 8, 16, 20, HEAD + 5, HEAD + 50, -1])
def test_a_changed_byte_is_noticed(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    with pytest.raises(SetupTrouble, match="damaged"):
        list(replay(path))


def test_a_missing_journal_is_damage(tmp_path):
    with pytest.raises(SetupTrouble, match="damaged"):
        list(replay(tmp_path / "none"))


def test_a_record_for_which_there_is_no_room_leaves_no_trace(path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    journal = Journal(path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 30, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            journal.append(records()[0])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    journal.append(records()[1])
    journal.close()
    assert same(replay(path), [*records(), records()[1]])

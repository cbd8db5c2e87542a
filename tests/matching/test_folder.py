"""An index outlives its process, however that ends, and never answers from damaged files."""

import os
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from consentry.core.errors import SafetyUnavailable, SetupTrouble
from consentry.matching import Index
from matching import sets

WRITER = """
import sys
import numpy as np
from consentry.matching import Index
from matching import sets
index = Index(sys.argv[1], delta=200)
for turn in range(10_000):
    ids = np.arange(90 * turn, 90 * turn + 90, dtype=np.uint64)
    index.add(ids, sets.random(90, turn))
    if turn % 3 == 0:
        index.remove(ids)
    print(turn, flush=True)
"""


def numbered(count, first=0):
    return np.arange(first, first + count, dtype=np.uint64)


@pytest.fixture
def folder(tmp_path):
    """An index with a segment, dead rows and a journal."""
    with Index(tmp_path / "index", delta=100) as index:
        index.add(numbered(300), sets.random(300))
        index.remove(numbered(5))
        index.add(numbered(99, 300), sets.random(99, 2))
        index.add(numbered(50, 400), sets.random(50, 3))
        index.settle()
        index.remove(numbered(5, 5))
    return tmp_path / "index"


def test_it_opens_with_what_it_held(folder):
    for verify in (True, False):
        with Index(folder, verify=verify) as index:
            assert len(index) == 290 + 99 + 50
            assert index.search(sets.random(300), 0)[1].tolist() == list(range(10, 300))
            assert index.search(sets.random(50, 3), 0)[1].tolist() == list(range(400, 450))


def test_two_processes_cannot_hold_it(folder):
    with Index(folder), pytest.raises(SetupTrouble, match="cannot be used"):
        Index(folder)
    Index(folder).close()


@pytest.mark.parametrize("kind", ["*.pdq", "*.dead", "manifest.json"])
@pytest.mark.parametrize("how", ["changed", "cut", "gone"])
def test_a_damaged_file_is_noticed(folder, kind, how):
    for path in folder.glob(kind):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data if how == "changed" else data[:-1])
        if how == "gone":
            path.unlink()
    with pytest.raises(SetupTrouble, match="damaged"):
        Index(folder)


def test_a_changed_journal_is_noticed(folder):
    journal = max(folder.glob("*.journal"), key=lambda path: path.stat().st_size)
    data = bytearray(journal.read_bytes())
    data[40] ^= 1
    journal.write_bytes(data)
    with pytest.raises(SetupTrouble, match="damaged"):
        Index(folder)


def test_what_an_interrupted_merge_left_is_swept_away(folder):
    (folder / "00000099.part").write_bytes(b"half")
    (folder / "00000098.pdq").write_bytes(b"whole but not yet named")
    Index(folder).close()
    assert not {"00000099.part", "00000098.pdq"} & {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("lines", [3, 40, 111])
def test_a_kill_at_any_moment_loses_nothing_that_was_told(tmp_path, lines):
    path = os.pathsep.join(sys.path)
    command = [sys.executable, "-c", WRITER, str(tmp_path / "index")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}) as writer:
        for _ in range(lines):
            told = int(writer.stdout.readline())
        time.sleep(lines % 7 / 1000)
        writer.send_signal(signal.SIGKILL)
    with Index(tmp_path / "index", delta=200) as index:
        for turn in range(told + 1):
            found = index.search(sets.random(90, turn), 0)[1].tolist()
            assert found == ([] if turn % 3 == 0 else list(range(90 * turn, 90 * turn + 90)))


def test_a_full_disk_is_told_and_nothing_is_half_done(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Index(tmp_path / "index", delta=100) as index:
        index.add(numbered(50), sets.random(50))
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
        try:
            with pytest.raises(SafetyUnavailable, match="could not be written"):
                index.add(numbered(200, 1000), sets.random(200, 2))
            index.add(numbered(90, 50), sets.random(90, 3))  # begins a merge that finds no room
            index.settle()
            assert "merge failed" in index.trouble
            assert len(index) == 140
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        index.add(numbered(90, 200), sets.random(90, 4))
        index.settle()
        assert not index.trouble
        assert len(index._state.segments) == 1
        assert index.search(sets.random(90, 3), 0)[1].tolist() == list(range(50, 140))
    with Index(tmp_path / "index") as index:
        assert len(index) == 230

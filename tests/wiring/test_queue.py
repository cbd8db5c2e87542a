from datetime import timedelta

from consentry.config import load
from consentry.core.queue import JobState
from consentry.store.memory import MemoryStore
from consentry.wiring.queue import open_queue, queue_in
from support.fakes import CountingIds, StillClock


def test_the_queue_is_opened_alone(tmp_path):
    with open_queue(load(None, {}, {"data": str(tmp_path / "data")})) as queue:
        assert queue.jobs(JobState.DEAD) == []
        assert queue.keep == timedelta(days=90)


def test_no_days_and_fewer_keep_everything():
    store = MemoryStore(StillClock(), CountingIds())
    for days in (0.0, -1.0):
        assert not queue_in(load(None, {}, {"jobs_days": days}), store).keep

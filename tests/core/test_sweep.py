"""What is kept for a while is never kept without the order to forget it."""

from datetime import UTC, datetime, timedelta

from consentry.core.fleeting import Fleeting
from consentry.core.sweep import keep_for_a_while
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, StillClock

ENDS = datetime(2026, 6, 1, 12, 3, tzinfo=UTC)
SWEEP = datetime(2026, 6, 1, 12, 5, tzinfo=UTC)


def test_what_ends_within_the_same_minutes_is_swept_by_one_job_when_it_is_due():
    clock = StillClock(ENDS - timedelta(hours=1))
    store = MemoryStore(clock, CountingIds())
    kept = [Fleeting(f"check {number}", "k1", ENDS + timedelta(seconds=number)) for number in range(3)]
    late = Fleeting("check late", "k1", SWEEP + timedelta(seconds=1))
    with store.begin() as tx:
        for one in (*kept, late):
            keep_for_a_while(tx, one)
    with store.read() as view:
        assert list(view.fleeting_of("k1")) == [*kept, late]
    clock.move(seconds=(SWEEP - clock.now()).total_seconds() - 1)
    assert not store.claim(9, 60)
    clock.move(seconds=1)
    (job,) = store.claim(9, 60)
    assert (job.kind, job.payload, job.dedup) == ("sweep", {}, f"sweep:{int(SWEEP.timestamp())}")
    assert job.run_at == SWEEP
    clock.move(seconds=300)
    assert len(store.claim(9, 600)) == 2

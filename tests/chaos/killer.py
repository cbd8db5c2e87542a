"""Kills workers at random moments while they work, and counts what reaches the world outside.

    this process: the world  <── orders ──  worker, worker, worker
             │                                  ▲ forked warm, killed with SIGKILL
             └── "kill number 2" ──>  zygote  ──┘

Give it a store, handlers by kind of job, and a way to seed work: it needs nothing else to know.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NoReturn

from chaos.world import Outside, World
from consentry.core.errors import LostLease, Trouble
from consentry.core.ports import Job, Store
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock

LONGEST = 0.04
"""Most seconds from the beginning of some job to the next kill: about as long as a few jobs take."""

SLOWEST = 5.0
"""Seconds after which a kill no longer waits for somebody to begin a job."""

WORKERS = 3
"""Workers alive at any moment."""

LEASE = 0.5
"""Seconds of a lease; what a killed worker held is taken over after that."""

BATCH = 3
"""Jobs that a worker claims at once, so that a kill leaves some untouched and one half done."""

LITTLE = 12
"""With fewer jobs waiting than this, more are seeded, so that every kill finds somebody at work."""

PATIENCE = 120.0
"""Seconds after the last kill within which everything must be done."""

Handler = Callable[[Store, Job, Outside], None]
"""Carries out one job and finishes it, or raises."""


@dataclass(frozen=True)
class Report:
    """What came of it."""

    kills: int
    """Workers killed."""
    seconds: float
    """How long it took."""
    waves: int
    """How often work was seeded."""
    taken_over: int
    """Jobs begun anew, after a kill that struck somebody at work."""
    jobs: Mapping[str, int]
    """The queue at the end, by state."""
    orders: Mapping[str, int]
    """How often the world was told each key."""

    @property
    def repeated(self) -> int:
        """Orders beyond the first under the same key."""
        return sum(self.orders.values()) - len(self.orders)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills in {self.seconds:.1f} s: {self.jobs['done']} jobs done, "
            f"{self.taken_over} taken over, {len(self.orders)} orders, {self.repeated} repeated"
        )


def run(
    store_url: str,
    kills: int,
    seed_jobs: Callable[[Store, int], None],
    handlers: Mapping[str, Handler],
    done: Callable[[Store], bool],
    *,
    patience: float = PATIENCE,
) -> Report:
    """Seed work, kill `kills` workers while they do it, and wait until `done` says that it is finished.

    `seed_jobs(store, wave)` puts fresh work into the store, again and again, with a new number
    each time. Handlers run in workers, which share no memory with the caller. Raises AssertionError
    if the work does not end in `patience` seconds after the last kill, or a worker ends by itself.
    """
    begun, waves = time.monotonic(), 0
    # The zygote comes before the first thread and the first connection: neither survives a fork.
    with World() as world, _zygote(store_url, handlers, world) as kill, world.listening():
        store = open_store(store_url, SystemClock(), RandomIds())
        try:
            for _ in range(kills):
                if store.queue()["ready"] < LITTLE:
                    waves += 1
                    seed_jobs(store, waves)
                _somebody_begins(world)
                time.sleep(random.uniform(0, LONGEST))
                kill(random.randrange(WORKERS))
            _wait(done, store, patience)
            jobs = store.queue()
        finally:
            store.close()
    taken_over = world.signs - len(world.begun)
    return Report(kills, time.monotonic() - begun, waves, taken_over, jobs, dict(world.orders))


def _somebody_begins(world: World) -> None:
    """Wait for the next job to begin, so that slow machines are not killed before they have started."""
    before, last = world.signs, time.monotonic() + SLOWEST
    while world.signs == before and time.monotonic() < last:
        time.sleep(0.001)


def _wait(done: Callable[[Store], bool], store: Store, patience: float) -> None:
    last = time.monotonic() + patience
    while not done(store):
        assert time.monotonic() < last, f"not done after {patience} s: {dict(store.queue())}"
        time.sleep(0.05)


@contextmanager
def _zygote(url: str, handlers: Mapping[str, Handler], world: World) -> Iterator[Callable[[int], None]]:
    """A warm process that forks the workers; what is yielded kills one of them, and replaces it."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        world.socket.close()
        _leave(lambda: _breed(theirs, lambda: _work(url, handlers, world.server_address)))
    theirs.close()

    def kill(number: int) -> None:
        ours.send(bytes([number]))
        assert ours.recv(1) == b"k", "a worker ended by itself; it has said why on stderr"

    try:
        yield kill
    finally:
        ours.close()  # the zygote takes this as the end, and all workers with it
        os.waitpid(pid, 0)


def _breed(line: socket.socket, work: Callable[[], None]) -> None:
    alive = [_fork(work) for _ in range(WORKERS)]
    while command := line.recv(1):
        pid = alive[command[0]]
        alive[command[0]] = _fork(work)
        line.send(b"k" if _killed(pid) else b"!")
    for pid in alive:
        _killed(pid)


def _killed(pid: int) -> bool:
    """Kill a worker; whether it was alive until then."""
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _fork(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        _leave(work)
    return pid


def _leave(work: Callable[[], None]) -> NoReturn:
    """Do `work` in a forked process and end it there: nothing of the test run may go on twice."""
    status = 1
    try:
        work()
        status = 0
    except BaseException:  # noqa: BLE001 - said on stderr, and by the exit status
        traceback.print_exc()
    finally:
        os._exit(status)


def _work(url: str, handlers: Mapping[str, Handler], address: tuple[str, int]) -> None:
    """Carry out jobs until killed, or until there is nobody left who would."""
    zygote = os.getppid()
    store, outside = _open(url), Outside(address)
    while os.getppid() == zygote:
        jobs = ()
        with suppress(Trouble):
            jobs = store.claim(BATCH, LEASE)
        for job in jobs:
            _carry_out(handlers[job.kind], store, job, outside)
        if not jobs:
            time.sleep(0.005)


def _open(url: str) -> Store:
    """The store, as soon as it answers."""
    while True:
        with suppress(Trouble):
            return open_store(url, SystemClock(), RandomIds())


def _carry_out(handler: Handler, store: Store, job: Job, outside: Outside) -> None:
    outside.begins(job.dedup)
    try:
        handler(store, job, outside)
    except LostLease:
        return
    except Trouble as trouble:
        with suppress(Trouble):
            store.retry(job, 0.02, type(trouble).__name__)

"""The whole store in memory, for tests and trials: as strict as the database, and gone at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from operator import itemgetter

from consentry.core import merkle
from consentry.core.entry import Kind, Line, canonical, seal
from consentry.core.message import Message
from consentry.core.ports import ApiKey, Clock, Ids, Job, Known
from consentry.core.queue import JobState
from consentry.store.case_sheet import CaseReader, CaseWriter
from consentry.store.envelope import WrappedKey
from consentry.store.filings import FilingReader, FilingWriter
from consentry.store.fleeting import FleetingReader, FleetingWriter
from consentry.store.ledger_sheet import LedgerReader, LedgerWriter
from consentry.store.part_sheet import PartReader, PartWriter
from consentry.store.queue_sheet import QueueReader, QueueWriter
from consentry.store.review_sheet import ReviewReader, ReviewWriter
from consentry.store.route_sheet import RouteReader, RouteWriter
from consentry.store.rows import LATE, MAX_ATTEMPTS, error_class, known_row, salt_from, turn
from consentry.store.sheet import Held, Tables, found, node_of
from consentry.store.staff_sheet import StaffReader, StaffWriter
from consentry.store.turns import Turns
from consentry.store.words import absent, lost, require_claim, require_size

WAIT_SECONDS = 10
"""Longest wait for the turn to write."""


class MemorySnapshot(
    CaseReader,
    LedgerReader,
    PartReader,
    RouteReader,
    FleetingReader,
    FilingReader,
    QueueReader,
    StaffReader,
    ReviewReader,
):
    """What is stored, read from `tables`."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        """Read from `tables`; `clock` tells the time."""
        super().__init__(tables)
        self._clock = clock

    def now(self) -> datetime:
        """The present moment (UTC)."""
        return self._clock.now()

    def known(self, known_id: str) -> Known:
        """The known picture with `known_id`. Raises NotFound."""
        return found(self._tables.known, known_id, "known picture")[1]

    def known_of(self, case_id: str) -> Sequence[Known]:
        """Every picture known from a case, the one changed longest ago first."""
        found = [pair for pair in self._tables.known.values() if pair[1].case == case_id]
        return [known for _, known in sorted(found, key=itemgetter(0))]

    def known_since(self, change: int, limit: int) -> Sequence[tuple[int, Known]]:
        """Known pictures that changed after `change`, with the number of their change, in order."""
        last = self._tables.counts.get("changes", 0)
        numbers = range(change + 1, last + 1)
        present = ((number, self._tables.known.get(self._tables.changes[number])) for number in numbers)
        return list(islice((pair for number, pair in present if pair and pair[0] == number), limit))

    def key(self, key_id: str) -> ApiKey:
        """The key with `key_id`. Raises NotFound."""
        return found(self._tables.keys, key_id, "key")

    def keys(self) -> Sequence[ApiKey]:
        """Every key, in the order made."""
        return list(self._tables.keys.values())

    def messages(self, case_id: str) -> Sequence[Message]:
        """Every message of a case, in the order written."""
        return [message for _, message in sorted(self._tables.messages.items()) if message.case == case_id]

    def secret(self, name: str) -> str:
        """The digest under `name`. Raises NotFound."""
        return found(self._tables.secrets, name, "secret")


class MemoryTransaction(
    CaseWriter,
    LedgerWriter,
    PartWriter,
    RouteWriter,
    FleetingWriter,
    FilingWriter,
    QueueWriter,
    StaffWriter,
    ReviewWriter,
    MemorySnapshot,
):
    """Writes on a sheet over the tables, which is taken over at the end, or thrown away."""

    def __init__(self, tables: Tables, clock: Clock, ids: Ids) -> None:
        """Write on `tables`, an overlay; salts come from `ids`."""
        MemorySnapshot.__init__(self, tables, clock)
        self._ids = ids

    def append(self, kind: Kind, record: Mapping[str, object]) -> int:
        """Write `record` into the log and return its index."""
        data, salt = canonical(record), salt_from(self._ids)
        entry = seal(kind, self.now(), data, salt)
        index = self._tables.count("lines") - 1
        self._tables.lines[index] = Line(index, entry, data, salt)
        leaf = merkle.leaf_hash(entry.leaf())
        for level, place, made in merkle.appended(index, leaf, node_of(self._tables)):
            self._tables.nodes[level, place] = made
        return index

    def add_known(self, known: Known) -> None:
        """Store a known picture, or replace the one with its id. Raises BadInput for a misshapen hash."""
        known_row(known)
        change = self._tables.count("changes")
        self._tables.changes[change] = known.id
        self._tables.known[known.id] = (change, known)

    def enqueue(self, job: Job) -> bool:
        """Store a job; False if one with its dedup key was ever stored."""
        if self._tables.dedup.get(job.dedup):
            return False
        number = self._tables.count("jobs")
        self._tables.dedup[job.dedup] = number
        self._tables.jobs[number] = Held(
            replace(job, payload=dict(job.payload), id=number, token=0, attempts=0)
        )
        return True

    def finish(self, job: Job) -> None:
        """Mark a claimed job done. Raises LostLease if another worker holds it now."""
        if not self.end(job, JobState.DONE, job.run_at):
            raise lost()

    def claim(self, count: int, lease_seconds: float, most: int, *, patient: bool) -> Sequence[Job]:
        """Up to `count` due jobs, leased under new tokens; those tried `most` times are dead instead."""
        now = self.now()
        due = [held.job for held in self._tables.jobs.values() if held and held.due(now)]
        chosen = sorted((job for job in due if patient or not job.patient), key=turn)[:count]
        worn = [job for job in chosen if job.attempts >= most]
        troubles = {job.id: held.trouble for job in chosen if (held := self._tables.jobs[job.id])}
        self._tables.jobs.update({job.id: Held(job, JobState.DEAD, None, troubles[job.id]) for job in worn})
        claimed = [
            replace(job, token=job.token + 1, attempts=job.attempts + 1)
            for job in chosen
            if job.attempts < most
        ]
        until = now + timedelta(seconds=lease_seconds)
        self._tables.jobs.update(
            {job.id: Held(job, JobState.LEASED, until, troubles[job.id]) for job in claimed}
        )
        return claimed

    def end(self, job: Job, state: JobState, run_at: datetime, trouble: str = "") -> bool:
        """End the lease of `job` if it is still its holder's; whether it was."""
        held = self._tables.jobs.get(job.id)
        if held is None or held.job.token != job.token or held.state is not JobState.LEASED:
            return False
        self._tables.jobs[job.id] = Held(replace(held.job, run_at=run_at), state, None, trouble)
        return True

    def erase(self, index: int) -> None:
        """Forget the record and salt of a line. Raises NotFound."""
        line = found(self._tables.lines, index, "line")
        self._tables.lines[index] = replace(line, record=None, salt=None)

    def keep_key(self, blob_id: str, key: WrappedKey | None) -> None:
        """Keep the wrapped key of a blob; None forgets it."""
        self._tables.blobs[blob_id] = key

    def add_key(self, key: ApiKey) -> None:
        """Store an API key, or replace the one with its id."""
        self._tables.changes[self._tables.count("changes")] = ""  # no picture
        self._tables.keys[key.id] = key

    def add_message(self, message: Message) -> None:
        """Store a message. Raises NotFound if there is no such case."""
        self.case(message.case)
        self._tables.messages[self._tables.count("message")] = message

    def put_secret(self, name: str, digest: str) -> None:
        """Keep the digest of a passphrase under `name`."""
        self._tables.secrets[name] = digest


class MemoryStore:
    """Everything that is kept, in this process. Safe to share between threads."""

    def __init__(self, clock: Clock, ids: Ids, max_attempts: int = MAX_ATTEMPTS) -> None:
        """An empty store; `clock` tells its time and `ids` its secrets."""
        self._tables = Tables()
        self._clock = clock
        self._ids = ids
        self._max_attempts = max_attempts
        self._turns = Turns(queue=True, wait_seconds=WAIT_SECONDS)
        self._still = threading.RLock()

    @contextmanager
    def begin(self) -> Iterator[MemoryTransaction]:
        """A transaction: committed at the end of the block, rolled back if it raises."""
        with self._turns.write():
            sheet = self._tables.overlay()
            yield MemoryTransaction(sheet, self._clock, self._ids)
            with self._still:
                self._tables.absorb(sheet)

    @contextmanager
    def read(self) -> Iterator[MemorySnapshot]:
        """For reading only; commits wait until the block ends."""
        with self._turns.read(), self._still:
            yield MemorySnapshot(self._tables, self._clock)

    def changes(self) -> int:
        """The number of the last change, as of now; asked inside a transaction, too."""
        with self._still:
            return MemorySnapshot(self._tables, self._clock).changes()

    def claim(self, count: int, lease_seconds: float, *, patient: bool = True) -> Sequence[Job]:
        """Up to `count` due jobs, leased under new fencing tokens; `patient` ones last, if at all."""
        require_claim(count, lease_seconds)
        with self.begin() as tx:
            return tx.claim(count, lease_seconds, self._max_attempts, patient=patient)

    def retry(self, job: Job, delay_seconds: float, why: str) -> None:
        """Give a claimed job back, to run again later. Nothing if the lease was lost."""
        state = JobState.DEAD if job.attempts >= self._max_attempts else JobState.READY
        with self.begin() as tx:
            tx.end(job, state, tx.now() + timedelta(seconds=delay_seconds), error_class(why))

    def queue(self) -> Mapping[str, int]:
        """How many jobs are `ready`, `leased`, `done`, `dead`, and `late` or `behind` by a minute."""
        with self._still:
            held = [one for one in self._tables.jobs.values() if one]
        counts = {state.value: sum(one.state is state for one in held) for state in JobState}
        late = [one.job.patient for one in held if one.due(self._clock.now() - LATE)]
        return counts | {"late": late.count(False), "behind": late.count(True)}

    def size(self) -> int:
        """How many lines the log has."""
        return self._tables.counts.get("lines", 0)

    def line(self, index: int) -> Line:
        """The line at `index`. Raises NotFound."""
        return found(self._tables.lines, index, "line")

    def lines(self, first: int, count: int) -> Sequence[Line]:
        """Up to `count` lines from `first` on, in order."""
        last = min(self.size(), first + count)
        return [self._tables.lines[index] for index in range(max(first, 0), last)]

    def erase(self, index: int) -> None:
        """Forget the record and salt of a line. Raises NotFound."""
        with self.begin() as tx:
            tx.erase(index)

    def root(self, size: int) -> bytes:
        """The tree hash over the first `size` lines. Raises NotFound if there are fewer."""
        require_size(self.size(), size)
        return merkle.root(size, node_of(self._tables))

    def inclusion(self, index: int, size: int) -> Sequence[bytes]:
        """The audit path of line `index` among the first `size`. Raises NotFound or BadInput."""
        require_size(self.size(), size)
        return merkle.inclusion(index, size, node_of(self._tables))

    def inclusions(self, indexes: Sequence[int], size: int) -> Sequence[Sequence[bytes]]:
        """The same for many lines at once."""
        return [self.inclusion(index, size) for index in indexes]

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """The proof that the log only grew from `old` to `new`. Raises NotFound or BadInput."""
        require_size(self.size(), new)
        return merkle.consistency(old, new, node_of(self._tables))

    def check(self) -> None:
        """Take the turn to write. Raises SafetyUnavailable if that takes too long."""
        with self.begin():
            pass

    def close(self) -> None:
        """Nothing is held."""

    def new_blob(self) -> str:
        """A fresh identifier for a blob."""
        return self._ids.new("blb")

    def keep_key(self, blob_id: str, key: WrappedKey) -> None:
        """Keep the wrapped key of a new blob."""
        with self.begin() as tx:
            tx.keep_key(blob_id, key)

    def wrapped_key(self, blob_id: str) -> WrappedKey:
        """The wrapped key of a blob. Raises NotFound."""
        key = self._tables.blobs.get(blob_id)
        if key is None:
            raise absent("blob")
        return key

    def drop_key(self, blob_id: str) -> None:
        """Forget the wrapped key of a blob."""
        with self.begin() as tx:
            tx.keep_key(blob_id, None)

"""Find every known hash that differs from a given one in at most so many bits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from consentry.core.errors import BadInput, SafetyUnavailable
from consentry.core.match import NEAR
from consentry.matching import kernels, segment
from consentry.matching.delta import Delta
from consentry.matching.folder import Folder
from consentry.matching.journal import Journal, Record, replay
from consentry.matching.kernels import Room, Words
from consentry.matching.plan import plan, shuffled
from consentry.matching.segment import Segment

DELTA = 1 << 15
"""New hashes kept apart before a segment is made of them; comparing with all of them takes 50 us."""
SEGMENTS = 6
"""Segments beyond which the smaller ones are merged; each costs a search about 10 us."""
ROOM = 1024
"""Findings that a search has room for at first."""

Found = tuple[NDArray[np.uint32], NDArray[np.uint64], NDArray[np.uint8]]
"""Three arrays of equal length: which query, which id, how many bits apart."""
Ids = NDArray[np.uint64]
Source = Segment | Delta


class State(NamedTuple):
    """What a search sees: replaced whole, so that no search ever waits."""

    segments: tuple[Segment, ...]
    deltas: tuple[Delta, ...]
    """The last one takes new hashes; those before it wait to become a segment."""


def checked(ids: Ids) -> Ids:
    """Ids as uint64[n]; BadInput for anything else."""
    if ids.ndim != 1 or ids.dtype.kind not in "ui" or (ids.dtype.kind == "i" and np.any(ids < 0)):
        raise BadInput("ids must be uint64[n]")
    return np.ascontiguousarray(ids, np.uint64)


def worth_merging(segments: Sequence[Segment]) -> list[Segment]:
    """The segments to merge into one: the smallest if there are too many, or one that is mostly dead."""
    mostly_dead = [one for one in segments if 2 * len(one) < len(one.rows.ids)]
    if len(segments) <= SEGMENTS:
        return mostly_dead[:1]
    by_size = sorted(segments, key=len)
    chosen, total = by_size[:2], len(by_size[0]) + len(by_size[1])
    for one in by_size[2:]:
        if len(one) > 2 * total:
            break
        chosen.append(one)
        total += len(one)
    return chosen


class Index:
    """Hashes by id, in memory or in a folder. Any number of threads may search while others add or remove.

    An id may have several hashes (a picture turned eight ways); `remove` forgets all of them.
    A search sees everything that was added, and nothing that was removed, before it began.
    """

    def __init__(self, path: Path | str | None = None, *, verify: bool = True, delta: int = DELTA) -> None:
        """Open the index in the folder `path`, or an empty one in memory.

        Raises SetupTrouble if a file is damaged or another process holds the folder. Without `verify`,
        only the sizes and headers of segments are checked, which takes milliseconds at any size.
        """
        self._writing = Lock()
        self._room = delta
        self._worker: Thread | None = None
        self._since: list[Ids] = []
        self._number = 0
        self._folder = None if path is None else Folder(Path(path))
        self.trouble = ""
        """Why the last merge in the background failed, or empty. Nothing is lost or wrong meanwhile."""
        if self._folder is None:
            self._state = State((), (Delta(delta, None),))
            return
        try:
            self._state = self._opened(self._folder, verify=verify)
        except BaseException:
            self._folder.close()
            raise

    def _opened(self, folder: Folder, *, verify: bool) -> State:
        """The state that the files tell of."""
        folder.sweep()
        segments = folder.segments(verify=verify)
        settled = self._number = folder.contents["number"]
        deltas: list[Delta] = []
        for name in folder.contents["journals"]:
            records = list(replay(folder.path / name))
            rows = sum(len(record.ids) for record in records if record.hashes is not None)
            deltas.append(Delta(max(rows, self._room), Journal(folder.path / name)))
            for record in records:
                self._number = max(self._number, record.number)
                if record.hashes is not None:
                    deltas[-1].add(record.hashes, record.ids)
                    continue
                for one in (*deltas, *(segments if record.number > settled else ())):
                    one.bury(record.ids)
        if not deltas:
            deltas.append(self._new_delta())
            folder.save(segments, journals(deltas), self._number)
        return State(tuple(segments), tuple(deltas))

    def __len__(self) -> int:
        """How many hashes there are; an id with eight views counts eight times."""
        return sum(len(part) for parts in self._state for part in parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait for a merge to end, see that the disk holds everything, and let go of the folder."""
        self.settle()
        if self._folder is None:
            return
        for delta in self._state.deltas:
            if delta.journal is not None:
                delta.journal.close()
        self._folder.close()
        self._folder = None

    def settle(self) -> None:
        """Wait until nothing is left to merge."""
        while (worker := self._worker) is not None:
            worker.join()

    def add(self, ids: Ids, hashes: NDArray[np.uint8]) -> None:
        """Add hashes, uint8[n, 32], under `ids`, uint64[n]; a search finds them as soon as this returns.

        Raises BadInput for other arrays, SafetyUnavailable if the disk is full: then nothing was added.
        """
        ids = checked(ids)
        new = shuffled(hashes)
        if len(ids) != len(new):
            raise BadInput("there must be one id for each hash")
        try:
            if len(ids) >= self._room:
                self._add_many(ids, new)
            elif len(ids):
                self._add_few(ids, new)
        except OSError as error:
            raise SafetyUnavailable(f"the index could not be written: {error.strerror}") from error

    def _add_many(self, ids: Ids, hashes: Words) -> None:
        """Make a segment of its own; others go on writing meanwhile."""
        made = self._segment(hashes, ids)
        with self._writing:
            self._publish(State((*self._state.segments, made), self._state.deltas))
            self._work()

    def _add_few(self, ids: Ids, hashes: Words) -> None:
        """Append to the newest delta, or to a fresh one if it is full."""
        with self._writing:
            if self._state.deltas[-1].free() < len(ids):
                self._publish(State(self._state.segments, (*self._state.deltas, self._new_delta())))
                self._work()
            self._write(ids, hashes)
            self._state.deltas[-1].add(hashes, ids)

    def remove(self, ids: Ids) -> None:
        """Forget every hash of `ids`, uint64[n]; unknown ids are passed over. No later search finds them."""
        ids = np.unique(checked(ids))
        if not len(ids):
            return
        with self._writing:
            try:
                self._write(ids, None)
            except OSError as error:
                raise SafetyUnavailable(f"the index could not be written: {error.strerror}") from error
            self._since.append(ids)
            for parts in self._state:
                for part in parts:
                    part.bury(ids)
            self._work()

    def search(self, hashes: NDArray[np.uint8], radius: int = NEAR) -> Found:
        """Every id with a hash at most `radius` (0 to 255) bits from one of `hashes`, uint8[m, 32].

        Returns query uint32[k], id uint64[k] and distance uint8[k], by query, distance and id. An id is
        returned once for each of its hashes that is near. Raises BadInput for other arrays.
        """
        queries = shuffled(hashes)
        how = plan(int(radius))
        size = ROOM
        while True:
            room = Room(np.empty(size, np.uint32), np.empty(size, np.uint64), np.empty(size, np.uint8))
            many = self._fill(queries, how, room)
            if many <= size:
                break
            size = many + many // 4
        query, whose, apart = room.query[:many], room.id[:many], room.apart[:many]
        if many > 1:
            order = np.lexsort((whose, apart, query))
            return query[order], whose[order], apart[order]
        return query, whose, apart

    def _fill(self, queries: Words, how: kernels.Plan, room: Room) -> int:
        """Search everything that is there now; how many findings there are, even beyond `room`."""
        state = self._state
        many = 0
        for one in state.segments:
            many = kernels.find(one.rows, one.tables, queries, how, room, many)
        for delta in state.deltas:
            if delta.used:
                many = kernels.scan(delta.rows(), queries, how.radius, room, many)
        return many

    def _write(self, ids: Ids, hashes: Words | None) -> None:
        """Put a change into the journal before it takes effect."""
        self._number += 1
        journal = self._state.deltas[-1].journal
        if journal is not None:
            journal.append(Record(self._number, ids, hashes))

    def _new_delta(self) -> Delta:
        """An empty delta, with a journal if there is a folder."""
        return Delta(self._room, Journal(self._folder.new("journal")) if self._folder else None)

    def _segment(self, hashes: Words, ids: Ids) -> Segment:
        """A segment of these hashes, in a file if there is a folder."""
        if self._folder is None:
            return segment.in_memory(hashes, ids)
        with self._writing:
            path = self._folder.new("pdq")
        return segment.write(path, hashes, ids)

    def _publish(self, state: State) -> None:
        """Let files and searches see a new state; files first, so that a crash between loses nothing."""
        if self._folder is not None:
            self._folder.save(state.segments, journals(state.deltas), self._number)
        gone = set(self._state.deltas) - set(state.deltas)
        self._state = state
        for delta in gone:
            if delta.journal is not None:
                delta.journal.close()

    def _work(self) -> None:
        """Start merging in the background if there is something to merge and nobody at it."""
        if self._worker is None and self._chosen():
            self.trouble = ""
            self._worker = Thread(target=self._merge_all, name="index-merge", daemon=True)
            self._worker.start()

    def _chosen(self) -> Sequence[Source]:
        """What to make one segment of next."""
        return self._state.deltas[:-1] or worth_merging(self._state.segments)

    def _merge_all(self) -> None:
        """Merge until nothing is left to merge, or until it fails."""
        while True:
            with self._writing:
                sources = self._chosen()
                if not sources:
                    self._worker = None
                    return
                self._since = []
            try:
                self._merge(sources)
            except OSError as error:
                self.trouble = f"a merge failed: {os.strerror(error.errno or 0)}"
                with self._writing:
                    self._worker = None
                return

    def _merge(self, sources: Sequence[Source]) -> None:
        """Make one segment of what lives in `sources`, and let it take their place."""
        parts = [one.living() for one in sources]
        ids = np.concatenate([part[1] for part in parts])
        made = self._segment(np.concatenate([part[0] for part in parts]), ids) if len(ids) else None
        with self._writing:
            if made is not None:
                for removed in self._since:
                    made.bury(removed)
            segments = tuple(one for one in self._state.segments if one not in sources)
            deltas = tuple(one for one in self._state.deltas if one not in sources)
            self._publish(State((*segments, made) if made is not None else segments, deltas))


def journals(deltas: Sequence[Delta]) -> list[Path]:
    """Where the changes are written that are in no segment yet."""
    return [delta.journal.path for delta in deltas if delta.journal is not None]

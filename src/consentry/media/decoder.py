"""Turns bytes of unknown origin into frames, in child processes that can do nothing else."""

from __future__ import annotations

import hashlib
import json
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from types import TracebackType
from typing import Final, Self

from consentry.core.content import Frame, Picture
from consentry.core.errors import BadInput, Overloaded, SafetyUnavailable, SetupTrouble, Trouble
from consentry.core.ports import Decoder
from consentry.media import reencode
from consentry.media.child import COMMAND, Child
from consentry.media.containers import video_kind
from consentry.media.limits import SAMPLED, TROUBLES, Limits, refusal
from consentry.media.normalise import as_trouble, frames, kind_of, opened, stills
from consentry.media.video import frames_of, shots

WORKERS: Final = 2
"""Children kept warm; each may take `Limits.memory_mib`."""

MAX_WAITING: Final = 16
"""Callers that may wait for a child; the next one is turned away at once."""

WAIT_SECONDS: Final = 20.0
"""Longest a caller waits for a child before it is turned away."""

ONE_PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
"""A GIF of one pixel (GIF89a), to see whether the decoder answers."""


class SandboxDecoder:
    """A few warm children behind one door. Safe to use from many threads; satisfies `Decoder`.

    A child that fails or takes too long is killed, and another starts in its place. When all
    are busy and too many callers wait, `decode` and `renew` bring a picture with the trouble
    `overloaded` and `clean` raises Overloaded.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        workers: int = WORKERS,
        max_waiting: int = MAX_WAITING,
        wait_seconds: float = WAIT_SECONDS,
        allow_unsandboxed: bool = False,
        command: Sequence[str] = COMMAND,
    ) -> None:
        """Start the children and wait for them. `command` starts one; tests bring a hostile one.

        Raises SetupTrouble if they cannot be shut in and `allow_unsandboxed` was not given.
        """
        self.limits = limits or Limits()
        self._command = (*command, json.dumps(asdict(self.limits)), "1" if allow_unsandboxed else "0")
        self._wait_seconds = wait_seconds
        self._places = threading.BoundedSemaphore(workers + max_waiting)
        self._idle: queue.LifoQueue[Child | None] = queue.LifoQueue()
        self._door = threading.Lock()
        self._closed = False
        children = [Child(self._command) for _ in range(workers)]
        for child in children:
            self._idle.put(child)
        try:
            self.sandboxed = all(child.wait_ready() for child in children)
        except (OSError, EOFError, ValueError):
            self.close()
            raise SetupTrouble(
                "The picture decoder did not start.",
                next_step="Run the worker by hand and read what it says.",
            ) from None
        except SetupTrouble:
            self.close()
            raise

    def decode(self, data: bytes) -> Picture:
        """The picture in `data`; without frames and with `trouble` if there is none. Never raises."""
        sha256, kind = _sha256(data), self._kind(data)
        try:
            with self._child_for(data) as child:
                shown, notes = child.decode(data, self.limits)
        except Trouble as trouble:
            return Picture(data, sha256, kind, trouble=trouble.code)
        return Picture(data, sha256, kind, shown, notes=notes)

    def clean(self, data: bytes) -> bytes:
        """`data` written anew without metadata or trailing bytes, in its own format.

        Raises BadInput with one of `TROUBLES` as its code; Overloaded; SafetyUnavailable once closed.
        """
        with self._child_for(data) as child:
            return child.clean(data, self.limits)

    def renew(self, data: bytes) -> Picture:
        """`data` written anew as by `clean`, with its frames. Never raises: troubles stay with `data`."""
        try:
            with self._child_for(data) as child:
                cleaned, shown, notes = child.renew(data, self.limits)
        except Trouble as trouble:
            return Picture(data, _sha256(data), self._kind(data), trouble=trouble.code)
        return Picture(cleaned, _sha256(cleaned), kind_of(cleaned), shown, notes=notes)

    def close(self) -> None:
        """End every idle child now and every busy one after its file. Idempotent."""
        with self._door:
            self._closed = True
            while not self._idle.empty():
                child = self._idle.get()
                if child is not None:
                    child.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _kind(self, data: bytes) -> str:
        return kind_of(data) or (video_kind(data) if self.limits.max_duration else "")

    @contextmanager
    def _child_for(self, data: bytes) -> Iterator[Child]:
        if len(data) > self.limits.max_bytes:
            raise refusal("too_large")
        if not self._kind(data):
            raise refusal("unsupported")
        if not self._places.acquire(blocking=False):
            raise Overloaded(TROUBLES["overloaded"])
        try:
            with self._lent() as child:
                yield child
        finally:
            self._places.release()

    @contextmanager
    def _lent(self) -> Iterator[Child]:
        child, sound = self._waited_for(), False
        try:
            if child is None or not child.alive:
                child = self._in_place_of(child)
            child.wait_ready()
            yield child
            sound = True
        except BadInput:
            sound = True  # the child is well; it was the picture
            raise
        except TimeoutError:
            raise refusal("timeout") from None
        except MemoryError:
            raise refusal("too_much_memory") from None
        except (OSError, EOFError, ValueError, SetupTrouble):
            raise refusal("crashed") from None
        finally:
            self._give_back(child, sound=sound)

    def _waited_for(self) -> Child | None:
        if self._closed:
            raise SafetyUnavailable(TROUBLES["closed"], code="closed")
        try:
            return self._idle.get(timeout=self._wait_seconds)
        except queue.Empty:
            raise Overloaded(TROUBLES["overloaded"]) from None

    def _in_place_of(self, child: Child | None) -> Child:
        if child is not None:
            child.kill()
        return Child(self._command)

    def _give_back(self, child: Child | None, *, sound: bool) -> None:
        """Put `child` back, or another that already warms up; None if none could be started now."""
        if not sound:
            try:
                child = self._in_place_of(child)
            except OSError:
                child = None
        with self._door:
            if not self._closed:
                self._idle.put(child)
            elif child is not None:
                child.kill()


class TwoDecoders:
    """One for pictures and one for videos, so that no picture waits for a video. Satisfies `Decoder`."""

    def __init__(self, pictures: Decoder, videos: Decoder) -> None:
        """Give videos to `videos` and everything else to `pictures`."""
        self._pictures, self._videos = pictures, videos

    def decode(self, data: bytes) -> Picture:
        """As `SandboxDecoder.decode`."""
        return (self._videos if video_kind(data) else self._pictures).decode(data)

    def clean(self, data: bytes) -> bytes:
        """As `SandboxDecoder.clean`; a video cannot be written anew."""
        return self._pictures.clean(data)

    def renew(self, data: bytes) -> Picture:
        """As `SandboxDecoder.renew`; a video comes back as it is, with the trouble `unsupported`."""
        return self._pictures.renew(data)


class LateDecoder:
    """A decoder that starts when the first picture comes: most commands never open one. Satisfies `Decoder`.

    If it cannot be started, that first call raises SetupTrouble.
    """

    def __init__(self, start: Callable[[], Decoder]) -> None:
        """Take from `start` what opens pictures, once."""
        self._start = start
        self._door = threading.Lock()
        self._started: Decoder | None = None

    def decode(self, data: bytes) -> Picture:
        """As `SandboxDecoder.decode`."""
        return self._ready().decode(data)

    def clean(self, data: bytes) -> bytes:
        """As `SandboxDecoder.clean`."""
        return self._ready().clean(data)

    def renew(self, data: bytes) -> Picture:
        """As `SandboxDecoder.renew`."""
        return self._ready().renew(data)

    def _ready(self) -> Decoder:
        with self._door:
            if self._started is None:
                self._started = self._start()
            return self._started


class PlainDecoder:
    """The same pixels without a sandbox, for tests and tools. It must never face the public."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Decode in this very process; time and memory are not limited."""
        self.limits = limits or Limits()

    def decode(self, data: bytes) -> Picture:
        """As `SandboxDecoder.decode`."""
        moves = bool(self.limits.max_duration) and bool(video_kind(data))
        sha256, kind = _sha256(data), video_kind(data) if moves else kind_of(data)
        shown: list[Frame] = []
        notes: set[str] = set()
        try:
            with as_trouble():
                if moves:
                    shown = [frame for shot in shots(data, self.limits) for frame in frames_of(shot)]
                    return Picture(data, sha256, kind, tuple(shown), notes=(SAMPLED,))
                for still in stills(opened(data, self.limits)):
                    shown.extend(frames(still))
                    notes |= still.notes
        except BadInput as trouble:
            return Picture(data, sha256, kind, trouble=trouble.code)
        return Picture(data, sha256, kind, tuple(shown), notes=tuple(sorted(notes)))

    def clean(self, data: bytes) -> bytes:
        """As `SandboxDecoder.clean`."""
        with as_trouble():
            return reencode.clean(data, self.limits)

    def renew(self, data: bytes) -> Picture:
        """As `SandboxDecoder.renew`."""
        try:
            return self.decode(self.clean(data))
        except BadInput as trouble:
            return Picture(data, _sha256(data), kind_of(data), trouble=trouble.code)

    def close(self) -> None:
        """Nothing is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

r"""A detector in a process of its own, which the operator chooses and licenses.

It stays outside our process, so that its licence, its crashes and its memory stay its own. We
start it, write to its standard input and read from its standard output, one frame at a time:

    to it    {"v": 1, "id": 7, "width": 640, "height": 480}\n  and 640 * 480 * 3 bytes of RGB
    from it  {"id": 7, "version": "acme 2.1", "scores": {"exposure.explicit": 0.02, …}}\n

Whatever else it does (stays silent, dies, answers another question, sends what is no number)
counts as "could not look"; it is then ended and started afresh for the next picture. Its
standard error is thrown away, because it could hold anything.
"""

from __future__ import annotations

import fcntl
import json
import os
import selectors
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from threading import Lock

from consentry.core.content import Frame
from consentry.core.finding import Finding, Seen, Unavailable, score_of

MAX_ANSWER = 65_536
"""Longest answer line in bytes; five scores need a few hundred."""

MAX_VERSION = 80
"""Longest version text that is kept, in characters."""

CHUNK = 1 << 20
"""Bytes written or read at a time: what the widest Linux pipe holds without privileges (pipe(7)). A
narrow pipe is filled and emptied dozens of times for one frame, and every time waits its turn."""

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
"""What a detector gets of our environment; our own secrets are in the rest of it."""


class ProcessTrouble(Exception):
    """The process did not answer as agreed. The message is one of a few fixed causes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the process said about one frame."""

    version: str
    """What it calls itself."""
    scores: Mapping[str, float]
    """A number from 0 to 1 for every measure it was asked about."""


class ProcessDetector:
    """Asks one process about frames. Safe to share between threads; they take turns."""

    def __init__(
        self,
        command: Sequence[str],
        measures: frozenset[str],
        timeout: float = 10.0,
        start: float = 60.0,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Use `command` for `measures`.

        A picture may take `timeout` seconds, waiting included; the first one after a start may
        take `start` seconds, because weights have to be read. `env` is added to PASSED_ON.
        """
        self.measures = measures
        self._command = tuple(command)
        self._timeout = timeout
        self._start = start
        self._started_until = 0.0
        self._env = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | dict(env or {})
        self._lock = Lock()
        self._numbers = count(1)
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def detect(self, frames: Sequence[Frame]) -> Sequence[Finding]:
        """The highest score over all `frames` for each measure; all Unavailable after any trouble."""
        try:
            answers = self._ask_all(frames)
        except ProcessTrouble as trouble:
            return [Unavailable(measure, str(trouble)) for measure in sorted(self.measures)]
        return [_highest(measure, answers) for measure in sorted(self.measures)]

    def close(self) -> None:
        """End the process, if it runs, and for good; a question that it has not answered stays unanswered."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()  # whoever waits for its answer sees the end of it at once, and lets go of the lock
        with self._lock:
            self._end()

    def _ask_all(self, frames: Sequence[Frame]) -> list[Answer]:
        until = time.monotonic() + self._timeout
        if not self._lock.acquire(timeout=self._timeout):
            raise ProcessTrouble("detector busy")
        try:
            return [self._ask(frame, until) for frame in frames]
        except ProcessTrouble:
            self._end()
            raise
        except OSError:
            self._end()
            raise ProcessTrouble("detector gone") from None
        finally:
            self._lock.release()

    def _ask(self, frame: Frame, until: float) -> Answer:
        child = self._running()
        until = max(until, self._started_until)
        number = next(self._numbers)
        header = {"v": 1, "id": number, "width": frame.width, "height": frame.height}
        _write(child, json.dumps(header).encode() + b"\n" + frame.rgb, until)
        answer = _parse(_read_line(child, until), number, self.measures)
        self._started_until = 0.0
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        if self._closed:
            raise ProcessTrouble("detector closed")
        self._child = subprocess.Popen(  # noqa: S603 - the operator's own command, without a shell
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=self._env,
        )
        for pipe in _pipes(self._child):
            os.set_blocking(pipe, False)
            with suppress(OSError):  # a narrower pipe works as well, only slower
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, CHUNK)
        self._started_until = time.monotonic() + self._start
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()


def _pipes(child: subprocess.Popen[bytes]) -> tuple[int, int]:
    if child.stdin is None or child.stdout is None:
        raise ProcessTrouble("detector gone")
    return child.stdin.fileno(), child.stdout.fileno()


def _write(child: subprocess.Popen[bytes], data: bytes, until: float) -> None:
    pipe, _ = _pipes(child)
    rest = memoryview(data)
    for _ready in _until_ready(pipe, selectors.EVENT_WRITE, until):
        rest = rest[os.write(pipe, rest[:CHUNK]) :]
        if not rest:
            return


def _read_line(child: subprocess.Popen[bytes], until: float) -> bytes:
    _, pipe = _pipes(child)
    line = b""
    for _ready in _until_ready(pipe, selectors.EVENT_READ, until):
        chunk = os.read(pipe, CHUNK)
        line += chunk
        if not chunk:
            raise ProcessTrouble("detector gone")
        if len(line) > MAX_ANSWER:
            raise ProcessTrouble("answer too long")
        if b"\n" in line:
            return line
    raise ProcessTrouble("timeout")


def _until_ready(pipe: int, event: int, until: float) -> Iterator[None]:
    """Yield whenever `pipe` is ready. Raises ProcessTrouble when the time is up."""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        while selector.select(max(0.0, until - time.monotonic())):
            yield
    raise ProcessTrouble("timeout")


def _parse(line: bytes, number: int, measures: frozenset[str]) -> Answer:
    """One answer. Bytes after the line mean that question and answer no longer go together."""
    first, _, rest = line.partition(b"\n")
    try:
        found = json.loads(first)
        if rest or found["id"] != number:
            raise ProcessTrouble("answer to another question")
        scores = {measure: score_of(found["scores"][measure]) for measure in measures}
        return Answer(str(found.get("version", ""))[:MAX_VERSION], scores)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ProcessTrouble("unusable answer") from None


def _highest(measure: str, answers: Sequence[Answer]) -> Finding:
    if not answers:
        return Unavailable(measure, "no frame")
    best = max(answers, key=lambda answer: answer.scores[measure])
    return Seen(measure, best.scores[measure], f"highest of {len(answers)} frame(s)", best.version)

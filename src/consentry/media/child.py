"""One child process as its parent sees it: something to ask, to doubt, and to kill.

Nothing a child says is believed: a picture may have taken it over. Every length is
checked before a byte is read for it, and every wait ends at a deadline.
"""

from __future__ import annotations

import fcntl
import os
import select
import subprocess
import sys
import time
from collections.abc import Container, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from consentry.core.content import Frame
from consentry.core.errors import SetupTrouble
from consentry.media.limits import NOTES, TROUBLES, Limits, refusal
from consentry.media.worker import HEADER, SIZE

START_SECONDS: Final = 30.0
"""Longest a child may take to warm up; it takes 0.3 s on an idle machine."""

_PIPE_BYTES: Final = 1 << 20
"""Size of the pipes: the most Linux grants without privileges (pipe(7), pipe-max-size)."""

_MAX_WORDS: Final = 100
"""Longest answer in bytes that is only words."""

_STARTS: Final = frozenset({"sandboxed", "unsandboxed"})
"""What a child says of itself when it is ready."""

_BYTES_A_PIXEL: Final = 4
"""Most bytes an answer may have for each pixel: red, green, blue and transparency."""

_OVERHEAD: Final = 1 << 20
"""Most bytes an answer may have besides its pixels: headers and chunk marks."""

_ROOT: Final = Path(__file__).resolve().parents[2]
_BOOT: Final = (
    f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from consentry.media.worker import main; main()"
)

COMMAND: Final = (sys.executable, "-I", "-B", "-c", _BOOT)
"""How to start the package's own worker: isolated from the environment and the working directory."""

_ENVIRONMENT: Final = ("LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")
"""What a child inherits. Not the rest: an operator's secrets are in it."""


_ALONE: Final = {"OPENBLAS_NUM_THREADS": "1"}
"""NumPy would reserve memory for a thread on every processor, and none can be started later."""


class Child:
    """A worker process.

    Every method may raise TimeoutError at its deadline, OSError or EOFError if the process is
    gone, and ValueError if it answers nonsense. After any of these only `kill` makes sense.
    """

    def __init__(self, command: Sequence[str]) -> None:
        """Start it; it warms up while the caller does something else."""
        self._process = subprocess.Popen(  # noqa: S603 - the command is ours, never a caller's input
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | _ALONE,
            bufsize=0,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("a child without pipes")
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._started = time.monotonic()
        self._shut_in: bool | None = None
        for pipe in (self._stdin, self._stdout):
            with suppress(OSError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        os.set_blocking(self._stdin.fileno(), False)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def wait_ready(self) -> bool:
        """Wait until it has warmed up; whether it is shut in. Raises SetupTrouble if it refuses to start."""
        if self._shut_in is not None:
            return self._shut_in
        deadline = self._started + START_SECONDS
        letter, length = self._heading(b"RX", deadline)
        words = self._words(length, _STARTS, deadline)
        if letter == b"X":
            raise SetupTrouble(
                "Pictures cannot be decoded safely here: there is no seccomp filter.",
                next_step="Install libseccomp (Linux) and let the container use seccomp, or accept the risk "
                "and set allow_unsandboxed.",
            )
        self._shut_in = words == ("sandboxed",)
        return self._shut_in

    def decode(self, data: bytes, limits: Limits) -> tuple[tuple[Frame, ...], tuple[str, ...]]:
        """The frames and the notes. Raises BadInput if the child says why there are none."""
        return self._frames(self._ask(b"D", data, limits), limits)

    def clean(self, data: bytes, limits: Limits) -> bytes:
        """The file written anew. Raises BadInput if the child says why it cannot be."""
        return self._file(self._ask(b"C", data, limits), limits)

    def renew(self, data: bytes, limits: Limits) -> tuple[bytes, tuple[Frame, ...], tuple[str, ...]]:
        """The file written anew, and the frames and the notes of that. Raises BadInput likewise."""
        deadline = self._ask(b"N", data, limits)
        cleaned = self._file(deadline, limits)
        return cleaned, *self._frames(deadline, limits)

    def _frames(self, deadline: float, limits: Limits) -> tuple[tuple[Frame, ...], tuple[str, ...]]:
        shown: list[Frame] = []
        left = limits.max_total_pixels
        while len(shown) <= 2 * limits.max_frames:
            letter, length = self._heading(b"FE", deadline)
            if letter == b"E":
                return tuple(shown), self._words(length, NOTES, deadline)
            shown.append(self._frame(length, left, deadline))
            left -= shown[-1].width * shown[-1].height
        raise ValueError("more frames than there can be")

    def _file(self, deadline: float, limits: Limits) -> bytes:
        _, length = self._heading(b"B", deadline)
        if length > limits.max_total_pixels * _BYTES_A_PIXEL + _OVERHEAD:
            raise ValueError("a longer file than there can be")
        return self._read(length, deadline)

    def _ask(self, order: bytes, data: bytes, limits: Limits) -> float:
        """Hand over an order and its file; the deadline for all of it."""
        deadline = time.monotonic() + limits.seconds
        for part in (HEADER.pack(order, len(data)), data):
            rest = memoryview(part)
            while rest:
                _wait(self._stdin.fileno(), select.POLLOUT, deadline)
                rest = rest[os.write(self._stdin.fileno(), rest) :]
        return deadline

    def _heading(self, expected: bytes, deadline: float) -> tuple[bytes, int]:
        letter, length = HEADER.unpack(self._read(HEADER.size, deadline))
        if letter == b"T":
            raise refusal(*self._words(length, TROUBLES, deadline))
        if letter not in expected:
            raise ValueError("an answer to another question")
        return letter, length

    def _words(self, length: int, known: Container[str], deadline: float) -> tuple[str, ...]:
        if length > _MAX_WORDS:
            raise ValueError("more words than there can be")
        found = tuple(self._read(length, deadline).decode("ascii").split())
        if not all(word in known for word in found):
            raise ValueError("a word that is on no list")
        return found

    def _frame(self, length: int, most_pixels: int, deadline: float) -> Frame:
        width, height, number, at = SIZE.unpack(self._read(SIZE.size, deadline))
        if not 0 < width * height <= most_pixels or length != SIZE.size + width * height * 3:
            raise ValueError("a frame of another size than it says")
        return Frame(width, height, self._read(width * height * 3, deadline), number, at)

    def _read(self, count: int, deadline: float) -> bytes:
        parts: list[bytes] = []
        while count:
            _wait(self._stdout.fileno(), select.POLLIN, deadline)
            part = os.read(self._stdout.fileno(), min(count, _PIPE_BYTES))
            if not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def kill(self) -> None:
        """End it at once and let go of everything it held. Idempotent."""
        self._process.kill()
        self._process.wait()
        self._stdin.close()
        self._stdout.close()


def _wait(descriptor: int, event: int, deadline: float) -> None:
    left = deadline - time.monotonic()
    poll = select.poll()
    poll.register(descriptor, event)
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError

"""A worker that does not decode but misbehaves, in the same sandbox: what a taken-over child could do.

Started by the tests as `python -I hostile_worker.py <source root> <deed> <limits> <flag>`.
"""

import sys

sys.path.insert(0, sys.argv[1])

import ctypes
import mmap
import os
import platform
import signal
import socket
from contextlib import suppress
from pathlib import Path

from consentry.media import worker
from consentry.media.worker import SIZE

# Numbers of system calls that Python has no name for: asm/unistd.h.
CLONE, BPF, KEYCTL = (56, 321, 250) if platform.machine() == "x86_64" else (220, 280, 219)


def escape(attempt):
    """Report `denied` as trouble `unsupported`, and anything that worked as one red pixel."""
    try:
        attempt()
    except (OSError, MemoryError):
        return [(b"T", b"unsupported")]
    return [(b"F", SIZE.pack(1, 1, 0, 0), b"\xff\0\0"), (b"E", b"")]


def loop():
    while True:
        pass


def fill_memory():
    held = []
    while True:
        held.append(bytearray(64 << 20))


def thread_by_hand():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(CLONE, 0x11, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "clone")


ESCAPES = {
    "open": lambda: os.open("/etc/hostname", os.O_RDONLY),
    "create": lambda: os.open("/dev/shm/left-behind", os.O_WRONLY | os.O_CREAT, 0o600),
    "list": lambda: list(Path("/").iterdir()),
    "stat": lambda: Path("/etc/hostname").stat(),
    "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "pair": socket.socketpair,
    "fork": os.fork,
    "clone": thread_by_hand,
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "kill": lambda: os.kill(1, signal.SIGCONT),
    "memory": fill_memory,
}

DEATHS = {
    "bpf": lambda: ctypes.CDLL(None).syscall(BPF, 0, 0, 0),
    "keyring": lambda: ctypes.CDLL(None).syscall(KEYCTL, 0, 0, 0, 0, 0),
    "errors": lambda: os.write(2, b"x"),
    "read": lambda: os.read(7, 1),
    "code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "exit": lambda: os._exit(0),
}

LIES = {
    "longer": [(b"F", SIZE.pack(2, 2, 0, 0), bytes(3))],
    "shorter": [(b"F", SIZE.pack(1, 1, 0, 0), bytes(12))],
    "vast": [(b"F", SIZE.pack(2**31, 2**31, 0, 0))],
    "empty": [(b"F", SIZE.pack(0, 0, 0, 0))],
    "letter": [(b"Z", b"")],
    "word": [(b"T", b"<b>all_is_well</b>")],
    "note": [(b"F", SIZE.pack(1, 1, 0, 0), bytes(3)), (b"E", b"trust_me")],
    "endless": [(b"F", SIZE.pack(1, 1, 0, 0), bytes(3))] * 5000,
    "silent": [],
}


def act(order, data, limits):
    deed = sys.argv[2]
    if deed in ESCAPES:
        yield from escape(ESCAPES[deed])
    elif deed in DEATHS:
        # Only the end of the process counts: a mere error must not look like one.
        with suppress(Exception):
            DEATHS[deed]()
        yield b"F", SIZE.pack(1, 1, 0, 0), b"\xff\0\0"
        yield b"E", b""
    elif deed in LIES:
        yield from LIES[deed]
    elif data.startswith(b"GIF"):
        # The deed `loop` is done to GIFs only, so that the same child can be seen to recover.
        loop()
    else:
        yield from worker.act(order, data, limits)


worker.main(act)

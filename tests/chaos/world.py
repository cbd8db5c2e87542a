"""The world outside: it outlives every worker, as a platform does, and counts what really reached it."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Outside:
    """A worker's line to the world."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._file = socket.create_connection(address).makefile("rw", encoding="utf-8", newline="\n")

    def order(self, key: str) -> None:
        """Tell the world to do something under `key`; returns once it has heard."""
        self._ask("order", key)

    def happened(self, key: str) -> bool:
        """Whether the world was ever told to do what `key` stands for."""
        return self._ask("seen", key) == "yes"

    def begins(self, key: str) -> None:
        """Say that work begins on the job with `key`."""
        self._ask("begin", key)

    def _ask(self, verb: str, key: str) -> str:
        self._file.write(f"{verb} {key}\n")
        self._file.flush()
        return self._file.readline().strip()


class World(socketserver.ThreadingTCPServer):
    """Hears orders and counts them by key. Bound at once; it answers inside `listening`."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.orders: Counter[str] = Counter()
        self.begun: set[str] = set()
        self.signs = 0
        self._lock = threading.Lock()

    def answer(self, line: str) -> str:
        """What is said to one line of a worker."""
        verb, _, key = line.partition(" ")
        with self._lock:
            if verb == "seen":
                return "yes" if key in self.orders else "no"
            if verb == "begin":
                self.begun.add(key)
                self.signs += 1
            else:
                self.orders[key] += 1
        return "ok"

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Answer while the block runs."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            thread.join()


class _Answering(socketserver.StreamRequestHandler):
    server: World

    def handle(self) -> None:
        try:
            for line in self.rfile:
                if not line.endswith(b"\n"):
                    return  # somebody was killed in the middle of a word
                self.wfile.write(f"{self.server.answer(line.decode().strip())}\n".encode())
        except OSError:
            return

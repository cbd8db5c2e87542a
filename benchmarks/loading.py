"""A plain HTTP client for measuring servers: whole requests as bytes, so that it costs little itself."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

CLIENTS = 4
"""Requests on their way at the same time."""

Connection = list[socket.socket | None]
"""A place for one open connection."""


@dataclass
class Load:
    """How a server did."""

    rate: float
    """Replies a second."""
    seconds: float
    """How long it was asked."""
    p50_ms: float
    p99_ms: float
    cpu_ms: float = 0.0
    """CPU time of the server for one reply."""


def ask(port: int, request: bytes, held: Connection) -> tuple[int, bytes]:
    """Send a request on the connection in `held`, or on a new one; status and body."""
    if held[0] is not None:
        try:
            return _ask(held[0], request, held)
        except ConnectionError:
            _drop(held)  # the server had closed it meanwhile
    held[0] = socket.create_connection(("127.0.0.1", port))
    held[0].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _ask(held[0], request, held)


def _ask(connection: socket.socket, request: bytes, held: Connection) -> tuple[int, bytes]:
    connection.sendall(request)
    found = b""
    while b"\r\n\r\n" not in found:
        found += _received(connection)
    head, _, body = found.partition(b"\r\n\r\n")
    head = head.lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += _received(connection)
    if b"connection: close" in head:
        _drop(held)
    return int(head[9:12]), body


def _received(connection: socket.socket) -> bytes:
    part = connection.recv(1 << 16)
    if not part:
        raise ConnectionError
    return part


def _drop(held: Connection) -> None:
    if held[0] is not None:
        held[0].close()
    held[0] = None


def load(port: int, requests: Sequence[bytes], seconds: float, clients: int = CLIENTS) -> Load:
    """Ask for a while, several clients at a time. Any reply but 200 ends the measurement."""
    end = time.perf_counter() + seconds
    took: list[float] = []
    wrong: list[bytes] = []

    def work(first: int) -> None:
        held: Connection = [None]
        place = first
        while time.perf_counter() < end and not wrong:
            begun = time.perf_counter()
            status, body = ask(port, requests[place % len(requests)], held)
            took.append(time.perf_counter() - begun)
            if status != 200:
                wrong.append(body)
            place += clients
        _drop(held)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - begun
    if wrong or not took:
        raise SystemExit(f"a request failed: {wrong[:1]!r}")
    took.sort()
    return Load(len(took) / spent, spent, took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3)

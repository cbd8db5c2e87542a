"""A real HTTP server in a thread that answers as it is told: fast, slowly, wrongly, or not at all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Reply:
    """What to answer. `drip` seconds pass before each further byte of the body."""

    status: int = 200
    body: bytes = b"{}"
    delay: float = 0.0
    drip: float = 0.0


@dataclass
class Service:
    """The server, what it was asked, and what it answers."""

    answer: Callable[[str, bytes], Reply]
    url: str = ""
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


def as_json(found: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(found).encode())


@contextmanager
def service(answer: Callable[[str, bytes], Reply]) -> Iterator[Service]:
    """A server on a free local port that answers with `answer(path, body)`."""
    running = Service(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            running.asked.append((self.path, headers, body))
            reply = running.answer(self.path, body)
            time.sleep(reply.delay)
            try:
                self._send(reply)
            except OSError:
                self.close_connection = True

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if not reply.drip:
                self.wfile.write(reply.body)
                return
            for at in range(len(reply.body)):
                self.wfile.write(reply.body[at : at + 1])
                self.wfile.flush()
                time.sleep(reply.drip)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

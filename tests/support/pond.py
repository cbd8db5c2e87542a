"""A Mastodon written from its documentation: media files, reports, and notices; it can fail on demand."""

from __future__ import annotations

import contextlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

SECRET = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "moderator-of-the-pond"
FIRST = "media_attachments/files/112/000/000/original"


@dataclass
class Pond:
    """The running server, and what it was asked."""

    url: str
    root: Path
    faults: list[int] = field(default_factory=list)
    reports: list[dict] = field(default_factory=list)
    notices: list[tuple[str, dict]] = field(default_factory=list)
    number: int = 0

    def publish(self, data: bytes) -> str:
        """Store a media file as Mastodon does; returns its path."""
        self.number += 1
        path = f"{FIRST}/{self.number:016x}.png"
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        return path

    def event(self, *paths: str, event: str = "status.created", edited: str | None = None, post: str = "7"):
        """What the webhook says of a new post, in the shape of the documentation."""
        attachments = [
            {
                "id": str(number),
                "type": "image",
                "url": f"{self.url}/system/{path}",
                "preview_url": None,
                "remote_url": None,
                "description": None,
                "blurhash": None,
            }
            for number, path in enumerate(paths, 1)
        ]
        status = {
            "id": post,
            "created_at": "2026-11-22T12:00:00.000Z",
            "edited_at": edited,
            "visibility": "public",
            "content": "<p>A calm pond</p>",
            "account": {"id": "42", "username": "ada", "acct": "ada"},
            "media_attachments": attachments,
        }
        told = {"event": event, "created_at": "2026-11-22T12:00:00.000Z", "object": status}
        return json.dumps(told).encode()


def signature(body: bytes, secret: str = SECRET) -> str:
    """What stands in `X-Hub-Signature`."""
    return "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()


@contextlib.contextmanager
def pond(root: Path) -> Iterator[Pond]:
    """The server, running until the block ends, with its media in `root`."""

    class Mastodon(BaseHTTPRequestHandler):
        def do_GET(self):
            file = root / self.path.removeprefix("/system/")
            there = self.path.startswith("/system/") and file.is_file()
            self.answer(200 if there else 404, file.read_bytes() if there else b"")

        def do_POST(self):
            fields = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            if found.faults:
                return self.answer(500)
            if self.headers["authorization"] != f"Bearer {TOKEN}":
                return self.answer(401)
            if self.path == "/api/v1/reports":
                found.reports.append(fields)
                return self.answer(200, b'{"id": "1"}')
            account = self.path.removeprefix("/api/v1/admin/accounts/").removesuffix("/action")
            if not account.isdigit():
                return self.answer(404)
            found.notices.append((account, fields))
            return self.answer(200, b"{}")

        def answer(self, status: int, data: bytes = b"") -> None:
            if found.faults:
                status, data = found.faults.pop(0), b""
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Mastodon)
    server.daemon_threads = True
    found = Pond(f"http://127.0.0.1:{server.server_port}", root)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()

"""A whole server on a free port of this machine, over SQLite, with the drawing generator."""

from __future__ import annotations

import contextlib
import io
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx2
import openai
from PIL import Image

from consentry import wiring
from consentry.cli.serve import serving
from consentry.config import load
from consentry.core.ports import Generator

DETECTOR = f"process:{sys.executable} -m consentry.signals.drawn_detector"


@dataclass
class Running:
    """A server that is up, and what a test needs to talk to it."""

    url: str
    system: wiring.System
    clients: list[openai.OpenAI] = field(default_factory=list)

    def key(self, scopes: str = "gate", tier: str = "") -> str:
        """A fresh key."""
        _, shown = self.system.access.make("test", frozenset(scopes.split(",")), tier, timedelta(days=1))
        return shown

    def client(self, tier: str = "") -> openai.OpenAI:
        """The official client, unmodified."""
        self.clients.append(openai.OpenAI(base_url=f"{self.url}/v1", api_key=self.key("gate", tier)))
        return self.clients[-1]

    def http(self, scopes: str = "") -> httpx2.Client:
        """A plain HTTP client, with a key if `scopes` are given."""
        headers = {"authorization": f"Bearer {self.key(scopes)}"} if scopes else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=30)

    def post_picture(self, data: bytes, item: str) -> httpx2.Response:
        """What a platform does: screen a picture and, only if it may be shown, publish it."""
        with self.http("screen") as http:
            reply = http.post("/v1/screen", params={"platform": "site", "item": item}, content=data)
            if reply.status_code == 200:
                http.put(f"/site/posts/{item}", content=data).raise_for_status()
        return reply

    def address(self, item: str) -> str:
        """The public address of a picture on the site."""
        return f"{self.url}/site/media/{item}"


@contextlib.contextmanager
def running(directory: Path, generator: Generator | None = None, **settings: object) -> Iterator[Running]:
    """A server over `directory` while the block runs."""
    flags = {
        "data": str(directory / "data"),
        "port": free_port(),
        "upstream": "drawing:",
        "exposure": DETECTOR,
        "places": "gb,eu,us",
        "site": True,
        **settings,
    }
    system = wiring.build(load(None, {}, flags), generator)
    with serving(system) as url:
        server = Running(url, system)
        try:
            yield server
        finally:
            for client in server.clients:
                client.close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def png(image: Image.Image) -> bytes:
    """`image` as PNG bytes."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """The picture in `data`, loaded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image

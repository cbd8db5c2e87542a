"""A platform beside the tests: the example of `examples/platform`, run as its operator would run it."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

SECRET = "whsec_" + "aGFyYm91ciBoYXJib3VyIGhhcmJvdXIh"
TOKEN = "moderators-of-the-harbour"
APP = Path(__file__).parents[2] / "examples" / "platform" / "app.py"


@dataclass
class Harbour:
    """The running example."""

    url: str
    database: Path
    process: subprocess.Popen[bytes]
    numbers: count

    def publish(self, data: bytes, item: str = "") -> str:
        """Put a picture there, as the site's own members would."""
        item = item or f"pier-{next(self.numbers)}"
        self.run("INSERT OR REPLACE INTO media (name, data) VALUES (?, ?)", item, data)
        return item

    def run(self, statement: str, *values: object) -> list[tuple]:
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def hidden(self) -> set[str]:
        return {name for (name,) in self.run("SELECT name FROM media WHERE hidden")}

    def stop(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()

    def start(self) -> None:
        """Start it, over what it kept."""
        self.process = _process(self.url, self.database)


@contextlib.contextmanager
def harbour(folder: Path) -> Iterator[Harbour]:
    """The example, running until the block ends, with its database in `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    database = folder / "harbour.db"
    running = Harbour(url, database, _process(url, database), count(1))
    try:
        yield running
    finally:
        running.stop()


def _process(url: str, database: Path) -> subprocess.Popen[bytes]:
    port = url.rpartition(":")[2]
    environment = {**os.environ, "PLATFORM_SECRET": SECRET, "PLATFORM_TOKEN": TOKEN}
    process = subprocess.Popen(
        [sys.executable, str(APP), port, str(database)], env=environment, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), 1):
            return process
        time.sleep(0.02)
    process.kill()
    raise TimeoutError

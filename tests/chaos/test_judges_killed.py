"""Whatever judges are killed or stopped, and whenever: no image leaves that somebody could not look at."""

import base64
import hashlib
import io
import json
import os
import random
import re
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from consentry.core.ports import Made
from consentry.media.drawing import figure
from support.running import png, running

SIZE = (240, 320)
PICTURE = re.compile(rb"[A-Za-z0-9+/]{300,}")
"""Base64 as long as no identifier and no sentence of ours is."""

LONGEST = 2.0
"""Most seconds from one kill to the next."""


def children():
    """Every child of this process, with the words it was started with."""
    found = {}
    for path in Path("/proc/self/task").glob("*/children"):
        for pid in map(int, path.read_text().split()):
            with suppress(OSError):
                found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes()
    return found


@dataclass
class Killer:
    """Kills detectors and decoders at random, and stops detectors, which then keep silent."""

    spared: frozenset[int]
    random: random.Random
    over: threading.Event = field(default_factory=threading.Event)
    killed: int = 0
    stopped: int = 0

    def run(self):
        while not self.over.wait(self.random.uniform(0, LONGEST)):
            mine = {pid: words for pid, words in children().items() if pid not in self.spared}
            if mine:
                self.strike(*self.random.choice(sorted(mine.items())))

    def strike(self, pid, words):
        with suppress(ProcessLookupError):
            if b"drawn_detector" in words and self.random.random() < 0.3:
                os.kill(pid, signal.SIGSTOP)
                self.stopped += 1
            elif b"drawn_detector" in words or b"media.worker" in words:
                os.kill(pid, signal.SIGKILL)
                self.killed += 1


@dataclass
class Painter:
    """Draws a figure in bands for every other request, and remembers what it drew."""

    made: list[bytes] = field(default_factory=list)

    async def make(self, _request, *_permit):
        number = len(self.made)
        drawn = figure(number, SIZE, cover="bands" if number % 2 else "full", background=number)
        self.made.append(png(drawn))
        return [Made(self.made[-1])]


def _check(reply, server, counted):
    """One reply: a released image was looked at by everybody, and anything else holds no picture."""
    if reply.status_code != 200:
        counted["stopped"] += 1
        assert not PICTURE.search(reply.content)
        return
    counted["released"] += 1
    found = reply.json()
    record = json.loads(server.system.store.line(found["consentry"]["log_index"]).record)
    data = base64.b64decode(found["data"][0]["b64_json"])
    assert record["outcome"] in {"allow", "label"}
    assert record["context"]["left"] == hashlib.sha256(data).hexdigest()
    assert not [name for name, finding in record["findings"].items() if "unavailable" in finding]
    assert record["findings"]["exposure.minimal"]["score"] < 0.5


def _under_fire(tmp_path, requests, seed):
    before, counted = frozenset(children()), {"released": 0, "stopped": 0}
    painter = Painter()
    with running(tmp_path, painter, patience=1.0, site=False) as server:
        killer = Killer(before, random.Random(seed))
        photo = png(figure(0, SIZE))
        thread = threading.Thread(target=killer.run)
        thread.start()
        try:
            with server.http("gate") as http:
                for number in range(requests):
                    files = [("image", ("a.png", io.BytesIO(photo), "image/png"))]
                    asked = {"prompt": f"put a lighthouse in the background, {number}"}
                    _check(http.post("/v1/images/edits", data=asked, files=files), server, counted)
        finally:
            killer.over.set()
            thread.join()
        calm = time.monotonic() + 60
        while time.monotonic() < calm and not counted.get("after"):
            reply = server.client().images.with_raw_response.generate(prompt="a harbour")
            counted["after"] = reply.http_response.status_code == 200
    print(f"{requests} requests, {killer.killed} killed, {killer.stopped} stopped: {counted}")
    return killer, counted


def test_no_image_leaves_while_judges_are_killed(tmp_path):
    killer, counted = _under_fire(tmp_path, 24, seed=5)
    assert killer.killed
    assert counted["stopped"]


@pytest.mark.deep
def test_no_image_leaves_while_judges_are_killed_for_long(tmp_path):
    killer, counted = _under_fire(tmp_path, 400, seed=time.time_ns())
    assert killer.killed > 100
    assert counted["released"]

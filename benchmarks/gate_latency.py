"""What the gate adds to a request: client, gate and a generator of known delay, on one machine.

    python benchmarks/gate_latency.py [ROUNDS]

The generator is a process of its own on the loopback that waits a fixed time and then sends one
1024 x 1024 picture; the client is the official one; the gate is `consentry serve` over SQLite with
the detector for drawn figures. Added is what a request takes through the gate, less the median of
what the same request takes at the generator itself. Everything shares the machine's processors.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile  # noqa: TID251 - a database of drawings, gone at the end
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import numpy as np
import openai
from PIL import Image
from plots import bars

from consentry.media.drawing import figure

DELAY = 0.5
"""Seconds the generator takes: half of what the fastest known one does."""

SIDE = 1024
GRAIN = 2.0
"""Standard deviation of the noise in every picture: without it a drawing compresses like no photograph."""

PLACES = os.environ.get("CONSENTRY_PLACES", "gb")
"""Whose law applies. Where it wants a visible label (`eu`), every image is packed anew for it, which
costs about a tenth of a second for a PNG of this size."""

ROUNDS = 30
WARM = 3
"""Requests of each kind that are made first and counted nowhere."""

DETECTOR = f"process:{sys.executable} -m consentry.signals.drawn_detector"
HARMLESS = "put a lighthouse in the background"
REFUSED = "put her in underwear"


def grainy(image: Image.Image, kind: str) -> bytes:
    """`image` with grain, encoded."""
    grain = np.random.default_rng(1).normal(0, GRAIN, (SIDE, SIDE, 3))
    pixels = np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **({"quality": 90} if kind == "JPEG" else {}))
    return out.getvalue()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> None:
    """Read whole requests and answer each after DELAY, until the caller goes."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    try:
        while heading := (await reader.readuntil(b"\r\n\r\n")).lower():
            length = int(heading.split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            await asyncio.sleep(DELAY)
            writer.write(head.encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def generator(port: int) -> None:
    """Serve one picture for ever."""
    picture = base64.b64encode(grainy(figure(3, (SIDE, SIDE), hat=True), "PNG")).decode()
    body = json.dumps({"created": 0, "data": [{"b64_json": picture}]}).encode()
    server = await asyncio.start_server(lambda r, w: _answer(r, w, body), "127.0.0.1", port, limit=1 << 26)
    await server.serve_forever()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            raise SystemExit("a server ended by itself")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("a server did not start")


@contextmanager
def process(command: Sequence[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process of its own, listening, while the block runs."""
    started = subprocess.Popen(command)
    try:
        _until_open(port, started)
        yield started
    finally:
        started.terminate()
        started.wait()


@contextmanager
def gate(folder: Path, upstream: int, /, **settings: object) -> Iterator[tuple[int, str, str]]:
    """A gate before the generator on port `upstream`: its process, its address and a key."""
    port = free_port()
    run = (sys.executable, "-m", "consentry")
    data = ("--data", str(folder / "data"))
    made = subprocess.run(
        [*run, "key", "create", "--scopes", "gate", *data],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    key = next(word for word in made.stdout.split() if word.startswith("cty_"))
    flags = {"port": port, "upstream": f"http://127.0.0.1:{upstream}/v1", "exposure": DETECTOR} | settings
    told = [part for name, value in flags.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    with process([*run, "serve", *data, *told], port) as server:
        yield server.pid, f"http://127.0.0.1:{port}/v1", key


@dataclass(frozen=True)
class Row:
    """What one kind of request cost, in milliseconds beyond the generator's own time."""

    name: str
    p50: float
    p95: float
    work: float
    """Processor time of the gate and its children, in milliseconds: it hardly depends on who else works."""


def timed(act: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _row(name: str, taken: Sequence[float], less: float, work: float) -> Row:
    added = sorted(one - less for one in taken)
    p95 = added[min(len(added) - 1, int(0.95 * len(added)))]
    return Row(name, statistics.median(added), p95, work / len(taken))


def worked(pid: int) -> float:
    """Processor time in milliseconds that a process and its children have used so far."""
    ticks = 0
    for one in family(pid).values():
        fields = Path(f"/proc/{one}/stat").read_text().rsplit(") ", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return 1000 * ticks / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> dict[str, str]:
    """The process and its children, by name."""
    children = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")).split()
    return {"gate": str(pid), **{f"child {at}": child for at, child in enumerate(children, 1)}}


def _refused(act: Callable[[], object]) -> Callable[[], None]:
    def tried() -> None:
        try:
            act()
        except openai.BadRequestError as refusal:
            assert refusal.code == "moderation_blocked"  # noqa: PT017 - not a test
            return
        raise SystemExit("a request that must be refused went through")

    return tried


def kinds(client: openai.OpenAI, photo: bytes) -> dict[str, Callable[[], object]]:
    """What is asked, by name."""

    def edit(prompt: str, count: int = 1) -> Callable[[], object]:
        files = [("photo.png", io.BytesIO(photo), "image/png")] * count
        return lambda: client.images.edit(model="x", image=files, prompt=prompt)

    return {
        "generation": lambda: client.images.generate(model="x", prompt="a harbour in the morning"),
        "edit": edit(HARMLESS),
        "edit of two pictures": edit(HARMLESS, 2),
    }


def measure(direct: openai.OpenAI, through: openai.OpenAI, pid: int, rounds: int) -> list[Row]:
    """Every kind of request, through the gate and without it."""
    photo = grainy(figure(3, (SIDE, SIDE)), "PNG")
    alone, gated = kinds(direct, photo), kinds(through, photo)
    named = f"a photo of my colleague Anna: {REFUSED}"
    gated["refused before dispatch, words alone"] = _refused(
        lambda: through.images.generate(model="x", prompt=named)
    )
    gated["refused before dispatch, with a picture"] = _refused(
        lambda: through.images.edit(model="x", image=io.BytesIO(photo), prompt=REFUSED)
    )
    rows = []
    for name, act in gated.items():
        less = statistics.median(timed(alone[name], max(5, rounds // 3))) if name in alone else 0.0
        timed(act, WARM)
        before = worked(pid)
        taken = timed(act, rounds)
        rows.append(_row(name, taken, less, worked(pid) - before))
    return rows


def peak(pid: int) -> dict[str, float]:
    """The most memory in MiB that a process and its children have held."""
    found = {}
    for name, one in family(pid).items():
        status = Path(f"/proc/{one}/status").read_text()
        found[name] = int(status.split("VmHWM:")[1].split()[0]) / 1024
    return found


def report(rows: Sequence[Row], memory: dict[str, float], rounds: int) -> str:
    """A page in Markdown."""
    lines = [
        "# What the gate adds to a request",
        "",
        f"Measured by `benchmarks/gate_latency.py` with the official client, {rounds} rounds each; client,",
        f"gate and a generator that takes {DELAY:g} s share {os.cpu_count()} processors. Pictures are",
        f"{SIDE} x {SIDE} with grain, as PNG ({platform.machine()}, Python {platform.python_version()}).",
        f"The law of `{PLACES}` applies.",
        "",
        "| Request | p50, ms | p95, ms | processor time, ms |",
        "|---|---|---|---|",
        *(f"| {row.name} | {row.p50:.0f} | {row.p95:.0f} | {row.work:.0f} |" for row in rows),
        "",
        f"Most memory held: {', '.join(f'{name} {mib:.0f} MiB' for name, mib in memory.items())}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print; written to docs/benchmarks when CONSENTRY_WRITE is set."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    upstream = free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        process([sys.executable, __file__, "--generator", str(upstream)], upstream),
        gate(Path(folder), upstream, places=PLACES) as (pid, url, key),
        openai.OpenAI(base_url=f"http://127.0.0.1:{upstream}/v1", api_key="none") as direct,
        openai.OpenAI(base_url=url, api_key=key, max_retries=0) as through,
        httpx2.Client() as http,
    ):
        assert http.get(url.removesuffix("/v1") + "/healthz").status_code == 200
        rows = measure(direct, through, pid, rounds)
        page = report(rows, peak(pid), rounds)
    print(page)
    if os.environ.get("CONSENTRY_WRITE"):
        pages = Path(__file__).parents[1] / "docs/benchmarks"
        pages.joinpath("gate-latency.md").write_text(page)
        drawn = {row.name: {"p50": round(row.p50, 1), "p95": round(row.p95, 1)} for row in rows}
        pages.joinpath("gate-latency.svg").write_text(bars("Added by the gate", "ms", drawn))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--generator"]:
        asyncio.run(generator(int(sys.argv[2])))
    else:
        main()

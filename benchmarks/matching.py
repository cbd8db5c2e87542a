"""Our matching engine beside others, side by side in one run, on one core.

    pip install -r requirements/bench.in
    python benchmarks/matching.py --photos FOLDER --size 1000000 --write docs/benchmarks

Figures are CPU time of this process (other work on the machine disturbs them less than wall time) unless a
row says otherwise. Methods take turns picture by picture and query by query, each query is used once, and
the median is what counts. Without `--photos`, drawn scenes are used. What we set out to reach stands beside
what was measured, reached or not.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NUMBA_NUM_THREADS="1")

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from plots import bars

from consentry.matching import Index, _decode, hash_image, hash_rgb
from consentry.matching.quick import LEAST_SIDE, quick_hash
from consentry.matching.views import looks

SIZES = ((640, 480), (1920, 1080), (4000, 3000))
RADIUS = 31
PARTS = ("multihash", "threatexchange", "hashing")
Table = list[list[str]]
Figures = dict[str, dict[str, float]]
"""Milliseconds by way and size, or microseconds by index and kind of search: what plots are drawn of."""
TX, EIGHTH, LIMIT, QUICK, EXACT = (
    "threatexchange, bytes to 1 hash",
    "decode 1/8 of the luma",
    "limit: decode to luma as small as the quick look does",
    "ours, quick: bytes to 8 hashes, bound 9 or 16",
    "ours, exact: bytes to 8 hashes",
)


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU time that `work` takes."""
    begun = time.process_time_ns()
    work()
    return (time.process_time_ns() - begun) / 1e9


def wall(work: Callable[[], object]) -> float:
    """Seconds that pass while `work` is done."""
    begun = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begun) / 1e9


def drawn(seed: int) -> Image.Image:
    """A scene of coloured shapes on a soft ground."""
    rng = np.random.default_rng(seed)
    ground = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    image = ground.resize((1600, 1200), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for _ in range(200):
        left, top = (int(place) for place in rng.integers(0, 1500, 2))
        right, bottom = left + int(rng.integers(10, 200)), top + int(rng.integers(10, 200))
        pen.ellipse((left, top, right, bottom), fill=tuple(int(part) for part in rng.integers(0, 256, 3)))
    return image


def pictures(folder: Path | None, size: tuple[int, int]) -> list[bytes]:
    """Eight pictures as JPEG files of one size."""
    found = sorted(folder.rglob("*.jpg"))[:8] if folder else []
    images = [Image.open(path).convert("RGB") for path in found] or [drawn(seed) for seed in range(8)]
    files = []
    for image in images:
        out = BytesIO()
        image.resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=85)
        files.append(out.getvalue())
    return files


def decode_least(data: bytes) -> None:
    """The limit: unpack the JPEG and keep as little of its luma as a quick look needs."""
    image = Image.open(BytesIO(data))
    scale = next((by for by in _decode.SCALES if min(image.size) // by >= LEAST_SIDE), 1)
    image.draft("L", (image.width // scale, image.height // scale))
    image.load()


def decode_eighth(data: bytes) -> None:
    """Unpack the JPEG and keep an eighth of its luma: less than a quick look needs of small pictures."""
    image = Image.open(BytesIO(data))
    image.draft("L", (image.width // 8, image.height // 8))
    image.load()


def decode_all(data: bytes) -> np.ndarray:
    """Every pixel in colour."""
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"))


def peers_in_hashing() -> dict[str, Callable[[bytes], object]]:
    """Whoever else is installed."""
    found: dict[str, Callable[[bytes], object]] = {}
    try:
        import pdqhash  # noqa: PLC0415 - only compared with if it is installed
        from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes  # noqa: PLC0415 - likewise

        found[TX] = pdq_from_bytes
        found["Pillow and pdqhash, bytes to 1 hash"] = lambda data: pdqhash.compute(decode_all(data))
    except ImportError:
        print("threatexchange or pdqhash is not installed and is left out", file=sys.stderr)
    return found


def hashing(folder: Path | None) -> tuple[Table, Figures]:
    """Bytes to hash, in milliseconds."""
    ways: dict[str, Callable[[bytes], object]] = {
        EIGHTH: decode_eighth,
        LIMIT: decode_least,
        "decode all pixels": decode_all,
        QUICK: quick_hash,
        EXACT: hash_image,
        "ours, exact: pixels to 8 hashes": lambda data: hash_rgb(decoded[data]),
        "ours: pixels to every view": lambda data: looks(decoded[data]),
        **peers_in_hashing(),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for size in SIZES:
        files = pictures(folder, size)
        decoded = {data: decode_all(data) for data in files}
        best = {name: [np.inf] * len(files) for name in ways}
        for turn in range(4):
            for place, data in enumerate(files):
                for name, way in ways.items():
                    seconds = cpu(lambda way=way, data=data: way(data))
                    if turn:
                        best[name][place] = min(best[name][place], seconds)
        for name in ways:
            took[name].append(float(np.median(best[name])) * 1e3)
    base = took.get(TX)
    names = [f"{w}x{h}" for w, h in SIZES]
    rows = [["ms for one picture", *names, "times faster than threatexchange"]]
    for name, each in took.items():
        times = " / ".join(f"{b / a:.1f}" for a, b in zip(each, base, strict=True)) if base else ""
        rows.append([name, *(f"{ms:.2f}" for ms in each), times])
    return rows, {name: dict(zip(names, each, strict=True)) for name, each in took.items()}


def median_us(search: Callable[[np.ndarray], object], queries: np.ndarray) -> tuple[float, float]:
    """Median and 99th percentile of single queries, in microseconds."""
    took = [cpu(lambda one=queries[place : place + 1]: search(one)) for place in range(len(queries))]
    return float(np.median(took)) * 1e6, float(np.percentile(took, 99)) * 1e6


def faiss_ways(hashes: np.ndarray, *, multi: bool) -> dict[str, tuple[float, Callable[[np.ndarray], object]]]:
    """Build faiss's exact binary indexes: seconds to build, and how to search."""
    try:
        import faiss  # noqa: PLC0415 - only compared with if it is installed
    except ImportError:
        print("faiss is not installed and is left out", file=sys.stderr)
        return {}
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexBinaryFlat(256)
    found = {"faiss BinaryFlat": (cpu(lambda: flat.add(hashes)), lambda q: flat.range_search(q, RADIUS + 1))}
    if multi:
        many = faiss.IndexBinaryMultiHash(256, 16, 16)
        many.nflip = 1
        found["faiss MultiHash 16x16"] = (
            cpu(lambda: many.add(hashes)),
            lambda q: many.range_search(q, RADIUS + 1),
        )
    return found


def threatexchange_way(hashes: np.ndarray) -> dict[str, tuple[float, Callable[[np.ndarray], object]]]:
    """Build threatexchange's PDQIndex, which is asked one hash at a time, in hexadecimal."""
    try:
        from threatexchange.signal_type.pdq.pdq_index import PDQIndex  # noqa: PLC0415 - as above
    except ImportError:
        return {}
    made: list[PDQIndex] = []
    entries = ((row.tobytes().hex(), place) for place, row in enumerate(hashes))
    seconds = cpu(lambda: made.append(PDQIndex(list(entries))))
    index = made[0]
    return {"threatexchange PDQIndex": (seconds, lambda q: [index.query(row.tobytes().hex()) for row in q])}


def folder_size(folder: Path) -> int:
    """Bytes of the files in it."""
    return sum(path.stat().st_size for path in folder.iterdir())


def reopened(folder: Path, *, verify: bool) -> tuple[float, Index]:
    """Seconds that opening takes, and the index."""
    begun = time.perf_counter()
    index = Index(folder, verify=verify)
    return time.perf_counter() - begun, index


def peak_alone(size: int, folder: Path) -> float:
    """Most memory in GB that a process needs which does nothing but build our index, open it and search."""
    child = [sys.executable, __file__, "--alone", "--size", str(size), "--folder", str(folder)]
    return float(subprocess.run(child, check=True, capture_output=True, text=True).stdout)


def alone(size: int, folder: Path) -> None:
    """What `peak_alone` asks of its child."""
    rng = np.random.default_rng(7)
    with Index(folder) as index:
        index.add(np.arange(size, dtype=np.uint64), rng.integers(0, 256, (size, 32), dtype=np.uint8))
    with Index(folder) as index:
        index.search(rng.integers(0, 256, (2000, 32), dtype=np.uint8), RADIUS)
    shutil.rmtree(folder)
    # Not `ru_maxrss`: a child keeps the high mark of the parent that it was started from.
    status = Path("/proc/self/status").read_text()
    print(int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e9)


def searching(size: int, folder: Path, *, multi: bool, signal: bool) -> tuple[Table, Table, Figures]:
    """Range search at radius 31: building, single queries, batches; and what only ours can do."""
    rng = np.random.default_rng(7)
    hashes = rng.integers(0, 256, (size, 32), dtype=np.uint8)
    ids = np.arange(size, dtype=np.uint64)
    shutil.rmtree(folder, ignore_errors=True)
    with Index(folder / "warm", delta=64) as warm:  # compiles, or loads what was compiled
        warm.add(ids[:100], hashes[:100])
        warm.search(hashes[:2])
    index = Index(folder / "index")
    spent: list[float] = []
    built = wall(lambda: spent.append(cpu(lambda: index.add(ids, hashes))))
    bytes_each = folder_size(folder / "index") / size
    ways = {"ours": (spent[0], lambda q: index.search(q, RADIUS)), **faiss_ways(hashes, multi=multi)}
    ways |= threatexchange_way(hashes) if signal else {}
    rows = [
        [
            "radius 31",
            "build s",
            "single p50 us",
            "p99 us",
            "batch us/query",
            "ours is faster by",
        ]
    ]
    ours, figures = (0.0, 0.0), Figures()
    for name, (seconds, search) in ways.items():
        many = 2000 if name == "ours" else max(20, 20_000_000 // size)
        queries = rng.integers(0, 256, (2 * many, 32), dtype=np.uint8)
        search(queries[:1])
        middle, slow = median_us(search, queries[:many])
        batch = cpu(lambda search=search, q=queries[many:]: search(q)) / many * 1e6
        ours = (middle, batch) if name == "ours" else ours
        times = f"{middle / ours[0]:.0f}, {batch / ours[1]:.0f}"
        rows.append([name, f"{seconds:.1f}", f"{middle:.1f}", f"{slow:.1f}", f"{batch:.1f}", times])
        figures[name] = {"single": middle, "batch": batch}
    more = [["ours alone", "figure"], ["bytes for each hash, all files", f"{bytes_each:.1f}"]]
    more.append(["build, wall time", f"{built:.1f} s"])
    figures["ours alone"] = {
        "bytes": bytes_each,
        "build": spent[0],
        "peak": peak_alone(size, folder / "alone"),
    }
    more.append(
        ["most memory of a process that builds and searches", f"{figures['ours alone']['peak']:.2f} GB"]
    )
    new = rng.integers(0, 256, (5000, 32), dtype=np.uint8)
    added = [wall(lambda p=p: index.add(ids[:1] + np.uint64(size + p), new[p : p + 1])) for p in range(5000)]
    more.append(
        ["one more hash, wall p50 and most", f"{np.median(added) * 1e6:.0f} us, {max(added) * 1e3:.1f} ms"]
    )
    more.append(["one id removed, wall", f"{wall(lambda: index.remove(ids[5:6])) * 1e3:.2f} ms"])
    for radius in (15, 31, 32, 40):
        middle, _ = median_us(lambda q, r=radius: index.search(q, r), new[:1000] ^ np.uint8(1))
        more.append([f"radius {radius}, single p50 beside 5,000 new hashes", f"{middle:.0f} us"])
    index.close()
    for verify, how in ((True, "every byte verified"), (False, "headers only")):
        seconds, opened = reopened(folder / "index", verify=verify)
        more.append([f"open again, {how}, wall", f"{seconds:.3f} s"])
        figures["ours alone"][how] = seconds
        opened.close()
    shutil.rmtree(folder)
    return rows, more, figures


def goals(size: int, hashed: Figures, found: Figures) -> Table:
    """What we set out to reach beside what was measured, for whatever was measured."""
    rows = [["goal", "measured"]]
    for place, times in (("4000x3000", 15), ("1920x1080", 8)):
        if TX in hashed:
            rows.append([f"quick look, {place}: {times} x threatexchange", ratio(hashed, TX, QUICK, place)])
            rows.append([f"exact, {place}: 5 x threatexchange", ratio(hashed, TX, EXACT, place)])
        if hashed:
            rates = [ratio(hashed, limit, QUICK, place) for limit in (LIMIT, EIGHTH)]
            rows.append([f"quick look, {place}: 0.85 of decoding alone", "; 1/8 of the luma ".join(rates)])
    flat, signal = {100_000: (1, 1), 1_000_000: (20, 20)}.get(size, (60, 25))
    for name, times in (("faiss BinaryFlat", flat), ("threatexchange PDQIndex", signal)):
        if name in found:
            rows += [
                [f"{kind}: {times} x {name}", ratio(found, name, "ours", kind)]
                for kind in ("single", "batch")
            ]
    own = found["ours alone"]
    return [
        *rows,
        ["180 bytes for each hash", f"{own['bytes']:.0f} bytes"],
        ["10 million built within 15 s", f"{size:,} in {own['build']:.1f} s of CPU time"],
        ["10 million opened within 1 s", f"{size:,} in {own['headers only']:.3f} s"],
        ["at most 3 GB with 10 million", f"{own['peak']:.2f} GB with {size:,}"],
    ]


def ratio(figures: Figures, slow: str, fast: str, kind: str) -> str:
    """How many times as fast one is as the other."""
    return f"{figures[slow][kind] / figures[fast][kind]:.2f} x"


def marked_down(table: Table) -> str:
    """A table in Markdown."""
    head, *rows = (f"| {' | '.join(row)} |" for row in table)
    return "\n".join([head, "|---" * len(table[0]) + "|", *rows])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="hashes in the index")
    parser.add_argument("--photos", type=Path, help="folder of photographs (*.jpg)")
    parser.add_argument("--folder", type=Path, default=Path("benchmark-index"), help="where the index is put")
    parser.add_argument("--write", type=Path, help="folder for the tables")
    parser.add_argument(
        "--without", nargs="*", default=[], choices=["multihash", "threatexchange", "hashing"]
    )
    parser.add_argument("--alone", action="store_true", help="only build ours and tell the memory it takes")
    asked = parser.parse_args(arguments)
    if asked.alone:
        alone(asked.size, asked.folder)
        return
    parts = [
        f"# Matching, measured with {asked.size:,} random hashes\n",
        "Written by `benchmarks/matching.py`: CPU time on one core, medians, all in one run.",
    ]
    hashed = Figures()
    if "hashing" not in asked.without:
        table, hashed = hashing(asked.photos)
        parts += [marked_down(table), f"![The same as bars](hashing-{asked.size}.svg)"]
    multi, signal = "multihash" not in asked.without, "threatexchange" not in asked.without
    search, own, found = searching(asked.size, asked.folder, multi=multi, signal=signal)
    parts += [marked_down(search), f"![The same as bars](searching-{asked.size}.svg)", marked_down(own)]
    parts += ["## What we set out to reach", marked_down(goals(asked.size, hashed, found))]
    text = "\n\n".join(parts) + "\n"
    print(text)
    if asked.write:
        asked.write.mkdir(parents=True, exist_ok=True)
        (asked.write / f"matching-{asked.size}.md").write_text(text, encoding="utf-8")
        found.pop("ours alone")
        drawn_up = {"hashing": ("Bytes to hash", "ms", hashed), "searching": ("Search", "us", found)}
        for name, (title, unit, figures) in drawn_up.items():
            if figures:
                svg = bars(f"{title}, {asked.size:,} hashes", unit, figures, log=True)
                (asked.write / f"{name}-{asked.size}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()

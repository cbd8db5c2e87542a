"""Where the milliseconds go in the gate itself: every stage of a request, timed where it stands.

    python benchmarks/gate_stages.py [ROUNDS]

The gate runs in this process, over SQLite, with the detector for drawn figures and a generator that
answers at once with one 1024 x 1024 picture; HTTP is left out. Wall is the time from beginning to end
of a stage, work the processor time of its own thread: a stage that waits for a child process, for the
disk or for its turn has much of the first and little of the second. Stages overlap, so walls do not add up.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import tempfile  # noqa: TID251 - a database of drawings, gone at the end
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gate_latency import DETECTOR, HARMLESS, REFUSED, SIDE, figure, grainy

from consentry import config
from consentry.core.content import Account, Request, unopened
from consentry.core.ports import Made
from consentry.flows.judge import Judge
from consentry.flows.ledger import Leaving
from consentry.matching.hasher import PdqHasher
from consentry.media.decoder import SandboxDecoder
from consentry.media.marker import Marker
from consentry.signals.change import Change
from consentry.signals.exposure_process import ProcessDetector
from consentry.store.sql import SqlStore
from consentry.web.gate import door, release
from consentry.wiring import build

ROUNDS = 20
WARM = 3

STAGES: Sequence[tuple[type, str]] = (
    (SandboxDecoder, "decode"),
    (SandboxDecoder, "renew"),
    (Judge, "_look"),
    (PdqHasher, "looks"),
    (PdqHasher, "upright"),
    (Change, "look"),
    (ProcessDetector, "detect"),
    (Leaving, "ready"),
    (Marker, "mark"),
    (SqlStore, "begin"),
)
"""What is timed, by its class and method."""

Taken = dict[str, list[tuple[float, float]]]
"""Milliseconds of wall and of work for each call, by stage."""


class Painter:
    """Answers at once with one picture."""

    def __init__(self, data: bytes) -> None:
        """Always answer with `data`."""
        self._data = data

    async def make(self, request: Request) -> Sequence[Made]:
        """As many as were asked for."""
        return [Made(self._data)] * request.count


def watched(function: Callable[..., Any], name: str, taken: Taken) -> Callable[..., Any]:
    """`function`, timed."""

    def timed(*args: object, **kwargs: object) -> object:
        wall, work = time.perf_counter(), time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            spent = time.perf_counter() - wall, time.thread_time() - work
            taken[name].append((1000 * spent[0], 1000 * spent[1]))

    @contextlib.contextmanager
    def during(*args: object, **kwargs: object) -> Iterator[object]:
        wall, work = time.perf_counter(), time.thread_time()
        with function(*args, **kwargs) as found:
            yield found
        spent = time.perf_counter() - wall, time.thread_time() - work
        taken[name].append((1000 * spent[0], 1000 * spent[1]))

    return during if name.endswith(".begin") else timed


def watch(taken: Taken) -> None:
    """Time every stage from now on."""
    for kind, method in STAGES:
        name = f"{kind.__name__}.{method}"
        setattr(kind, method, watched(getattr(kind, method), name, taken))


def requests() -> dict[str, Request]:
    """What is asked, by name. Nothing is opened yet, as it comes from outside."""
    photo = unopened(grainy(figure(3, (SIDE, SIDE)), "PNG"))
    who = Account("a")
    return {
        "generation": Request("images.generations", who, "a harbour in the morning"),
        "edit": Request("images.edits", who, HARMLESS, inputs=(photo,)),
        "refused before dispatch": Request("images.edits", who, REFUSED, inputs=(photo,)),
    }


def main() -> None:
    """Print one table for each kind of request."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    taken: Taken = defaultdict(list)
    watch(taken)
    painter = Painter(grainy(figure(3, (SIDE, SIDE), hat=True), "PNG"))
    with tempfile.TemporaryDirectory() as folder:
        told = {"data": folder, "exposure": DETECTOR, "places": "gb", "upstream": "drawing:"}
        with build(config.load(environment={}, flags=told), painter) as system:
            for name, asked in requests().items():
                whole = []
                for at in range(WARM + rounds):
                    if at == WARM:
                        taken.clear()
                        whole.clear()
                    began = time.perf_counter()
                    answer = asyncio.run(door.put(asked, system))
                    if isinstance(answer, door.Released):
                        release.written({"data": list(release.encoded(answer))})
                    whole.append(1000 * (time.perf_counter() - began))
                print(table(name, whole, taken, rounds))


def table(name: str, whole: Sequence[float], taken: Taken, rounds: int) -> str:
    """Every stage of one kind of request, in Markdown."""
    lines = [
        f"## {name}: {statistics.median(whole):.0f} ms in all (median)",
        "",
        "| Stage | calls | wall, ms | work, ms |",
        "|---|---|---|---|",
    ]
    for stage, found in sorted(taken.items(), key=lambda pair: -sum(wall for wall, _ in pair[1])):
        wall, work = (statistics.median(column) for column in zip(*found, strict=True))
        lines.append(f"| {stage} | {len(found) / rounds:g} | {wall:.1f} | {work:.1f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()

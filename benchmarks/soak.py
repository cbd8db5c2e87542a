"""Whether the gate grows while it works: requests of every kind, one after another, for MINUTES.

    python benchmarks/soak.py [MINUTES]

The memory of the gate and of each of its children is printed every `EVERY` seconds; at the end, how
fast each grew over the second half of the time, in MiB an hour (least squares), because a process
that has just started still fills its pools. It ends with 1 if the gate grew faster than `STEADY`.
"""

from __future__ import annotations

import sys
import tempfile  # noqa: TID251 - a database of drawings, gone at the end
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import openai
from gate_latency import family, figure, free_port, gate, grainy, kinds, process

MINUTES = 2.0
"""Enough to see that nothing grows with every request; an hour (`60`) before a release."""

EVERY = 10.0
STEADY = 60.0
"""MiB an hour. The database's page cache and the allocator's pools move by some; a leak of one picture
in ten requests would be a hundred times as much."""

Samples = dict[str, list[tuple[float, float]]]
"""Hours since the beginning and MiB held, by process."""


def held(pid: str) -> float:
    """MiB of memory that a process holds now."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def slope(samples: list[tuple[float, float]]) -> float:
    """MiB an hour over the second half of `samples`."""
    late = np.array(samples[len(samples) // 2 :])
    return float(np.polyfit(late[:, 0], late[:, 1], 1)[0]) if len(late) > 1 else float("nan")


def soak(client: openai.OpenAI, pid: int, minutes: float) -> tuple[Samples, int]:
    """Ask for `minutes`; what was held meanwhile, and how many requests were answered."""
    acts = list(kinds(client, grainy(figure(3, (1024, 1024)), "PNG")).values())
    found: Samples = defaultdict(list)
    began, due, done = time.monotonic(), 0.0, 0
    while (passed := time.monotonic() - began) < 60 * minutes:
        if passed >= due:
            due += EVERY
            now = {name: held(one) for name, one in family(pid).items()}
            for name, mib in now.items():
                found[name].append((passed / 3600, mib))
            said = ", ".join(f"{name} {mib:.0f}" for name, mib in now.items())
            print(f"{passed:6.0f} s, {done} requests, MiB: {said}", flush=True)
        acts[done % len(acts)]()
        done += 1
    return found, done


def main() -> None:
    """Soak, print, and say by the exit code whether the gate was steady."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    upstream = free_port()
    command = [sys.executable, str(Path(__file__).with_name("gate_latency.py")), "--generator", str(upstream)]
    with (
        tempfile.TemporaryDirectory() as folder,
        process(command, upstream),
        gate(Path(folder), upstream) as (pid, url, key),
        openai.OpenAI(base_url=url, api_key=key, max_retries=0) as client,
    ):
        found, done = soak(client, pid, minutes)
    slopes = {name: slope(samples) for name, samples in found.items()}
    said = ", ".join(f"{name} {mib:+.0f}" for name, mib in slopes.items())
    print(f"{done} requests in {minutes:g} min; MiB an hour over the second half: {said}")
    raise SystemExit(slopes["gate"] > STEADY)


if __name__ == "__main__":
    main()

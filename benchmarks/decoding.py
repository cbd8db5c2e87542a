"""What the sandbox costs: starting a child, and each picture against decoding in this very process."""

import statistics
import time
from collections.abc import Callable

from consentry.media.decoder import PlainDecoder, SandboxDecoder
from consentry.media.drawing import place
from consentry.media.edits import encoded

ROUNDS = 15


def milliseconds(act: Callable[[], object]) -> float:
    """The median of a few rounds."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def compare(size: tuple[int, int]) -> None:
    """One JPEG of `size`, in this process and in the sandbox."""
    data = encoded(place(1, size))
    here, inside = milliseconds(lambda: plain.decode(data)), milliseconds(lambda: sandbox.decode(data))
    print(f"JPEG {size[0]}x{size[1]}: {here:.1f} ms here, {inside:.1f} ms in the sandbox")


print(f"start of one child: {milliseconds(lambda: SandboxDecoder(workers=1).close()):.0f} ms")
with SandboxDecoder(workers=1) as sandbox, PlainDecoder() as plain:
    for size in ((320, 240), (640, 480), (1024, 768), (2000, 1500), (4000, 3000)):
        compare(size)

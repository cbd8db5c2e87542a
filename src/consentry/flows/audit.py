"""Reads the whole log and holds it against itself and against what was kept of it elsewhere.

1. Every line is hashed again, and the tree is built anew: the stored tree must have the same root.
2. Every record that is there must open its line; what is erased is counted and says nothing.
3. A checkpoint that was kept must be a beginning of this log: else it was cut, or is another log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from consentry.core import merkle
from consentry.core.checkpoint import Checkpoint
from consentry.core.entry import Line, opens
from consentry.core.ports import Store

CHUNK = 1_000
"""Lines read at once."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What was found."""

    size: int
    """How many lines the log has."""
    erased: int
    """Lines whose records are erased."""
    root: bytes
    """The root over all lines, worked out from them."""
    problems: tuple[str, ...]
    """What is not as it must be; empty if all is well."""


def _nobody(_: int) -> None:
    """Nobody asked how far it is."""


def audit(store: Store, kept: Checkpoint | None, progress: Callable[[int], None] = _nobody) -> Audited:
    """Read every line of `store`; `progress` is told how many were read."""
    size, erased, problems = store.size(), 0, []
    edge: list[tuple[int, bytes]] = []
    root_then = merkle.EMPTY_ROOT
    for first in range(0, size, CHUNK):
        lines = store.lines(first, min(CHUNK, size - first))
        for place, line in enumerate(lines, first):
            if line.index != place:
                problems.append(f"line {place} is missing")
                return Audited(size, erased, merkle.EMPTY_ROOT, tuple(problems))
            erased += line.record is None
            if not _sound(line):
                problems.append(f"line {line.index}: its record is not the one written")
            _grow(edge, merkle.leaf_hash(line.entry.leaf()))
            if kept is not None and place + 1 == kept.size:
                root_then = _root(edge)
        progress(first + len(lines))
    root = _root(edge)
    if root != store.root(size):
        problems.append("the stored tree is not that of the lines: a line was edited")
    problems += _against(kept, size, root_then)
    return Audited(size, erased, root, tuple(problems))


def _against(kept: Checkpoint | None, size: int, root_then: bytes) -> list[str]:
    """What a kept checkpoint holds against this log."""
    if kept is None:
        return []
    if kept.size > size:
        return [f"rolled back: {kept.size} lines were kept account of, and {size} are there"]
    if kept.root != root_then:
        return [f"forked: the first {kept.size} lines are not those that were kept account of"]
    return []


def _sound(line: Line) -> bool:
    """Whether a record opens its line, or was erased together with its salt."""
    if line.record is None or line.salt is None:
        return line.record is None and line.salt is None
    return opens(line.entry, line.record, line.salt)


def _grow(edge: list[tuple[int, bytes]], leaf: bytes) -> None:
    """Add a leaf to the right edge of the tree: complete subtrees by height, the largest first."""
    height, made = 0, leaf
    while edge and edge[-1][0] == height:
        made = merkle.node_hash(edge.pop()[1], made)
        height += 1
    edge.append((height, made))


def _root(edge: list[tuple[int, bytes]]) -> bytes:
    """The root over everything on the left of the edge (RFC 6962)."""
    if not edge:
        return merkle.EMPTY_ROOT
    made = edge[-1][1]
    for _, left in reversed(edge[:-1]):
        made = merkle.node_hash(left, made)
    return made

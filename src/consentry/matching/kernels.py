"""The innermost loops of finding hashes that differ in few bits.

A hash is 256 bits: four words of 64, or sixteen parts of 16. If two hashes differ in at most 31 bits, then
one of the four words differs in at most 7, and in that word one of the four parts in at most 1. So only rows
that agree with the query in one part, but for one bit, need a look; and each row's entry in a table carries
the two parts that follow in the same word, which rules out all but one in a thousand of them at once.
Source: Norouzi, Punjani, Fleet, "Fast Search in Hamming Space with Multi-Index Hashing" (2012), used twice.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

Words = NDArray[np.uint64]
"""uint64[n, 4]: hashes as four words each."""

PARTS = 16
"""Parts of a hash, and so tables of a segment."""
VALUES = 1 << 16
"""Values that a part can have."""
STRETCH = 256
"""Entries of a table looked at in one go."""
LINE = 16
"""Entries of four bytes in a cache line of 64 bytes."""
FARTHEST = 47
"""Bits; up to here the tables are used (parts within 2 bits), beyond it every row is compared."""


class Rows(NamedTuple):
    """Hashes and whose they are."""

    hashes: Words
    """uint64[n, 4]: the hashes, bits shuffled."""
    ids: NDArray[np.uint64]
    """uint64[n]: whose hash each row is."""
    dead: NDArray[np.uint8]
    """uint8[n], 1 for a row that was removed; empty as long as none was."""


class Tables(NamedTuple):
    """What lets rows be found by the value of any of their sixteen parts."""

    offsets: NDArray[np.uint32]
    """uint32[16, 65537]: where in a table the rows with each value of its part begin."""
    order: NDArray[np.uint32]
    """uint32[16, n]: the rows, ordered by the value of each part."""
    filters: NDArray[np.uint32]
    """uint32[16, n]: the next two parts of the same word, in the order of `order`."""


class Plan(NamedTuple):
    """How far to look in each word and part so that nothing within a radius is passed over."""

    radius: int
    """Bits in all."""
    words: NDArray[np.int64]
    """int64[4]: bits for each word, -1 where it need not be looked at."""
    parts: NDArray[np.int64]
    """int64[16]: bits for each part, likewise."""
    flips: NDArray[np.uint16]
    """uint16[137]: every way to flip 0, 1 or 2 bits of a part, in that order."""
    flipped: NDArray[np.int64]
    """int64[137]: how many bits each of them flips."""
    ways: NDArray[np.int64]
    """int64[4]: how many ways there are to flip at most -1, 0, 1, 2 bits, read from the end by -1."""


class Asked(NamedTuple):
    """One query, and where it has to look."""

    query: int
    """Its number."""
    mine: NDArray[np.uint64]
    """uint64[4]: its hash."""
    parts: NDArray[np.uint16]
    """uint16[16]: the same."""
    start: NDArray[np.int64]
    """int64[16, 137]: the first entry for each table and way of flipping bits."""
    end: NDArray[np.int64]
    """int64[16, 137]: one past the last."""
    apart: NDArray[np.uint32]
    """uint32[256]: space for the distances of one stretch."""


class Room(NamedTuple):
    """Where findings are written; what does not fit is counted only."""

    query: NDArray[np.uint32]
    """uint32[room]: which query."""
    id: NDArray[np.uint64]
    """uint64[room]: whose hash."""
    apart: NDArray[np.uint8]
    """uint8[room]: how many bits differ."""


def population(_context: Any, _word: Any) -> Any:
    """Have a 64-bit word's bits counted by the machine's own instruction."""

    def generate(_backend: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


def population32(_context: Any, _word: Any) -> Any:
    """The same for 32 bits, so that eight of them are counted at once."""

    def generate(_backend: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint32(types.uint32), generate


bits_set: Any = intrinsic(population)
"""How many bits of a 64-bit word are set."""
bits_set32: Any = intrinsic(population32)
"""How many bits of a 32-bit word are set."""


@njit(nogil=True, cache=True)
def note(room: Room, many: int, query: int, whose: np.uint64, apart: np.int64) -> int:
    """Write one finding down if there is room, and count it."""
    if many < len(room.query):
        room.query[many] = query
        room.id[many] = whose
        room.apart[many] = apart
    return many + 1


@njit(nogil=True, cache=True)
def compare(rows: Rows, mine: Words, query: int, radius: int, room: Room, many: int) -> int:
    """Compare one query with every row; returns how many findings there are by now."""
    a, b, c, d = mine[0], mine[1], mine[2], mine[3]
    hashes, dead = rows.hashes, rows.dead
    for row in range(len(hashes)):
        apart = bits_set(hashes[row, 0] ^ a) + bits_set(hashes[row, 1] ^ b)
        if apart > radius:
            continue
        apart += bits_set(hashes[row, 2] ^ c) + bits_set(hashes[row, 3] ^ d)
        if apart <= radius and not (len(dead) and dead[row]):
            many = note(room, many, query, rows.ids[row], apart)
    return many


@njit(nogil=True, cache=True)
def scan(rows: Rows, queries: Words, radius: int, room: Room, many: int) -> int:
    """Compare every query with every row; returns how many findings there are by now."""
    for query in range(len(queries)):
        many = compare(rows, queries[query], query, radius, room, many)
    return many


@njit(nogil=True, cache=True)
def first_table(other: Words, mine: Words, plan: Plan) -> int:
    """The first table in which a row is reached from a query, so that it is noted once; -1 for none."""
    for word in range(4):
        differ = other[word] ^ mine[word]
        if np.int64(bits_set(differ)) > plan.words[word]:
            continue
        for part in range(4):
            here = (differ >> np.uint64(16 * part)) & np.uint64(0xFFFF)
            if np.int64(bits_set(here)) <= plan.parts[4 * word + part]:
                return 4 * word + part
    return -1


@njit(nogil=True, cache=True)
def follows(parts: NDArray[np.uint16], table: int) -> np.uint32:
    """The two parts after `table` in its word, as an entry of a table carries them."""
    word = table & ~3
    return np.uint32(parts[word | ((table + 1) & 3)]) | (
        np.uint32(parts[word | ((table + 2) & 3)]) << np.uint32(16)
    )


@njit(nogil=True, cache=True)
def places(tables: Tables, asked: Asked, plan: Plan) -> np.int64:
    """Fill in where in each table a query has to look; returns how many entries that is."""
    entries = np.int64(0)
    for table in range(PARTS):
        for way in range(plan.ways[plan.parts[table]]):
            value = np.int64(asked.parts[table] ^ plan.flips[way])
            start, end = tables.offsets[table, value], tables.offsets[table, value + 1]
            asked.start[table, way], asked.end[table, way] = start, end
            entries += np.int64(end) - np.int64(start)
    return entries


@njit(nogil=True, cache=True)
def touch(filters: NDArray[np.uint32], start: NDArray[np.int64], end: NDArray[np.int64]) -> np.uint32:
    """Read one entry of each cache line that will be needed, so that the memory fetches them side by side."""
    read = np.uint32(0)
    for way in range(len(start)):
        for at in range(start[way], end[way], LINE):
            read ^= filters[at]
    return read


@njit(nogil=True, cache=True)
def sift(filters: NDArray[np.uint32], after: np.uint32, apart: NDArray[np.uint32]) -> np.uint32:
    """Bits in which each entry's filter differs from the query's; returns the fewest."""
    nearest = np.uint32(64)
    for i in range(filters.size):
        differ = bits_set32(filters[i] ^ after)
        apart[i] = differ
        nearest = min(nearest, differ)
    return nearest


@njit(nogil=True, cache=True)
def reached(rows: Rows, row: int, table: int, mine: Words, plan: Plan) -> np.int64:
    """The distance of a row that is near and first met in this table; -1 for any other."""
    other = rows.hashes[row]
    apart = np.int64(0)
    for word in range(4):
        apart += np.int64(bits_set(other[word] ^ mine[word]))
    if apart > plan.radius or (len(rows.dead) and rows.dead[row]):
        return np.int64(-1)
    return apart if first_table(other, mine, plan) == table else np.int64(-1)


@njit(nogil=True, cache=True)
def look(rows: Rows, tables: Tables, asked: Asked, plan: Plan, room: Room, many: int) -> int:
    """Go through the entries that one query may be near to; returns how many findings there are by now."""
    for table in range(PARTS):
        ways = plan.ways[plan.parts[table]]
        filters = tables.filters[table]
        asked.apart[0] = touch(filters, asked.start[table, :ways], asked.end[table, :ways])
        after = follows(asked.parts, table)
        for way in range(ways):
            limit = np.uint32(plan.words[table >> 2] - plan.flipped[way])
            end = asked.end[table, way]
            for at in range(asked.start[table, way], end, STRETCH):
                stretch = filters[at : min(at + STRETCH, end)]
                if sift(stretch, after, asked.apart) > limit:
                    continue
                for i in range(stretch.size):
                    if asked.apart[i] > limit:
                        continue
                    row = tables.order[table, at + i]
                    apart = reached(rows, row, table, asked.mine, plan)
                    if apart >= 0:
                        many = note(room, many, asked.query, rows.ids[row], apart)
    return many


@njit(nogil=True, cache=True)
def find(rows: Rows, tables: Tables, queries: Words, plan: Plan, room: Room, many: int) -> int:
    """Every row within the radius of each query; returns how many findings there are by now.

    A query that would meet more entries than there are rows (flat pictures crowd few values) is compared
    with every row instead, so that no set of hashes makes it slower than that.
    """
    parts = queries.view(np.uint16)
    start = np.empty((PARTS, len(plan.flips)), np.int64)
    end = np.empty((PARTS, len(plan.flips)), np.int64)
    apart = np.empty(STRETCH, np.uint32)
    for query in range(len(queries)):
        mine = queries[query]
        asked = Asked(query, mine, parts[query], start, end, apart)
        entries = places(tables, asked, plan)
        if plan.radius > FARTHEST or entries > len(rows.ids):
            many = compare(rows, mine, query, plan.radius, room, many)
        else:
            many = look(rows, tables, asked, plan, room, many)
    return many


@njit(nogil=True, cache=True)
def arrange(hashes: Words, tables: Tables) -> None:
    """Fill offsets, order and filters from the hashes."""
    parts = hashes.view(np.uint16)
    for table in range(PARTS):
        offsets = tables.offsets[table]
        offsets[:] = 0
        for row in range(len(parts)):
            offsets[np.int64(parts[row, table]) + 1] += np.uint32(1)
        for value in range(VALUES):
            offsets[value + 1] += offsets[value]
        free = offsets[:VALUES].copy()
        for row in range(len(parts)):
            at = free[parts[row, table]]
            free[parts[row, table]] = at + np.uint32(1)
            tables.order[table, at] = row
            tables.filters[table, at] = follows(parts[row], table)


@njit(nogil=True, cache=True)
def shuffle(hashes: NDArray[np.uint8], moved: Words, out: Words) -> None:
    """Move the bits of `hashes[n, 32]` to their places in `out[n, 4]`; `moved[32, 256, 4]` says where."""
    for row in range(len(hashes)):
        for word in range(4):
            out[row, word] = 0
        for byte in range(32):
            value = hashes[row, byte]
            for word in range(4):
                out[row, word] |= moved[byte, value, word]


@njit(nogil=True, cache=True)
def checksum(body: NDArray[np.uint64]) -> np.uint64:
    """64 bits that change with any change of `body`; 16 lanes, so that it runs as fast as memory."""
    lanes = np.arange(1, 17, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    whole = len(body) // 16 * 16
    for at in range(0, whole, 16):
        for lane in range(16):
            mixed = (lanes[lane] ^ body[at + lane]) * np.uint64(0x9E3779B97F4A7C15)
            lanes[lane] = mixed ^ (mixed >> np.uint64(32))
    total = np.uint64(len(body))
    for at in range(whole, len(body)):
        total = (total ^ body[at]) * np.uint64(0xC2B2AE3D27D4EB4F)
        total ^= total >> np.uint64(29)
    for lane in range(16):
        total = (total ^ lanes[lane]) * np.uint64(0xC2B2AE3D27D4EB4F)
        total ^= total >> np.uint64(29)
    return total

"""Takes everything out of a PNG that is not its picture, without packing the picture anew.

Packing a large PNG costs more than all judging together. Of a plain one nothing needs to be
packed: its header, its compressed pixels and its end are kept, and every other chunk and all
that follows is left behind. Plain means that nothing in it could look different in two
programs, or hold more than the pixels. Whatever is not plain brings None, and is encoded anew.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from isal import isal_zlib
from isal.isal_zlib import IsalError

from consentry.media.normalise import is_srgb_gamma, orientation

Chunk = tuple[bytes, bytes]
"""Name and body."""

START: Final = b"\x89PNG\r\n\x1a\n"
"""How every PNG begins."""

_HEADER: Final = struct.Struct(">IIBBBBB")
_CHANNELS: Final = {0: 1, 2: 3, 6: 4}
"""Bytes a pixel for each plain colour type: grey, colour, and colour with transparency."""

_KNOWN: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
"""Chunks without which a PNG cannot be shown; another such chunk is one that we do not know."""

_LOOKS: Final = frozenset({b"iCCP", b"cICP", b"tRNS", b"acTL", b"fcTL", b"fdAT"})
"""Chunks that change what is seen, so that leaving them out would, too (PNG specification, 11.3)."""

_MOST_CHUNKS: Final = 4_096
"""More than any program writes: 20 MiB in chunks of 8 KiB are 2,560."""

_FILTERS: Final = 5
"""Ways in which a row can be prepared, from 0 to 4 (PNG specification, 9.2)."""

_STORED: Final = struct.Struct("<?HH")
_BLOCK: Final = 65_535
"""The head of a block that is not packed, and most bytes in one."""

_SLACK: Final = 4_096
"""Bytes by which packed pixels may be longer than unpacked ones, besides a hundredth of them: what
a packer does to noise. More room than that could be there for something else."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain PNG, taken apart."""

    header: bytes
    """Its size and how its pixels are written."""
    packed: bytes
    """Its pixels as they came."""
    rows: bytes
    """The same, unpacked."""

    @property
    def file(self) -> bytes:
        """The file with its pixels and nothing else."""
        return self._with(self.packed)

    @property
    def quick(self) -> bytes:
        """A file of the very same rows that is not packed: whoever opens it need not unpack them again."""
        return self._with(_stored(self.rows))

    @property
    def may_hide(self) -> bool:
        """Whether it has room for transparency, under which colours could be hidden."""
        colour_type: int = _HEADER.unpack(self.header)[3]
        return _CHANNELS[colour_type] == _CHANNELS[6]

    def _with(self, pixels: bytes) -> bytes:
        parts = ((b"IHDR", self.header), (b"IDAT", pixels), (b"IEND", b""))
        return START + b"".join(_chunk(*part) for part in parts)


def plain_png(data: bytes) -> Plain | None:
    """What a plain PNG is made of; None if `data` is not plain, or not whole."""
    parts = _chunks(data)
    if parts is None or not _plain(parts):
        return None
    header, packed = parts[0][1], b"".join(body for name, body in parts if name == b"IDAT")
    rows = _rows(header, packed)
    return None if rows is None else Plain(header, packed, rows)


def _chunks(png: bytes) -> Sequence[Chunk] | None:
    """Every chunk up to the end; None if one is cut off or has a wrong checksum, or none is the end."""
    found: list[Chunk] = []
    place = len(START)
    while png.startswith(START) and place + 12 <= len(png) and len(found) < _MOST_CHUNKS:
        length, name = struct.unpack_from(">I4s", png, place)
        body = png[place + 8 : place + 8 + length]
        if png[place + 8 + length : place + 12 + length] != _checksum(name, body):
            return None
        found.append((name, body))
        if name == b"IEND":
            return found
        place += 12 + length
    return None


def _plain(parts: Sequence[Chunk]) -> bool:
    names = [name for name, _ in parts]
    in_a_row = [name for name, _ in groupby(names)]
    if names[0] != b"IHDR" or names.count(b"IHDR") != 1 or in_a_row.count(b"IDAT") != 1:
        return False
    if any(name in _LOOKS or (name[:1].isupper() and name not in _KNOWN) for name in names):
        return False
    bodies = dict(parts)
    if orientation(bodies.get(b"eXIf", b"")) != 1:
        return False
    return b"sRGB" in bodies or b"gAMA" not in bodies or _is_ordinary(bodies[b"gAMA"])


def _is_ordinary(gamma: bytes) -> bool:
    return len(gamma) == 4 and is_srgb_gamma(int.from_bytes(gamma) / 100_000)  # noqa: PLR2004 - one number


def _rows(header: bytes, packed: bytes) -> bytes | None:
    """The rows in `packed` if they are what `header` announces: all of them, and not a byte more."""
    if len(header) != _HEADER.size:
        return None
    width, height, depth, colour_type, *how = _HEADER.unpack(header)
    if depth != 8 or colour_type not in _CHANNELS or how != [0, 0, 0]:  # noqa: PLR2004 - bits a channel
        return None
    row = 1 + width * _CHANNELS[colour_type]
    if len(packed) > 1.01 * height * row + _SLACK:
        return None
    unpacker = isal_zlib.decompressobj()
    try:
        rows = unpacker.decompress(packed, height * row + 1)
    except IsalError:  # type: ignore[misc]  # its stub takes the class for an instance
        return None
    ended = unpacker.eof and not unpacker.unused_data
    return rows if ended and len(rows) == height * row and max(rows[::row]) < _FILTERS else None


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + _checksum(name, body)


def _stored(rows: bytes) -> bytes:
    """`rows` as zlib's format holds what is not packed: in blocks, with a sum (RFC 1950; RFC 1951, 3.2.4)."""
    parts: list[bytes | memoryview] = [b"\x78\x01"]
    for start in range(0, len(rows), _BLOCK):
        block = memoryview(rows)[start : start + _BLOCK]
        last = start + _BLOCK >= len(rows)
        parts += [_STORED.pack(last, len(block), len(block) ^ _BLOCK), block]
    parts.append(isal_zlib.adler32(rows).to_bytes(4))
    return b"".join(parts)


def _checksum(name: bytes, body: bytes) -> bytes:
    return isal_zlib.crc32(body, isal_zlib.crc32(name)).to_bytes(4)

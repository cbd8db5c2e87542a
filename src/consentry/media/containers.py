"""Which kind of video a file is, and whether all of it is there.

FFmpeg reads what it finds and does not say that the rest is missing. Here the lengths that a file
itself states are added up: the boxes of MP4 and QuickTime (ISO/IEC 14496-12, 4.2), and the elements
of WebM and Matroska (RFC 8794, RFC 9559).
"""

from __future__ import annotations

from typing import Final, NamedTuple

_BRANDS_OF_PICTURES: Final = frozenset({b"avif", b"avis", b"mif1", b"msf1", b"heic", b"heix", b"hevc"})
_QUICKTIME: Final = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
"""With what a QuickTime file may begin that does not say what it is."""

_BOX: Final = 8
_LARGE_BOX: Final = 16
"""Bytes in the head of a box, and in that of one of more than 4 GiB."""

MAGIC: Final = b"\x1a\x45\xdf\xa3"
"""The identifier of the header with which every such file begins."""

_DOCTYPE: Final = b"\x42\x82"
_SEGMENT: Final = b"\x18\x53\x80\x67"
_CLUSTER: Final = b"\x1f\x43\xb6\x75"
_LONGEST: Final = 8
"""Bytes in the longest number."""


class _Element(NamedTuple):
    name: bytes
    """Its identifier."""
    start: int
    """Where its body begins."""
    size: int | None
    """How long its body is; None if the file does not say."""


def video_kind(data: bytes) -> str:
    """`mp4`, `mov`, `webm` or `mkv` by the first bytes; empty for anything else."""
    if data[4:8] == b"ftyp":
        if data[8:12] in _BRANDS_OF_PICTURES:
            return ""
        return "mov" if data[8:12] == b"qt  " else "mp4"
    if data[4:8] in _QUICKTIME:
        return "mov"
    return _doctype(data) if data.startswith(MAGIC) else ""


def is_whole(data: bytes, kind: str) -> bool:
    """Whether everything is there that a file of this kind says it has."""
    return _boxes_are_whole(data) if kind in {"mp4", "mov"} else _elements_are_whole(data)


def _boxes_are_whole(data: bytes) -> bool:
    place = 0
    while place + _BOX <= len(data):
        size, head = int.from_bytes(data[place : place + 4]), _BOX
        if size == 1:
            size, head = int.from_bytes(data[place + _BOX : place + _LARGE_BOX]), _LARGE_BOX
        if size == 0:
            return True  # it goes on to the end of the file
        if size < head:
            return False
        place += size
    return place == len(data)


def _doctype(data: bytes) -> str:
    head = _element(data, 0)
    if head is None or head.size is None:
        return ""
    place = head.start
    while place < head.start + head.size:
        part = _element(data, place)
        if part is None or part.size is None:
            return ""
        if part.name == _DOCTYPE:
            said = data[part.start : part.start + part.size].rstrip(b"\0")
            return {b"webm": "webm", b"matroska": "mkv"}.get(said, "")
        place = part.start + part.size
    return ""


def _elements_are_whole(data: bytes) -> bool:
    head = _element(data, 0)
    if head is None or head.size is None:
        return False
    place = head.start + head.size
    while (part := _element(data, place)) is not None and part.name != _SEGMENT:
        if part.size is None:
            return False
        place = part.start + part.size
    if part is None:
        return False
    if part.size is not None and part.start + part.size > len(data):
        return False
    return _parts_are_whole(data, part.start, len(data) if part.size is None else part.start + part.size)


def _parts_are_whole(data: bytes, place: int, end: int) -> bool:
    """Whether the elements of a segment end where it does.

    In one that is written as it goes, a cluster without a length goes on until the next, and the
    file may end after any whole block.
    """
    while place < end:
        part = _element(data, place)
        if part is None:
            return False
        if part.size is None:
            if part.name != _CLUSTER:
                return False
            place = part.start
            continue
        place = part.start + part.size
    return place == end


def _element(data: bytes, place: int) -> _Element | None:
    """The element at `place`; None if there is not even its head."""
    name = _number(data, place)
    if name is None:
        return None
    size = _number(data, place + name[1])
    if size is None:
        return None
    length = size[1]
    value = size[0] & ((1 << 7 * length) - 1)
    unknown = value == (1 << 7 * length) - 1
    start = place + name[1] + length
    return _Element(data[place : place + name[1]], start, None if unknown else value)


def _number(data: bytes, place: int) -> tuple[int, int] | None:
    """A number with its marker, and how many bytes it takes."""
    if place >= len(data) or not data[place]:
        return None
    length = _LONGEST + 1 - data[place].bit_length()
    if place + length > len(data):
        return None
    return int.from_bytes(data[place : place + length]), length

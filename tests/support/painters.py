"""Generators for tests that see whether what they made ever leaves."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from consentry import wiring
from consentry.core.content import Request
from consentry.core.errors import BadInput
from consentry.core.ports import Generator, Made

PLAIN = "a quiet harbour in the morning"
BAD = "make it look like a summer day"
"""An ordinary prompt, for which the painter shows more than it was asked for."""


@dataclass
class Painter:
    """Draws as the drawing generator does, or gives what it was told to, and remembers what it was asked."""

    gives: Sequence[Made] | Exception | None = None
    asked: list[Request] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    _hand: Generator = field(default_factory=lambda: wiring.drawing_generator({BAD: "bands"}))

    async def make(self, request: Request) -> Sequence[Made]:
        self.asked.append(request)
        if isinstance(self.gives, Exception):
            raise self.gives
        made = list(self.gives or await self._hand.make(request))
        self.made += made
        return made


def traces(painter: Painter, system: wiring.System, text: str) -> list[str]:
    """Which of the painter's images are in `text`, as they were made or as they were judged."""
    return [name for one in painter.made for name, form in _forms(one.data, system) if form in text]


def _forms(data: bytes, system: wiring.System) -> Iterator[tuple[str, str]]:
    for name, found in (("made", data), ("judged", _clean(data, system))):
        for middle in (found[40:100], found[-100:-40]):
            for shift in range(3):
                yield name, base64.b64encode(b"\0" * shift + middle)[4:-4].decode()


def _clean(data: bytes, system: wiring.System) -> bytes:
    try:
        return system.decoder.clean(data)
    except BadInput:
        return data


@contextmanager
def painting(server, painter: Painter) -> Iterator[Painter]:
    """The shared server with this painter behind it while the block runs."""
    before = server.system.generator
    object.__setattr__(server.system, "generator", painter)
    try:
        yield painter
    finally:
        object.__setattr__(server.system, "generator", before)

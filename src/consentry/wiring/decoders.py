"""The decoders: children that open pictures, and others for videos, so that neither waits for the other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial

from consentry.core.content import Picture
from consentry.core.match import Hashes
from consentry.core.ports import Decoder, Hasher
from consentry.matching.hasher import PdqHasher
from consentry.media.decoder import MAX_WAITING, SandboxDecoder, TwoDecoders
from consentry.media.limits import VIDEO_LIMITS, Limits


def open_decoders(
    opened: contextlib.ExitStack, pictures: int = 1, videos: int = 1, waiting: int = MAX_WAITING
) -> tuple[SandboxDecoder, Decoder]:
    """What opens pictures alone, and what opens pictures and videos; the same if there are to be no videos.

    So many callers may wait for a picture. Both are closed with `opened`.
    """
    stills = opened.enter_context(SandboxDecoder(Limits(), workers=pictures, max_waiting=waiting))
    if not videos:
        return stills, stills
    return stills, TwoDecoders(stills, opened.enter_context(SandboxDecoder(VIDEO_LIMITS, workers=videos)))


def ready_hasher() -> Hasher:
    """A hasher that has been compiled, so that no caller waits for it."""
    hasher = PdqHasher()
    hasher.warm()
    return hasher


@contextlib.contextmanager
def open_hashing() -> Iterator[Callable[[bytes], Hashes]]:
    """What hashes the bytes of a picture or a video, without a database. It raises BadInput if it cannot."""
    with contextlib.ExitStack() as opened:
        _, media = open_decoders(opened)
        yield partial(_hashed, media, PdqHasher())


def _hashed(media: Decoder, hasher: Hasher, data: bytes) -> Hashes:
    found: Picture = media.decode(data)
    return hasher.hashes(found)

"""Pictures and videos are opened by different children, and videos only if the operator wants them."""

import contextlib

import pytest

from consentry import wiring
from consentry.media.decoder import ONE_PIXEL
from consentry.wiring.decoders import open_decoders, ready_hasher
from support.videos import encoded, film

VIDEO = encoded(film([1], each=0.4, size=(64, 48)))


def test_pictures_and_videos_are_hashed_without_a_database():
    with wiring.open_hashing() as hashed:
        assert len(hashed(ONE_PIXEL).sha256) == 64
        assert hashed(VIDEO).frames


@pytest.mark.parametrize("videos", [0, 1])
def test_videos_are_opened_only_where_they_are_wanted(videos):
    with contextlib.ExitStack() as opened:
        stills, media = open_decoders(opened, videos=videos)
        assert stills.decode(VIDEO).trouble == "unsupported"
        assert bool(media.decode(VIDEO).frames) is bool(videos)
        assert media.decode(ONE_PIXEL).frames
        assert ready_hasher().hashes(stills.decode(ONE_PIXEL)).sha256
    assert stills.decode(ONE_PIXEL).trouble == "closed"

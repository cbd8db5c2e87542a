"""Videos made to hurt whoever opens them: each is refused with a word, in time, by a child that lives on."""

import random
import time
from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import av
import pytest
from PIL import Image

from attacks import hostile_files as files
from consentry.core.errors import BadInput
from consentry.media.decoder import SandboxDecoder, TwoDecoders
from consentry.media.drawing import place
from consentry.media.limits import VIDEO_LIMITS
from support.videos import encoded, film

FRAMES = film([1, 2], each=0.8, size=(160, 120))
FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}


@pytest.fixture(scope="module")
def decoder():
    with SandboxDecoder(replace(VIDEO_LIMITS, seconds=20), workers=1) as decoder:
        yield decoder


def patched_size(data, width, height):
    """Every place in a file where its frames are said to be 160 x 120, made to say something else."""
    old = (160).to_bytes(2) + (120).to_bytes(2)
    new = width.to_bytes(2) + height.to_bytes(2)
    return data.replace(old, new).replace((120).to_bytes(2) + (160).to_bytes(2), new[2:] + new[:2])


def many_tracks(count):
    out = BytesIO()
    with av.open(out, "w", format="matroska") as file:
        streams = [file.add_stream("mpeg4", rate=5) for _ in range(count)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for stream in streams:
            file.mux(stream.encode(av.VideoFrame.from_image(Image.new("RGB", (32, 32)))))
            file.mux(stream.encode(None))
    return out.getvalue()


def no_frames():
    """A file that has a track and nothing in it."""
    data = encoded(FRAMES[:1], file_options=FRAGMENTS)
    return data[: data.index(b"moof") - 4]


BOMBS = {
    "frames of 10 MP": (lambda: encoded([Image.new("RGB", (4000, 2500))]), {"too_many_pixels"}),
    "frames said to be of 4 GP": (
        lambda: patched_size(encoded(FRAMES[:2], "mov", codec="mjpeg", pix_fmt="yuvj420p"), 65_535, 65_535),
        {"too_many_pixels", "corrupt", "unsupported"},
    ),
    "hours between frames": (lambda: encoded(FRAMES[:3], "mkv", fps=Fraction(1, 9000)), {"too_long"}),
    "forty thousand frames in a moment": (
        lambda: encoded([Image.new("RGB", (16, 16))] * 40_000, fps=1000, codec="mpeg4"),
        {"too_long"},
    ),
    "seven tracks": (lambda: many_tracks(7), {"too_many_tracks"}),
    "a track without a frame": (no_frames, {"corrupt"}),
    "a head alone": (lambda: b"\0\0\0\x18ftypisom" + bytes(12), {"corrupt"}),
    "a mebibyte of zeros": (lambda: b"\0\0\0\x18ftypisom" + bytes(1 << 20), {"corrupt"}),
    "a header of another Matroska": (lambda: b"\x1a\x45\xdf\xa3\x84\x42\x82\x81x", {"unsupported"}),
    "201 MiB": (lambda: b"\0\0\0\x18ftypisom" + bytes(201 << 20), {"too_large"}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_a_word_and_the_child_lives(decoder, name):
    make, words = BOMBS[name]
    data = make()
    (child,) = decoder._idle.queue
    started = time.monotonic()
    video = decoder.decode(data)
    assert time.monotonic() - started < 30  # half of what a video may take
    assert video.frames == ()
    assert video.trouble in words
    assert list(decoder._idle.queue) == [child]
    assert decoder.decode(encoded(FRAMES[:2])).frames


@pytest.mark.parametrize("kind", ["mp4", "mov", "webm", "mkv"])
@pytest.mark.parametrize("options", [None, FRAGMENTS], ids=["whole", "fragments"])
def test_a_video_cut_anywhere_never_brings_half_of_it(decoder, kind, options):
    if options and kind in {"webm", "mkv"}:
        options = {"live": "1"}
    data = encoded(FRAMES, kind, file_options=options)
    assert decoder.decode(data).frames
    for part in range(1, 16):
        cut = decoder.decode(data[: len(data) * part // 16])
        assert cut.frames == ()
        assert cut.trouble in {"corrupt", "unsupported"}


def test_whatever_is_changed_in_a_video_the_child_answers_in_time(decoder):
    chance = random.Random(7)
    (child,) = decoder._idle.queue
    for kind in ("mp4", "webm"):
        data = encoded(FRAMES[:8], kind)
        for _ in range(40):
            changed = bytearray(data)
            for _ in range(chance.randint(1, 12)):
                changed[chance.randrange(12, len(changed))] = chance.randrange(256)
            started = time.monotonic()
            video = decoder.decode(bytes(changed))
            assert time.monotonic() - started < 10
            assert bool(video.frames) != bool(video.trouble)
            assert video.trouble not in {"crashed", "timeout"}
    assert list(decoder._idle.queue) == [child]


def test_a_video_that_takes_too_long_is_given_up_and_the_next_is_read():
    slow = encoded(film([1, 2, 3], each=2, size=(1280, 720)), codec="mpeg4")
    with SandboxDecoder(replace(VIDEO_LIMITS, seconds=0.15), workers=1) as hasty:
        started = time.monotonic()
        assert hasty.decode(slow).trouble == "timeout"
        assert time.monotonic() - started < 3


def test_a_video_needs_a_decoder_that_was_made_for_videos():
    with SandboxDecoder(workers=1) as pictures:
        assert pictures.decode(encoded(FRAMES[:2])).trouble == "unsupported"


def test_pictures_and_videos_each_have_their_own_decoder(decoder):
    with SandboxDecoder(workers=1) as pictures:
        both = TwoDecoders(pictures, decoder)
        assert both.decode(encoded(FRAMES[:2], "webm")).kind == "webm"
        assert both.decode(files.saved(place(1, (64, 48)), "gif")).kind == "gif"
        assert both.clean(files.saved(place(1, (64, 48)), "jpeg")).startswith(b"\xff\xd8")
        with pytest.raises(BadInput):
            both.clean(encoded(FRAMES[:2]))

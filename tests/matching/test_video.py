import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from consentry.core.errors import BadInput
from consentry.core.match import FrameHash
from consentry.matching.hasher import PdqHasher
from consentry.matching.video import Shared, compare_videos, from_vpdq, to_vpdq
from consentry.media.decoder import PlainDecoder
from consentry.media.limits import VIDEO_LIMITS
from support.videos import encoded, film

HASHER, DECODER = PdqHasher(), PlainDecoder(VIDEO_LIMITS)
FILM = film([1, 2, 3], each=1.6)
ONE, TWO = "00" * 32, "0f" * 32


def frames(data):
    return HASHER.hashes(DECODER.decode(data)).frames


@pytest.fixture(scope="module")
def known():
    return frames(encoded(FILM))


COPIES = {
    "another codec, far fewer bits": lambda: encoded(FILM, "webm", options={"crf": "50", "b": "60k"}),
    "another container": lambda: encoded(FILM, "mkv", codec="mpeg4"),
    "smaller": lambda: encoded(FILM, size=(160, 120)),
    "larger": lambda: encoded(FILM, size=(640, 480)),
    "another shape": lambda: encoded(FILM, size=(426, 240)),
    "a third of the frames a second": lambda: encoded(FILM[::3], fps=5),
    "in slow motion": lambda: encoded(FILM, fps=10),
    "its middle": lambda: encoded(FILM[20:50]),
    "its first second": lambda: encoded(FILM[:15]),
    "with another film before it": lambda: encoded(film([11, 12], each=1.6) + FILM),
    "in grey": lambda: encoded([frame.convert("L").convert("RGB") for frame in FILM]),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_of_a_video_is_found(known, name):
    shared = compare_videos(frames(COPIES[name]()), known)
    assert shared.same, shared


@pytest.mark.parametrize("seeds", [(4, 5, 6), (21, 22, 23), (31,), (41, 42, 43, 44)])
def test_a_stranger_is_not(known, seeds):
    shared = compare_videos(frames(encoded(film(seeds, each=1.6))), known)
    assert (shared.query_percent, shared.known_percent, shared.same) == (0, 0, False)


def test_the_same_opening_title_does_not_make_two_videos_the_same(known):
    title = [ImageOps.invert(film([9], each=0.1)[0])] * 20
    one = frames(encoded(title + FILM))
    other = frames(encoded(title + film([31, 32, 33], each=1.6)))
    shared = compare_videos(one, other)
    assert 0 < shared.query_percent < 50
    assert not shared.same


def test_a_part_of_a_long_video_is_found():
    long = film(range(50, 62), each=5, fps=10)
    shared = compare_videos(frames(encoded(long[200:300], fps=10)), frames(encoded(long, fps=10)))
    assert shared.step_percent >= 50
    assert shared.same


def test_percentages_are_of_telling_frames_each_hash_once():
    a, b, c, dull = (FrameHash(bytes([n] * 32), 90) for n in (0, 15, 240, 85))
    dull = FrameHash(dull.pdq, 49)
    assert compare_videos([a, a, b, dull], [a, c, c]) == Shared(50, 50, 0)
    assert compare_videos([dull], [a]) is None
    assert compare_videos([a], []) is None


def test_the_radius_is_what_it_says():
    other = FrameHash((2**31 - 1).to_bytes(32), 90)
    assert compare_videos([FrameHash(bytes(32), 90)], [other]).query_percent == 100
    assert compare_videos([FrameHash(bytes(32), 90)], [other], radius=30).query_percent == 0


def test_what_is_written_is_what_vpdq_reads():
    text = to_vpdq([FrameHash(bytes.fromhex(ONE), 100, 0, 0), FrameHash(bytes.fromhex(TWO), 7, 30, 1234)])
    assert json.loads(text) == [f"{ONE},100,0.000", f"{TWO},7,1.234"]


@given(
    st.lists(
        st.builds(
            FrameHash,
            st.binary(min_size=32, max_size=32),
            st.integers(0, 100),
            st.just(0),
            st.integers(0, 10**9),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_writing_and_reading_loses_only_the_numbers_of_frames(video):
    back = from_vpdq(to_vpdq(video))
    assert [(f.pdq, f.quality, f.milliseconds) for f in back] == [
        (f.pdq, f.quality, f.milliseconds) for f in video
    ]
    assert [frame.number for frame in back] == list(range(len(video)))


def test_older_forms_are_read_too():
    said = {"quality": 80, "hash": ONE, "timestamp": 1.5}
    frame = FrameHash(bytes(32), 80, 45, 1500)
    assert from_vpdq(json.dumps({"45": said})) == (frame,)
    assert from_vpdq(json.dumps([{**said, "frame_number": 45}])) == (frame,)
    assert from_vpdq(json.dumps([said])) == (FrameHash(bytes(32), 80, 0, 1500),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "7",
        "null",
        "not json",
        f'["{ONE}"]',
        f'["{ONE},1"]',
        f'["{ONE},101,0"]',
        f'["{ONE},-1,0"]',
        f'["{ONE},50,-0.1"]',
        f'["{ONE},50,nan"]',
        f'["{ONE},50,inf"]',
        f'["{ONE},50,1e12"]',
        f'["{ONE[2:]},50,0"]',
        '["zz,50,0"]',
        "[7]",
        "[[]]",
        '{"x": {"quality": 1, "hash": "' + ONE + '", "timestamp": 0}}',
        '{"-1": {"quality": 1, "hash": "' + ONE + '", "timestamp": 0}}',
        '{"1": {"quality": "1", "hash": "' + ONE + '", "timestamp": 0}}',
        '{"1": {"quality": 1, "hash": 1, "timestamp": 0}}',
        '{"1": {"quality": 1, "hash": "' + ONE + '"}}',
        "[" * 100_000,
    ],
)
def test_what_makes_no_sense_is_refused(text):
    with pytest.raises(BadInput) as refused:
        from_vpdq(text)
    assert refused.value.code == "bad_vpdq"


def test_a_black_film_has_nothing_to_compare():
    black = frames(encoded([Image.new("RGB", (320, 240))] * 5))
    assert compare_videos(black, black) is None

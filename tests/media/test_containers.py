import pytest

from attacks.hostile_files import saved
from consentry.media.containers import is_whole, video_kind
from consentry.media.drawing import place
from support.videos import encoded, film

FRAMES = film([1], each=0.4, size=(64, 48))
KINDS = ("mp4", "mov", "webm", "mkv")


@pytest.mark.parametrize("kind", KINDS)
def test_a_video_is_known_by_its_first_bytes_and_whole_only_to_its_last(kind):
    data = encoded(FRAMES, kind)
    assert video_kind(data) == kind
    assert is_whole(data, kind)
    for cut in (1, 9, 100, len(data) // 2, len(data) - 50):
        assert not is_whole(data[:-cut], kind)


def test_a_quicktime_file_may_begin_with_its_index():
    for name in (b"moov", b"mdat", b"wide", b"free"):
        assert video_kind(b"\0\0\0\x08" + name) == "mov"


@pytest.mark.parametrize("data", [b"", b"\x1a\x45\xdf\xa3", b"\x1a\x45\xdf\xa3\x84\x42\x82\x81x", b"\0" * 40])
def test_what_is_no_video_is_none(data):
    assert video_kind(data) == ""


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "webp", "avif"])
def test_no_picture_is_taken_for_a_video(kind):
    assert video_kind(saved(place(1, (32, 24)), kind)) == ""


def test_a_large_box_and_one_that_goes_on_to_the_end_are_understood():
    large = (1).to_bytes(4) + b"mdat" + (20).to_bytes(8) + b"four"
    assert is_whole(large, "mp4")
    assert not is_whole(large[:-1], "mp4")
    assert is_whole(bytes(4) + b"mdat" + b"anything", "mp4")
    assert not is_whole((7).to_bytes(4) + b"mdat", "mp4")


def test_a_live_recording_without_lengths_may_end_after_any_whole_part():
    head = b"\x1a\x45\xdf\xa3\x80"
    endless = b"\x18\x53\x80\x67\x01" + b"\xff" * 7
    cluster = b"\x1f\x43\xb6\x75\xff" + b"\xe7\x81\x05" + b"\xa3\x83abc"
    assert is_whole(head + endless + cluster + cluster, "webm")
    assert not is_whole((head + endless + cluster)[:-1], "webm")
    assert not is_whole(head + endless + b"\xec\xff", "webm")
    assert not is_whole(head, "webm")

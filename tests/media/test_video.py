from fractions import Fraction
from io import BytesIO

import av
import numpy as np
import pytest
from PIL import Image

from consentry.core.errors import BadInput
from consentry.media.drawing import place
from consentry.media.limits import VIDEO_LIMITS, Limits
from consentry.media.video import MAX_SHOWN, frames_of, sample, shots
from support.videos import encoded, film, flash

FRAMES = film([1, 2], each=1.0)


def colour(image):
    return np.asarray(image.convert("RGB"), np.int16).reshape(-1, 3).mean(axis=0)


def refused(data, limits=VIDEO_LIMITS):
    with pytest.raises(BadInput) as trouble:
        shots(data, limits)
    return trouble.value.code


@pytest.mark.parametrize(
    ("kind", "codec", "pixels"),
    [
        ("mp4", "libx264", "yuv420p"),
        ("mp4", "libx265", "yuv420p"),
        ("mp4", "mpeg4", "yuv420p"),
        ("mov", "libx264", "yuv420p"),
        ("mov", "mjpeg", "yuvj420p"),
        ("webm", "libvpx", "yuv420p"),
        ("webm", "libvpx-vp9", "yuv420p"),
        ("mkv", "libsvtav1", "yuv420p"),
    ],
)
def test_what_cameras_and_browsers_write_is_read(kind, codec, pixels):
    found = shots(encoded(FRAMES, kind, codec=codec, pix_fmt=pixels), VIDEO_LIMITS)
    assert found[0].number == 0
    for shot in (found[0], found[-1]):
        assert np.abs(colour(shot.colour) - colour(FRAMES[shot.number])).max() < 6
        assert abs(shot.milliseconds - 1000 * shot.number / 15) < 2


def test_every_scene_is_there_and_far_fewer_frames_than_were_shown():
    found = shots(encoded(film([1, 2, 3], each=2, speed=6)), VIDEO_LIMITS)
    assert {shot.number // 30 for shot in found} == {0, 1, 2}
    assert len(found) < 30


def test_a_frame_that_is_shown_for_a_moment_is_seen():
    still = [place(4, (320, 240))] * 60
    found = shots(encoded(flash(still, 31, place(9, (320, 240)))), VIDEO_LIMITS)
    assert [shot.number for shot in found] == [0, 31]


def test_more_than_may_be_shown_is_never_shown():
    found = shots(encoded(film([1, 2, 3, 4])), Limits(max_duration=60, max_frames=5))
    assert 2 <= len(found) <= 5


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_video_is_turned_upright_as_a_player_turns_it(angle):
    upright = place(3, (320, 240))
    stored = [upright.rotate(-angle, expand=True)] * 3
    (shot,) = shots(encoded(stored, rotate=angle), VIDEO_LIMITS)
    wrong = np.abs(np.asarray(shot.colour, np.int16) - np.asarray(upright, np.int16)).mean()
    assert shot.colour.size == (320, 240)
    assert wrong < 12


@pytest.mark.parametrize(("range_", "form"), [(1, "yuv420p"), (2, "yuv420p")])
def test_colours_follow_the_range_the_file_names(range_, form):
    def setup(stream):
        stream.codec_context.color_range = range_

    grey = Image.new("RGB", (320, 240), (200, 200, 200))
    (shot,) = shots(encoded([grey] * 2, setup=setup, pix_fmt=form), VIDEO_LIMITS)
    expected = 200 if range_ == 1 else 16 + 200 * 219 / 255
    # PyAV writes limited range whatever is named: named full, the same samples are darker or lighter
    assert abs(colour(shot.colour)[0] - expected) < 4


def test_colours_without_a_name_are_those_of_hd_from_720_lines_on():
    red = Image.new("RGB", (1280, 720), (200, 30, 30))

    def hd(stream):
        stream.codec_context.colorspace = 1

    named = shots(encoded([red], setup=hd), VIDEO_LIMITS)[0]
    unnamed = shots(encoded([red]), VIDEO_LIMITS)[0]
    assert np.abs(colour(named.colour) - colour(unnamed.colour)).max() < 1


def test_a_large_frame_is_made_smaller_and_keeps_its_shape():
    (shot,) = shots(encoded([place(1, (1920, 1080))], codec="mpeg4"), VIDEO_LIMITS)
    width, height = shot.colour.size
    assert width * height <= MAX_SHOWN * 1.01
    assert abs(width / height - 1920 / 1080) < 0.01


def test_see_through_frames_are_shown_on_white_and_on_black():
    clear = place(1, (320, 240)).convert("RGBA")
    clear.putalpha(0)
    data = encoded([clear], "mov", codec="prores_ks", pix_fmt="yuva444p10le")
    (shot,) = shots(data, VIDEO_LIMITS)
    white, black = frames_of(shot)
    assert set(white.rgb) == {255}
    assert set(black.rgb) == {0}


def test_a_webm_with_transparency_is_not_shown_without_it():
    assert refused(encoded(FRAMES[:3], "webm", pix_fmt="yuva420p")) == "unsupported"


def test_videos_are_read_only_where_they_are_wanted():
    assert refused(encoded(FRAMES[:2]), Limits()) == "unsupported"


def test_other_codecs_are_never_tried():
    assert refused(encoded(FRAMES[:2], "mkv", codec="ffv1")) == "unsupported"


def test_a_longer_video_than_may_be_is_refused():
    assert refused(encoded(FRAMES[:3], "mkv", fps=Fraction(1, 400))) == "too_long"
    assert refused(encoded(FRAMES, "mp4"), Limits(max_duration=1.0)) == "too_long"


def test_sound_is_passed_over_and_a_file_of_sound_alone_is_no_video():
    out = BytesIO()
    with av.open(out, "w", format="mp4") as file:
        stream = file.add_stream("aac", rate=44_100)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        sound.sample_rate = 44_100
        file.mux(stream.encode(sound))
        file.mux(stream.encode(None))
    assert refused(out.getvalue()) == "unsupported"


def test_the_sample_is_a_video():
    assert len(shots(sample(), VIDEO_LIMITS)) == 2

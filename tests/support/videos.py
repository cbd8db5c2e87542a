"""Draws videos in memory: a camera that moves over drawn places, in any container and codec."""

import os
from contextlib import contextmanager
from io import BytesIO

import av
import numpy as np
from PIL import Image

from consentry.media.drawing import place

CODECS = {"mp4": "libx264", "mov": "libx264", "webm": "libvpx-vp9", "mkv": "libx264"}
FORMATS = {"mp4": "mp4", "mov": "mov", "webm": "webm", "mkv": "matroska"}


@contextmanager
def priority_kept():
    """SVT-AV1 run by root makes whoever calls it a real-time process, which starves all others; undo that."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, *before)


def scene(seed, seconds, fps=15, size=(320, 240), speed=40.0, start=0.0):
    """Frames of a camera that moves over one place at `speed` pixels a second."""
    width, height = size
    wide = place(seed, (width * 2, height + height // 2))
    for number in range(round(seconds * fps)):
        at = start + number / fps
        left = min(round(at * speed), width)
        top = min(round(at * speed / 4), height // 2)
        yield wide.crop((left, top, left + width, top + height))


def film(seeds, each=2.0, fps=15, size=(320, 240), **how):
    """Several scenes after one another."""
    return [frame for seed in seeds for frame in scene(seed, each, fps, size, **how)]


def encoded(frames, kind="mp4", fps=15, *, codec=None, size=None, rotate=None, options=None, setup=None,
            pix_fmt="yuv420p", file_options=None):  # fmt: skip
    """`frames` as the bytes of a video file."""
    out = BytesIO()
    with priority_kept(), av.open(out, "w", format=FORMATS[kind], options=file_options or {}) as file:
        name = codec or CODECS[kind]
        fast = {"libx264": {"preset": "ultrafast"}, "libvpx-vp9": {"cpu-used": "8", "deadline": "realtime"}}
        stream = file.add_stream(name, rate=fps, options={**fast.get(name, {}), **(options or {})})
        stream.width, stream.height = size or frames[0].size
        stream.pix_fmt = pix_fmt
        if rotate is not None:
            stream.set_display_rotation(rotate)
        if setup is not None:
            setup(stream)
        for frame in frames:
            shown = frame.resize(size, Image.Resampling.BICUBIC) if size else frame
            file.mux(
                stream.encode(
                    av.VideoFrame.from_ndarray(np.asarray(shown), "rgba" if shown.mode == "RGBA" else "rgb24")
                )
            )
        file.mux(stream.encode(None))
    return out.getvalue()


def flash(frames, at, picture):
    """`frames` with `picture` for one of them."""
    shown = list(frames)
    shown[at] = picture.resize(frames[0].size)
    return shown


def noise(size=(320, 240), count=3):
    random = np.random.default_rng(7)
    return [Image.fromarray(random.integers(0, 256, (*size[::-1], 3), np.uint8)) for _ in range(count)]

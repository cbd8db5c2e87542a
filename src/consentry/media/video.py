"""The frames of a video that stand for all of it, as plain pixels like those of a picture.

Definition `v1`, in this order:
 1. only MP4, QuickTime, WebM and Matroska, told apart by their first bytes, and in them only the
    codecs of `CODECS`; sound, subtitles and whatever else is in the file are never decoded;
 2. every frame of every picture track is decoded (edit lists, which may hide some, are ignored), and
    those that differ are kept: see `cover`. At most `Limits.max_frames`;
 3. colours from the matrix and range that the frame names to full-range sRGB; without a name, as
    browsers take it, BT.709 from 720 lines on, BT.601 below;
 4. turned and mirrored as the track's display matrix says;
 5. made smaller, if there are more than 640 x 640 pixels, by the mean of what falls together;
 6. transparency laid over white, and over black too, as with pictures.
Known limits: pixels that are not square are not stretched; HDR is not mapped to the range of a screen.
A file that ends early, a damaged frame and one of which a part is missing refuse the whole video.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from typing import Final

import av
from av.container import InputContainer
from av.packet import Packet
from av.sidedata.sidedata import SideData
from av.stream import Discard, Stream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from PIL import Image

from consentry.core.content import Frame
from consentry.media.containers import is_whole, video_kind
from consentry.media.cover import SIDE, Cover
from consentry.media.limits import Limits, refusal

CODECS: Final = ("h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg4", "h263", "mjpeg", "prores")
"""What cameras, phones and browsers write. Nothing else of FFmpeg's hundreds ever sees the bytes."""

DEMUXERS: Final = {"mp4": "mp4", "mov": "mov", "webm": "matroska", "mkv": "matroska"}
"""The containers that are read, and with what."""

MAX_TRACKS: Final = 4
"""Most picture tracks in one file; each may be what a player shows."""

MAX_READ: Final = 36_000
"""Most frames decoded: ten minutes at 60 a second."""

MAX_SHOWN: Final = 640 * 640
"""Pixels to which a frame is reduced: more than any detector or hash looks at."""

HD_LINES: Final = 720
"""Lines from which on colours without a name are those of HD."""

_SD, _HD = int(Colorspace.ITU601), int(Colorspace.ITU709)
_NAMED: Final = {1: _HD, 4: int(Colorspace.FCC), 5: _SD, 6: _SD, 7: int(Colorspace.SMPTE240M)}
_NAMED_WIDE: Final = {9: int(Colorspace.BT2020), 10: int(Colorspace.BT2020)}
"""FFmpeg's numbers for the matrices that a frame may name (ITU-T H.273, table 4)."""

_TURNS: Final = {
    (1, 0, 0, 1): None,
    (-1, 0, 0, 1): Image.Transpose.FLIP_LEFT_RIGHT,
    (1, 0, 0, -1): Image.Transpose.FLIP_TOP_BOTTOM,
    (-1, 0, 0, -1): Image.Transpose.ROTATE_180,
    (0, 1, 1, 0): Image.Transpose.TRANSPOSE,
    (0, -1, -1, 0): Image.Transpose.TRANSVERSE,
    (0, 1, -1, 0): Image.Transpose.ROTATE_270,
    (0, -1, 1, 0): Image.Transpose.ROTATE_90,
}
"""What a display matrix (signs of a, b, c, d; ISO/IEC 14496-12, 6.2.2) asks for."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame that was kept, upright and in sRGB."""

    colour: Image.Image
    """Mode RGB."""
    alpha: Image.Image | None
    """Mode L, 255 where opaque; None if all of it is."""
    number: int
    """Which frame of its track, from 0."""
    milliseconds: int
    """When it is shown, from the first frame on."""


def shots(data: bytes, limits: Limits) -> tuple[Shot, ...]:
    """The frames that stand for all of a video. Raises BadInput over a limit, and what FFmpeg raises."""
    kind = video_kind(data)
    if not kind or not limits.max_duration:
        raise refusal("unsupported")
    if not is_whole(data, kind):
        raise refusal("corrupt")
    options = {
        "codec_whitelist": ",".join(CODECS),
        "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
        "protocol_whitelist": "",
        "ignore_editlist": "1",
    }
    with av.open(
        BytesIO(data), "r", format=DEMUXERS[kind], options=options, metadata_errors="replace"
    ) as file:
        cover: Cover[Shot] = Cover(limits.max_frames)
        tracks = [_Track(stream, limits, cover) for stream in _streams(file, limits)]
        read = _read(file, {track.stream.index: track for track in tracks})
    if not read:
        raise refusal("corrupt")
    return cover.items


class _Track:
    """One picture track while it is read."""

    def __init__(self, stream: VideoStream, limits: Limits, cover: Cover[Shot]) -> None:
        """Make `stream` ready. Raises BadInput if it is no good."""
        _make_ready(stream, limits)
        self.stream = stream
        self.packets = 0
        self._limits, self._cover = limits, cover
        self._number = 0
        self._began: float | None = None

    def take(self, packet: Packet[Stream]) -> int:
        """Decode a packet; how many frames came of it. Raises BadInput for a damaged one."""
        self.packets += packet.size > 0
        if packet.is_corrupt:
            raise refusal("corrupt")
        frames = packet.decode()
        for frame in frames:
            if isinstance(frame, VideoFrame):
                self._look(frame)
        return len(frames)

    def _look(self, frame: VideoFrame) -> None:
        if frame.is_corrupt:
            raise refusal("corrupt")
        _check_size(frame.width, frame.height, self._limits)
        at = self._when(frame)
        small = _pixels(_fitted(frame, SIDE, SIDE, "rgb24"), "RGB").tobytes()
        if self._cover.is_new(small):
            self._cover.keep(small, _shot(frame, self._number, at))
        self._number += 1

    def _when(self, frame: VideoFrame) -> int:
        """Milliseconds since the first frame. Raises BadInput past the longest duration."""
        time = frame.time if frame.pts is not None else None
        if time is None or not math.isfinite(time):
            return 0
        self._began = time if self._began is None else self._began
        if time - self._began > self._limits.max_duration:
            raise refusal("too_long")
        return max(0, round((time - self._began) * 1000))


def _streams(file: InputContainer, limits: Limits) -> Sequence[VideoStream]:
    """The picture tracks. Raises BadInput if there are none or too many, or if they are too long."""
    for stream in file.streams:
        if not isinstance(stream, VideoStream):
            stream.discard = Discard.all
    found = file.streams.video
    if not found:
        raise refusal("unsupported")
    if len(found) > MAX_TRACKS:
        raise refusal("too_many_tracks")
    lengths = [(file.duration or 0) / av.time_base]
    lengths += [float((stream.duration or 0) * (stream.time_base or Fraction())) for stream in found]
    if max(lengths) > limits.max_duration:
        raise refusal("too_long")
    return found


def _make_ready(stream: VideoStream, limits: Limits) -> None:
    """Before anything is decoded, see that the codec is one of ours and the size one that may be."""
    context = stream.codec_context
    # A track of a codec that is on no list has no codec at all, whatever the stubs of PyAV promise.
    if getattr(context, "name", "") not in CODECS:
        raise refusal("unsupported")
    if stream.metadata.get("alpha_mode") == "1":
        raise refusal("unsupported")  # FFmpeg's own VP8 and VP9 would show it without its transparency
    _check_size(context.width, context.height, limits)
    context.thread_count = 1  # the child cannot start threads
    context.options = {"max_pixels": str(limits.max_pixels)}


def _read(file: InputContainer, tracks: dict[int, _Track]) -> int:
    """Decode everything; how many frames there were. Raises BadInput if the file promised more."""
    frames = 0
    for packet in file.demux(*(track.stream for track in tracks.values())):
        frames += tracks[packet.stream_index].take(packet)
        if frames > MAX_READ:
            raise refusal("too_long")
    if any(track.packets < track.stream.frames for track in tracks.values()):
        raise refusal("corrupt")
    return frames


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.max_pixels:
        raise refusal("too_many_pixels")


def _shot(frame: VideoFrame, number: int, at: int) -> Shot:
    by = min(1.0, math.sqrt(MAX_SHOWN / (frame.width * frame.height)))
    width, height = max(1, round(frame.width * by)), max(1, round(frame.height * by))
    clear = any(part.is_alpha for part in frame.format.components)
    image = _pixels(_fitted(frame, width, height, "rgba" if clear else "rgb24"), "RGBA" if clear else "RGB")
    turn = _turn(frame)
    image = image.transpose(turn) if turn is not None else image
    alpha = image.getchannel("A") if clear else None
    if alpha is not None and alpha.getextrema() == (255, 255):
        alpha = None
    return Shot(image.convert("RGB"), alpha, number, at)


def _fitted(frame: VideoFrame, width: int, height: int, form: str) -> VideoFrame:
    """`frame` in another size, in full-range RGB."""
    return frame.reformat(
        width=width,
        height=height,
        format=form,
        src_colorspace=_matrix(frame),
        src_color_range=_range(frame),
        dst_color_range=int(ColorRange.JPEG),
        interpolation="AREA",
        threads=1,
    )


def _matrix(frame: VideoFrame) -> int:
    guessed = _HD if frame.height >= HD_LINES else _SD
    return (_NAMED | _NAMED_WIDE).get(int(frame.colorspace), guessed)


def _range(frame: VideoFrame) -> int:
    full = frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    return int(ColorRange.JPEG if full else ColorRange.MPEG)


def _pixels(frame: VideoFrame, mode: str) -> Image.Image:
    plane = frame.planes[0]
    size = frame.width, frame.height
    return Image.frombuffer(mode, size, bytes(plane), "raw", mode, plane.line_size, 1)


def _turn(frame: VideoFrame) -> Image.Transpose | None:
    """What the signs of the first four numbers of the display matrix ask for, if there is one."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(matrix, SideData):
        return None
    a, b, _, c, d = struct.unpack_from("=5i", bytes(matrix))
    signs = [(number > 0) - (number < 0) for number in (a, b, c, d)]
    return _TURNS.get((signs[0], signs[1], signs[2], signs[3]))


def frames_of(shot: Shot) -> Iterator[Frame]:
    """`shot` over white; and over black too if anything in it is see-through."""
    if shot.alpha is None:
        yield _frame(shot.colour, shot)
        return
    for background in ("white", "black"):
        ground = Image.new("RGB", shot.colour.size, background)
        ground.paste(shot.colour, mask=shot.alpha)
        yield _frame(ground, shot)


def _frame(image: Image.Image, shot: Shot) -> Frame:
    return Frame(image.width, image.height, image.tobytes(), shot.number, shot.milliseconds)


def sample() -> bytes:
    """A video of two small frames, to warm up a decoder with."""
    out = BytesIO()
    with av.open(out, "w", format="mp4") as file:
        stream = file.add_stream("mpeg4", rate=2)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        stream.codec_context.thread_count = 1
        for colour in ("white", "black"):
            plain = Image.new("RGB", (32, 32), colour)
            frame = VideoFrame.from_image(plain)  # type: ignore[no-untyped-call]  # untyped there
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()

"""A detector in an ONNX file of the operator's, described by a small TOML file beside it.

    # weights.onnx is described by weights.toml
    version = "open classifier 1"
    layout = "nchw"                  # or "nhwc"
    order = "rgb"                    # or "bgr"
    width = 224
    height = 224
    scale = 255.0                    # values are divided by this first,
    mean = [0.485, 0.456, 0.406]     # then the mean is subtracted, in the order of `order`
    std = [0.229, 0.224, 0.225]      # and the rest divided by this
    activation = "softmax"           # what turns outputs into probabilities: or "sigmoid", "none"
    [measures]                       # which outputs are which measure: the highest of them counts
    "exposure.explicit" = [1]
    "exposure.minimal" = [2, 3]

Needs the extra `consentry[onnx]`. The file must have one image input and its first output must
be one row of numbers an image. A file that does not fit is a SetupTrouble at the start.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from consentry.core.content import Frame
from consentry.core.errors import SetupTrouble
from consentry.core.finding import Finding, Seen, Unavailable

Floats = npt.NDArray[np.float32]
"""Model input or output."""

COLOURS = 3
"""Channels of a picture."""

MAX_SIDE = 4096
"""Largest input side in pixels that a description may ask for."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to feed a model and how to read it."""

    version: str
    """What decision records call it."""
    width: int
    """Input pixels across."""
    height: int
    """Input pixels down."""
    channels_first: bool
    """Whether the layout is `nchw`."""
    reverse: bool
    """Whether the order of colours is `bgr`."""
    scale: float
    """What pixel values are divided by first."""
    mean: tuple[float, ...]
    """What is subtracted then, one number a channel."""
    std: tuple[float, ...]
    """What the rest is divided by, one number a channel."""
    activation: str
    """`softmax`, `sigmoid` or `none`."""
    measures: Mapping[str, tuple[int, ...]]
    """Which outputs are which measure."""


class OnnxDetector:
    """Runs one ONNX classifier in our own process. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Load the model at `path` and its description. Raises SetupTrouble naming what is wrong."""
        self._recipe = read_recipe(path.with_suffix(".toml"))
        self._session = _load(path)
        self.measures = frozenset(self._recipe.measures)
        blank = Frame(1, 1, b"\x80\x80\x80")
        if any(isinstance(finding, Unavailable) for finding in self.detect([blank])):
            raise SetupTrouble("the ONNX file gives no usable score for a grey picture", param=path.name)

    def detect(self, frames: Sequence[Frame]) -> Sequence[Finding]:
        """The highest score over all `frames` for each measure; all Unavailable after any trouble."""
        try:
            rows = np.stack([self._row(frame) for frame in frames])
        except Exception:  # noqa: BLE001 - a model may fail in any way, and each reads as "could not look"
            return [Unavailable(measure, "model failed") for measure in sorted(self.measures)]
        return [self._finding(measure, rows) for measure in sorted(self.measures)]

    def _row(self, frame: Frame) -> Floats:
        name = self._session.get_inputs()[0].name
        (output, *_) = self._session.run(None, {name: prepare(frame, self._recipe)})
        return activate(np.asarray(output, np.float32).reshape(-1), self._recipe.activation)

    def _finding(self, measure: str, rows: Floats) -> Finding:
        indices = list(self._recipe.measures[measure])
        if max(indices) >= rows.shape[1]:
            return Unavailable(measure, "the model has no such output")
        # np.max keeps NaN, so that one broken frame cannot hide behind a sound one.
        score = float(np.max(rows[:, indices]))
        if not 0.0 <= score <= 1.0:
            return Unavailable(measure, "no usable score")
        return Seen(measure, score, f"highest of {len(rows)} frame(s)", self._recipe.version)


def prepare(frame: Frame, recipe: Recipe) -> Floats:
    """`frame` as the model wants it: one image, resized bilinearly without regard to its shape."""
    image = Image.frombytes("RGB", (frame.width, frame.height), frame.rgb)
    small = image.resize((recipe.width, recipe.height), Image.Resampling.BILINEAR)
    pixels = np.asarray(small, np.float32)
    pixels = pixels[..., ::-1] if recipe.reverse else pixels
    scaled = (pixels / recipe.scale - np.array(recipe.mean)) / np.array(recipe.std)
    ordered = scaled.transpose(2, 0, 1) if recipe.channels_first else scaled
    return np.ascontiguousarray(ordered[np.newaxis], np.float32)


def activate(row: Floats, activation: str) -> Floats:
    """Probabilities from raw outputs."""
    if activation == "none":
        return row
    if activation == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-row)), np.float32)
    grown = np.exp(row - row.max())
    return np.asarray(grown / grown.sum(), np.float32)


def read_recipe(path: Path) -> Recipe:
    """The description at `path`. Raises SetupTrouble if it is missing or cannot be meant."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
        recipe = _recipe(found)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        cause = (
            f"{type(error).__name__}: {error}" if isinstance(error, KeyError | ValueError) else "unreadable"
        )
        raise SetupTrouble(
            f"the description of the ONNX file is at fault ({cause})", param=path.name
        ) from None
    return recipe


def _recipe(found: Mapping[str, Any]) -> Recipe:
    _one_of(found["layout"], "nchw", "nhwc")
    _one_of(found["order"], "rgb", "bgr")
    _one_of(found["activation"], "softmax", "sigmoid", "none")
    recipe = Recipe(
        version=str(found["version"]),
        width=int(found["width"]),
        height=int(found["height"]),
        channels_first=found["layout"] == "nchw",
        reverse=found["order"] == "bgr",
        scale=float(found["scale"]),
        mean=tuple(float(value) for value in found["mean"]),
        std=tuple(float(value) for value in found["std"]),
        activation=str(found["activation"]),
        measures={name: tuple(int(i) for i in indices) for name, indices in found["measures"].items()},
    )
    if not (0 < recipe.width <= MAX_SIDE and 0 < recipe.height <= MAX_SIDE):
        raise ValueError("width or height")
    if len(recipe.mean) != COLOURS or len(recipe.std) != COLOURS or 0.0 in (*recipe.std, recipe.scale):
        raise ValueError("mean, std or scale")
    if (
        not recipe.measures
        or not all(recipe.measures.values())
        or min(map(min, recipe.measures.values())) < 0
    ):
        raise ValueError("measures")
    return recipe


def _one_of(value: object, *allowed: str) -> None:
    if value not in allowed:
        raise ValueError(f"one of {', '.join(allowed)} is expected")


def _load(path: Path) -> Any:
    try:
        import onnxruntime  # noqa: PLC0415 - an optional extra: only who uses a model file needs it
    except ImportError:
        raise SetupTrouble("install consentry[onnx] to use an ONNX file", param=path.name) from None
    try:
        return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception:  # noqa: BLE001 - the runtime raises types of its own for every kind of bad file
        raise SetupTrouble("the ONNX file cannot be loaded", param=path.name) from None

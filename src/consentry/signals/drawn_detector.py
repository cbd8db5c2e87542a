"""A detector process that knows Consentry's own drawn figures and nothing else: for demo and tests.

    python -m consentry.signals.drawn_detector

It measures which share of the place where a drawn figure's body is has a drawn figure's skin
colour. That is real work on real pixels, and it says nothing about photographs; its version
says so too, and stands in every decision that rests on it. It speaks the protocol of
`exposure_process`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from consentry.media.drawing import SKIN_TONES

VERSION = "knows drawn figures only 1"
"""What stands in every decision that rests on it."""

TOLERANCE = 14
"""Most by which a colour channel may differ from a skin tone after JPEG, out of 255."""

BODY = (0.33, 0.9, 0.2)
"""A drawn figure's body: from and to in shares of the height, and half its width likewise."""

DRESSED = 0.04
"""Largest share of skin in the body of a figure in a coat; 0.02 is the most seen."""

BARE = 0.25
"""Smallest share in the body of a figure in bands; 0.29 is the least seen, at JPEG quality 40."""

STEP = 2
"""Every so many pixels one is looked at, across and down: a share needs no more."""

MAX_PIXELS = 100_000_000
"""Most pixels of a frame that are read."""


def main() -> None:
    """Answer until the input ends."""
    serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer every question on `questions`; ends at its end, or at one that cannot be meant."""
    while line := questions.readline():
        asked = json.loads(line)
        width, height = int(asked["width"]), int(asked["height"])
        if not 0 < width * height <= MAX_PIXELS:
            return
        rgb = np.frombuffer(questions.read(width * height * 3), np.uint8).reshape(height, width, 3)
        answer = {"id": asked["id"], "version": VERSION, "scores": scores(rgb)}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def scores(rgb: npt.NDArray[np.uint8]) -> dict[str, float]:
    """A score for every measure. Bands stand for swimwear, and nothing graver is ever drawn."""
    bare = (skin_share(rgb) - DRESSED) / (BARE - DRESSED)
    return {
        "exposure.minimal": min(1.0, max(0.0, bare)),
        "exposure.explicit": 0.0,
        "exposure.intimate": 0.0,
        "exposure.degrading": 0.0,
        "exposure.minor": 0.0,
    }


def skin_share(rgb: npt.NDArray[np.uint8]) -> float:
    """Which share of a drawn figure's body, if there were one in the middle, has a skin tone."""
    height, width = rgb.shape[:2]
    top, bottom, half = (round(share * height) for share in BODY)
    body = rgb[top:bottom:STEP, max(0, width // 2 - half) : width // 2 + half : STEP]
    if not body.size:
        return 0.0
    channels = np.ascontiguousarray(np.moveaxis(body, -1, 0))
    near = np.logical_or.reduce([_near(channels, tone) for tone in SKIN_TONES])
    return float(near.mean())


def _near(channels: npt.NDArray[np.uint8], tone: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Where all three colours are within TOLERANCE of `tone`."""
    within = [
        (channel >= max(0, middle - TOLERANCE)) & (channel <= min(255, middle + TOLERANCE))
        for channel, middle in zip(channels, tone, strict=True)
    ]
    return np.asarray(np.logical_and.reduce(within), np.bool_)


if __name__ == "__main__":
    main()

"""Plain pictures for tests: bands, checks and noise. They show nothing and nobody."""

from __future__ import annotations

import hashlib

import numpy as np

from consentry.core.content import Account, Draft, Frame, Picture, Request, Upload

ACCOUNT = Account("acc_1")


def noise(seed: int, side: int = 128) -> Frame:
    """Smooth random colours with enough in them for PDQ."""
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)
    return frame(coarse.repeat(side // 8, 0).repeat(side // 8, 1))


def flat(value: int = 128, side: int = 64) -> Frame:
    """One grey all over: too little for PDQ."""
    return frame(np.full((side, side, 3), value, np.uint8))


def frame(rgb: np.ndarray) -> Frame:
    return Frame(rgb.shape[1], rgb.shape[0], rgb.astype(np.uint8).tobytes())


def picture(*frames: Frame, data: bytes = b"") -> Picture:
    data = data or b"".join(one.rgb for one in frames)
    return Picture(data, hashlib.sha256(data).hexdigest(), "png", frames)


def unreadable(data: bytes = b"not a picture") -> Picture:
    return Picture(data, hashlib.sha256(data).hexdigest(), trouble="unsupported")


def request(*inputs: Picture, prompt: str = "a harbour", count: int = 1, **more) -> Request:
    given = {"decision": "dec_1"} | more
    return Request("images.edits", ACCOUNT, prompt, inputs, count=count, **given)


def draft(made: Picture, *inputs: Picture) -> Draft:
    return Draft(request(*inputs), made)


def upload(posted: Picture) -> Upload:
    return Upload(ACCOUNT, posted, "site", "post-1")

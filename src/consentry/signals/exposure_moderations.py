"""A moderation service that speaks OpenAI's `/v1/moderations`, hosted anywhere, as a detector.

The operator says which of its categories stand for which measure; several make the highest
count. A category that the service does not name in its answer, or says it did not apply to the
image (`category_applied_input_types`), was not looked at: its measure is Unavailable. So it is
with OpenAI's own omni-moderation and signs of a child, which it judges in text only: map
nothing to `exposure.minor`, and the gate will hold whatever else in the picture is sexual
until a detector that can look for children is added.

Frames are sent as freshly encoded JPEG, without metadata, one request a frame.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from consentry.core.content import Frame
from consentry.core.errors import SetupTrouble
from consentry.core.finding import Finding, Seen, Unavailable, score_of
from consentry.media.shown import data_url

OMNI = {
    "exposure.explicit": ("sexual",),
    "exposure.intimate": ("sexual",),
    "exposure.degrading": ("violence/graphic",),
}
"""A mapping for OpenAI's omni-moderation. Its `sexual` does not cover swimwear, and no category of
it covers signs of a child in an image, so two measures are left out on purpose."""

MAX_FRAMES = 16
"""Most different frames of one picture that are sent (OpenAI's generator makes 2 to 16)."""

MAX_SIDE = 1024
"""Longest side in pixels that is sent; larger frames are reduced."""

QUALITY = 90
"""JPEG quality of what is sent."""

MAX_ANSWER = 262_144
"""Longest answer in bytes."""


class ServiceTrouble(Exception):
    """The service did not answer as agreed. The message is one of a few fixed causes."""


class ModerationsDetector:
    """Asks one moderation service. Safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        key: str,
        model: str,
        categories: Mapping[str, Sequence[str]],
        timeout: float = 10.0,
    ) -> None:
        """Ask `model` at `base_url` (such as `https://host/v1`); a picture may take `timeout` seconds.

        Raises SetupTrouble if `categories` maps nothing.
        """
        if not categories or not all(categories.values()):
            raise SetupTrouble("name at least one category for each measure", param="categories")
        self.measures = frozenset(categories)
        self._categories = {measure: tuple(names) for measure, names in categories.items()}
        self._model = model
        self._timeout = timeout
        self._client = httpx2.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"},
            timeout=timeout,
            follow_redirects=False,
        )

    def detect(self, frames: Sequence[Frame]) -> Sequence[Finding]:
        """The highest score over all `frames` for each measure; Unavailable after any trouble."""
        different = list(dict.fromkeys(frames))
        if len(different) > MAX_FRAMES:
            return self._unavailable("too many frames")
        until = time.monotonic() + self._timeout
        try:
            answers = [self._ask(frame, until) for frame in different]
        except ServiceTrouble as trouble:
            return self._unavailable(str(trouble))
        except Exception:  # noqa: BLE001 - clients raise many types, and each reads as "could not look"
            return self._unavailable("service failed")
        return [self._finding(measure, answers) for measure in sorted(self.measures)]

    def close(self) -> None:
        """Let go of every connection."""
        self._client.close()

    def _unavailable(self, why: str) -> Sequence[Finding]:
        return [Unavailable(measure, why) for measure in sorted(self.measures)]

    def _ask(self, frame: Frame, until: float) -> Mapping[str, float]:
        picture = {"type": "image_url", "image_url": {"url": data_url(frame, MAX_SIDE, QUALITY)}}
        body = {"model": self._model, "input": [picture]}
        left = until - time.monotonic()
        if left <= 0:
            raise ServiceTrouble("timeout")
        try:
            with self._client.stream("POST", "moderations", json=body, timeout=left) as response:
                if response.status_code != httpx2.codes.OK:
                    raise ServiceTrouble(f"status {response.status_code}")
                return read_scores(_read(response, until))
        except httpx2.TimeoutException:
            raise ServiceTrouble("timeout") from None
        except httpx2.HTTPError:
            raise ServiceTrouble("no answer") from None

    def _finding(self, measure: str, answers: Sequence[Mapping[str, float]]) -> Finding:
        names = self._categories[measure]
        missing = [name for name in names if any(name not in answer for answer in answers)]
        if missing or not answers:
            return Unavailable(measure, "the service did not judge this category")
        score = max(answer[name] for answer in answers for name in names)
        return Seen(measure, score, f"highest of {len(answers)} frame(s)", f"moderations {self._model}")


def read_scores(body: bytes) -> Mapping[str, float]:
    """The score of every category that was applied to the image. Raises ServiceTrouble."""
    try:
        (result,) = json.loads(body)["results"]
        scores: Mapping[str, Any] = result["category_scores"]
        applied: Mapping[str, Any] | None = result.get("category_applied_input_types")
        judged = [name for name in scores if applied is None or "image" in applied.get(name, ())]
        return {name: score_of(scores[name]) for name in judged}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ServiceTrouble("unusable answer") from None


def _read(response: httpx2.Response, until: float) -> bytes:
    """The whole body, unless it is too long or too slow; each chunk alone may be in time."""
    body = b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise ServiceTrouble("answer too long")
        if time.monotonic() > until:
            raise ServiceTrouble("timeout")
    return body

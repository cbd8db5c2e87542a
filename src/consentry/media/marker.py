"""Gives an image that may leave its label and its credentials, in that order: the signature is last."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from consentry.core.content import Picture
from consentry.core.leaving import Stated
from consentry.media.credentials import Credentials
from consentry.media.label import labelled

WORDS = "Made or changed by AI"
"""What the label says, in the plainest words that the laws of the places allow."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Labels and signs; satisfies the port of the same name."""

    credentials: Credentials
    """Signs every image."""
    always: bool = False
    """Whether every image is labelled, and not only those that a rule wants labelled."""

    def mark(self, picture: Picture, stated: Stated) -> Picture:
        """`picture` as it leaves. Raises SafetyUnavailable if it cannot be marked; then it does not leave."""
        shown = labelled(picture, WORDS) if stated.label or self.always else picture
        data = self.credentials.sign(shown.data, shown.kind, stated.decision, edited=stated.edited)
        return replace(shown, data=data, sha256=hashlib.sha256(data).hexdigest())

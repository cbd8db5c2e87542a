"""Stands where no image generator is set up, and says so to whoever asks for an image.

A platform that only screens uploads and receives reports runs without one. The gate's routes are
still there and still judge the request first, so that nothing depends on what is behind them.
"""

from __future__ import annotations

from collections.abc import Sequence

from consentry.core.content import Request
from consentry.core.errors import SafetyUnavailable
from consentry.core.ports import Made


class AbsentGenerator:
    """Makes nothing, whatever is asked for."""

    async def make(self, request: Request) -> Sequence[Made]:  # noqa: ARG002 - nothing is read, by design
        """Raise SafetyUnavailable with the code `no_generator`."""
        raise SafetyUnavailable(
            "No image generator is set up here.",
            code="no_generator",
            next_step="The operator names one with the setting `upstream`.",
        )

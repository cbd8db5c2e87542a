"""A still as a JPEG in a data URL, small enough to be shown to a service that looks at pictures."""

from __future__ import annotations

import base64
import io

from PIL import Image

from consentry.core.content import Frame


def data_url(frame: Frame, longest: int, quality: int) -> str:
    """`frame` as a JPEG of `quality` in a data URL, at most `longest` pixels on its longer side."""
    image = Image.frombytes("RGB", (frame.width, frame.height), frame.rgb)
    image.thumbnail((longest, longest))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")

"""Settings of a small system, for tests that build one."""

from pathlib import Path

from consentry.config import Settings, load
from support.running import DETECTOR

SHORT = {"upstream": "drawing:", "exposure": DETECTOR, "places": "gb"}


def wanted(folder: Path, **flags: object) -> Settings:
    """The settings of a small gate in `folder`, changed by `flags`."""
    return load(None, {}, {"data": str(folder), **SHORT, **flags})

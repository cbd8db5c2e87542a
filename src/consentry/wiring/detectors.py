"""What looks at outputs, as the operator set it up: for exposure always, and for a second look if wanted."""

from __future__ import annotations

import shlex
from pathlib import Path

from consentry.config import Settings
from consentry.core.errors import SetupTrouble
from consentry.signals.exposure import MEASURES as EXPOSURE
from consentry.signals.exposure import Detector
from consentry.signals.exposure_moderations import OMNI, ModerationsDetector
from consentry.signals.exposure_onnx import OnnxDetector
from consentry.signals.exposure_process import ProcessDetector
from consentry.signals.vision import Vision


def detectors(settings: Settings) -> list[Detector]:
    """What looks at outputs. Raises SetupTrouble if nothing does and nobody said that this is meant."""
    wanted = [text.strip() for text in settings.exposure.split(";") if text.strip()]
    if not wanted and settings.upstream and not settings.allow_no_output_judge:
        raise SetupTrouble(
            "Nothing is set up that looks at outputs, so the gate does not start.",
            next_step="Set `exposure`; or set `allow_no_output_judge` and have every output held.",
        )
    return [_detector(text, settings) for text in wanted]


def vision_of(settings: Settings) -> Vision | None:
    """Who is asked where something is doubtful; None if nobody. Raises SetupTrouble for half a name."""
    if not settings.vision:
        return None
    name, _, address = settings.vision.partition("@")
    return Vision(address, name, settings.vision_key, settings.patience)


def _detector(text: str, settings: Settings) -> Detector:
    kind, _, rest = text.partition(":")
    match kind:
        case "process":
            return ProcessDetector(shlex.split(rest), EXPOSURE, settings.patience)
        case "onnx":
            return OnnxDetector(Path(rest))
        case "moderations":
            model, key = settings.exposure_model, settings.exposure_key
            return ModerationsDetector(rest, key, model, OMNI, settings.patience)
        case _:
            raise SetupTrouble("`exposure` must begin with `process:`, `onnx:` or `moderations:`.")

"""What looks at outputs is what the operator set up."""

from pathlib import Path

from consentry.wiring.detectors import detectors
from support.running import DETECTOR
from support.small import wanted


def test_several_can_look_at_outputs(tmp_path: Path):
    found = detectors(wanted(tmp_path, exposure=f"{DETECTOR} ; moderations:http://127.0.0.1:9/v1"))
    assert len(found) == 2
    for detector in found:
        getattr(detector, "close", lambda: None)()

"""Behind the gate stands the generator that the settings name, or none."""

from pathlib import Path

import pytest

from consentry import wiring
from consentry.generators.absent import AbsentGenerator
from consentry.generators.drawing import DrawingGenerator
from consentry.generators.openai import OpenAIGenerator
from consentry.wiring.upstream import upstream
from support.gate import Issuer
from support.small import wanted


@pytest.mark.parametrize(
    ("named", "kind"),
    [("", AbsentGenerator), ("drawing:", DrawingGenerator), ("http://127.0.0.1:9/v1", OpenAIGenerator)],
)
def test_the_upstream_names_its_dialect(tmp_path: Path, named: str, kind: type):
    assert type(upstream(wanted(tmp_path, upstream=named), Issuer().permits)) is kind


def test_the_generator_for_trying_out_can_be_told_to_surprise():
    assert isinstance(wiring.drawing_generator({"a lighthouse": "bands"}), DrawingGenerator)

"""A system is closed once, and its parts are reached by their ports."""

from pathlib import Path

from consentry import wiring
from support.small import wanted


def test_a_system_can_be_closed_twice(tmp_path: Path):
    with wiring.build(wanted(tmp_path)) as system:
        assert system.max_body == system.settings.max_body_mb * 2**20
    system.close()

"""The demo plays the whole story on real files and over real HTTP, and every step of it goes well."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess, Path]:
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "consentry", "demo", "--data", str(folder)],
        env=os.environ | {"DEMO_EXIT": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done, folder


@pytest.mark.late
def test_every_step_goes_well(played):
    done, _ = played
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")]
    assert len(steps) > 20
    assert set(steps) == {"ok"}
    assert [line[:2] for line in done.stdout.splitlines() if line[1:2] == "."] == [
        "1.",
        "2.",
        "3.",
        "4.",
        "5.",
    ]


@pytest.mark.late
def test_it_leaves_pictures_to_look_at(played):
    done, folder = played
    assert {"person.png", "generated.png", "edited.png", "mirrored.jpg"} <= {
        path.name for path in folder.rglob("*.*g")
    }
    assert "goes on at" not in done.stdout


@pytest.mark.late
def test_it_logs_no_prompt_and_no_key(played):
    done, _ = played
    assert "bikini" not in done.stderr
    assert "cty_" not in done.stdout + done.stderr

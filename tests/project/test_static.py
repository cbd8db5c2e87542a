"""Lint, format and types have nothing to say."""

import subprocess
import sys
from pathlib import Path

import pytest

from project.shelf import ROOT

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=" ".join
)
def test_nothing_is_found_by(command: tuple[str, ...]):
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "import tempfile",
        "from datetime import datetime\n\nnow = datetime.now()",
        "import uuid\n\nid_ = uuid.uuid4()",
        "try:\n    f()\nexcept Exception:\n    pass",
    ],
)
def test_lint_sees(line: str):
    command = [BIN / "ruff", "check", "--stdin-filename", "src/consentry/flows/extra.py", "-"]
    source = f'"""Extra."""\n\n{line}\n'
    done = subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout


def test_a_draft_cannot_be_sent_where_a_released_image_is_wanted(tmp_path: Path):
    trap = tmp_path / "trap.py"
    trap.write_text(
        "from consentry.core.content import Draft\n"
        "from consentry.flows.generate import Released\n\n\n"
        "def send(draft: Draft) -> Released:\n"
        "    return draft\n"
    )
    command = [BIN / "mypy", "--config-file", ROOT / "pyproject.toml", trap]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 'got "Draft", expected "Released"' in done.stdout, done.stdout + done.stderr

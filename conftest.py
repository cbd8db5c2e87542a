"""Plugins for every test, and the examples of the documentation as tests.

In README.md and docs/ a block fenced as `python` or `bash` is run; one fenced as `sh` is only read.
"""

import os
import subprocess
import sys
from pathlib import Path

from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

pytest_plugins = [
    "pytester",
    "plugins.order",
    "plugins.skips",
    "plugins.priority",
    "plugins.canary",
    "plugins.server",
]


def _run_bash(example: Example) -> None:
    """Run a block as one script in a fresh folder; it must end well."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", example.parsed],
        cwd=example.namespace["tmp_path"],
        env=os.environ | {"PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"exit {done.returncode}\n{done.stdout}\n{done.stderr}")


pytest_collect_file = Sybil(
    parsers=[SkipParser(), PythonCodeBlockParser(), CodeBlockParser("bash", _run_bash)],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
    fixtures=["tmp_path"],
).pytest()

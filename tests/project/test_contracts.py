"""Imports go one way, and each contract that says so is seen to catch somebody who breaks it."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from project.shelf import ROOT, SRC

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LINT = Path(sys.executable).with_name("lint-imports")
NAMES = {contract["id"]: contract["name"] for contract in CONTRACTS}

VIOLATIONS = {
    "the core opens a database": ("core-is-pure", "core/finding.py", "sqlite3"),
    "the core asks the time": ("core-is-pure", "core/decide.py", "time"),
    "the core calls a flow": ("down", "core/decide.py", "consentry.flows.judge"),
    "numbers know a signal": ("down", "matching/extra.py", "consentry.signals.extra"),
    "an adapter calls a flow": ("down", "platforms/extra.py", "consentry.flows.judge"),
    "a flow reads the settings": ("down", "flows/judge.py", "consentry.config"),
    "the wiring calls the web": ("down", "wiring/build.py", "consentry.web"),
    "a new folder that nobody declared": ("down", "helpers/__init__.py", "re"),
    "the web calls a generator": ("one-wiring", "web/extra.py", "consentry.generators.extra"),
    "the web opens the store": ("one-wiring", "web/extra.py", "consentry.store.extra"),
    "a job opens the store": ("one-wiring", "jobs.py", "consentry.store.extra"),
    "a command asks a signal": ("one-wiring", "cli/extra.py", "consentry.signals.extra"),
    "a signal opens the store": ("one-wiring", "signals/extra.py", "consentry.store.extra"),
    "a flow names a platform": ("one-wiring", "flows/judge.py", "consentry.platforms.extra"),
    "a flow calls another flow": ("flows-alone", "flows/generate.py", "consentry.flows.upload"),
    "the judge calls a flow": ("flows-alone", "flows/judge.py", "consentry.flows.access"),
    "a signal calls another signal": ("plugins-alone", "signals/another.py", "consentry.signals.extra"),
    "a bank calls a platform": ("plugins-alone", "banks/extra.py", "consentry.platforms.extra"),
    "the guard reads the database": ("guard-alone", "guard/proxy.py", "consentry.store.extra"),
    "the guard needs a server's framework": ("guard-alone", "guard/middleware.py", "starlette.requests"),
    "two modules of the core need each other": ("acyclic", "core/finding.py", "consentry.core.decide"),
}
"""Who does what: the contract that must catch it, the file that breaks it, and what it imports."""

EXTRA = ("signals", "banks", "platforms", "generators", "store", "matching")
"""Folders of the copy that get an empty module `extra` to be imported."""


def lint(top: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts on the sources under `top`."""
    return subprocess.run(
        [LINT, "--config", ROOT / "pyproject.toml", "--no-cache", "--no-logo"],
        cwd=top,
        env=os.environ | {"PYTHONPATH": str(top), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def broken(said: subprocess.CompletedProcess[str]) -> set[str]:
    """The contracts that are said to be broken."""
    return {key for key, name in NAMES.items() if f"{name} BROKEN" in said.stdout}


def test_every_contract_holds():
    said = lint(SRC.parent)
    assert said.returncode == 0, said.stdout + said.stderr
    assert all(f"{name} KEPT" in said.stdout for name in NAMES.values())


@pytest.mark.parametrize(("contract", "file", "target"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_contract_catches(contract: str, file: str, target: str, tmp_path: Path):
    copy = tmp_path / "consentry"
    shutil.copytree(SRC, copy, ignore=shutil.ignore_patterns("__pycache__", "static", "templates"))
    for folder in EXTRA:
        (copy / folder / "extra.py").touch()
    path = copy / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{path.read_text() if path.exists() else ''}\nimport {target}\n")
    said = lint(tmp_path)
    assert contract in broken(said), said.stdout + said.stderr


def test_every_contract_is_seen_to_catch_something():
    assert {contract for contract, *_ in VIOLATIONS.values()} == set(NAMES)

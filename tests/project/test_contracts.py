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
NAMES = {contract["id"]: contract["name"] for contract in CONTRACTS}

VIOLATIONS = {
    "the core opens a database": ("core-is-pure", {"core/finding.py": "import sqlite3"}),
    "the core asks the time": ("core-is-pure", {"core/decide.py": "import time"}),
    "the core calls a flow": ("down", {"core/decide.py": "import consentry.flows.judge"}),
    "numbers know a signal": ("down", {"matching/extra.py": "import consentry.signals.extra", "signals/extra.py": ""}),
    "an adapter calls a flow": ("down", {"platforms/extra.py": "import consentry.flows.judge"}),
    "a flow reads the settings": ("down", {"flows/judge.py": "import consentry.config"}),
    "the wiring calls the web": ("down", {"wiring.py": "import consentry.web"}),
    "a new folder that nobody declared": ("down", {"helpers/__init__.py": ""}),
    "the web calls a generator": ("one-wiring", {"web/extra.py": "import consentry.generators.extra",
                                                 "generators/extra.py": ""}),
    "the web opens the store": ("one-wiring", {"web/extra.py": "import consentry.store.extra", "store/extra.py": ""}),
    "a job opens the store": ("one-wiring", {"jobs.py": "import consentry.store.extra", "store/extra.py": ""}),
    "a signal opens the store": ("one-wiring", {"signals/extra.py": "import consentry.store.extra",
                                                "store/extra.py": ""}),
    "a flow names a platform": ("one-wiring", {"flows/judge.py": "import consentry.platforms.extra",
                                               "platforms/extra.py": ""}),
    "a flow calls another flow": ("flows-alone", {"flows/generate.py": "import consentry.flows.upload"}),
    "a signal calls another signal": ("plugins-alone", {"signals/one.py": "import consentry.signals.two",
                                                        "signals/two.py": ""}),
    "a bank calls a platform": ("plugins-alone", {"banks/one.py": "import consentry.platforms.two",
                                                  "platforms/two.py": ""}),
    "two modules of the core need each other": ("acyclic", {"core/finding.py": "import consentry.core.decide"}),
}  # fmt: skip
"""Who does what to whom: the contract that must catch it, and the lines that are added to which files."""


def lint(top: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts on the sources under `top`."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", ROOT / "pyproject.toml", "--no-cache", "--no-logo"],
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


@pytest.mark.parametrize(("contract", "lines"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_contract_catches(contract: str, lines: dict[str, str], tmp_path: Path):
    copy = tmp_path / "consentry"
    shutil.copytree(SRC, copy, ignore=shutil.ignore_patterns("__pycache__", "static", "templates"))
    for file, line in lines.items():
        path = copy / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{path.read_text() if path.exists() else ''}\n{line}\n")
    said = lint(tmp_path)
    assert contract in broken(said), said.stdout + said.stderr


def test_every_contract_is_seen_to_catch_something():
    assert {contract for contract, _ in VIOLATIONS.values()} == set(NAMES)

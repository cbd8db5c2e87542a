"""Every module has its test file, and every test file its module.

A private module (`_name.py`) is tested through the public one that uses it.
"""

import ast
from pathlib import Path

import pytest

from project.shelf import SRC, TESTS, excepted, modules, name, tree, unneeded

NOT_MIRRORED = {"contracts", "stories", "attacks", "chaos", "project", "plugins"}
"""Folders of tests/ that follow promises, not modules."""


def says_something(path: Path) -> bool:
    """Whether a module holds more than its docstring, imports and names such as `__version__`."""
    silent = (ast.Expr, ast.Import, ast.ImportFrom)
    return any(not isinstance(node, silent) for node in tree(path).body if not is_label(node))


def is_label(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("__")


def test_file(module: Path) -> Path:
    """Where the tests of a module belong."""
    inner = module.relative_to(SRC)
    stem = f"{inner.parent.name or 'consentry'}_init" if inner.stem == "__init__" else inner.stem.strip("_")
    return TESTS / inner.parent / f"test_{stem}.py"


test_file.__test__ = False


def private(path: Path) -> bool:
    return path.stem.startswith("_") and not path.stem.startswith("__")


MODULES = [path for path in modules() if says_something(path) and not private(path)]
MIRRORED = [
    path for path in sorted(TESTS.rglob("test_*.py")) if path.relative_to(TESTS).parts[0] not in NOT_MIRRORED
]


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_has_its_test(module: Path):
    if not excepted("no_test", name(module)):
        assert test_file(module).exists(), f"{name(module)} has no tests"


@pytest.mark.parametrize("path", MIRRORED, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_a_test_has_its_module(path: Path):
    if not excepted("no_module", path.relative_to(TESTS).as_posix()):
        assert path in {test_file(module) for module in modules()}, "no module of that name"


def test_exceptions_are_still_needed():
    lacking = {name(module) for module in MODULES if not test_file(module).exists()}
    known = {test_file(module) for module in modules()}
    orphans = {path.relative_to(TESTS).as_posix() for path in MIRRORED if path not in known}
    assert not [*unneeded("no_test", lacking), *unneeded("no_module", orphans)]

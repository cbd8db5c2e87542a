"""There is one way out, and one place that knows every adapter."""

import ast
from pathlib import Path

from project.shelf import SRC, modules, name, tree

ADAPTERS = ("signals", "banks", "platforms", "generators", "store")
"""Folders whose classes only the wiring may name."""

LOADERS = {"import_module", "__import__", "entry_points", "exec_module"}
"""Ways of importing that no import contract can see."""


def calls(path: Path, function: str) -> int:
    """How often a module calls `function`, however it is spelled out."""
    return sum(
        isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == function
        for node in ast.walk(tree(path))
    )


def classes(path: Path) -> set[str]:
    """Public classes that a module defines."""
    return {
        node.name
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }


def words(path: Path) -> set[str]:
    """Every name that a module mentions in its code."""
    nodes = list(ast.walk(tree(path)))
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


def top(path: Path) -> str:
    return path.relative_to(SRC).parts[0]


def test_an_image_is_released_in_one_place_only():
    places = {name(path): count for path in modules() if (count := calls(path, "Released"))}
    assert places == {"flows/generate.py": 1}


def test_nobody_but_the_wiring_names_an_adapter():
    adapters = {each for folder in ADAPTERS for path in modules(folder) for each in classes(path)}
    common = {each for path in modules() if top(path) not in ADAPTERS for each in classes(path)}
    found = {
        name(path): sorted(named)
        for path in modules()
        if top(path) not in {*ADAPTERS, "wiring.py"} and (named := words(path) & (adapters - common))
    }
    assert not found


def test_nothing_is_imported_by_a_name_made_up_at_run_time():
    found = {
        name(path): sorted(named)
        for path in modules()
        if name(path) not in {"wiring.py", "cli/docs.py"} and (named := words(path) & LOADERS)
    }
    assert not found, "an import that no contract sees"

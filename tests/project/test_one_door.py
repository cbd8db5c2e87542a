"""There is one way out, and one place that knows every adapter."""

import ast
from pathlib import Path

from project.shelf import modules, name, tree

ADAPTERS = ("signals", "banks", "platforms", "generators", "store", "remote")
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


def test_an_image_is_released_in_one_place_only():
    places = {name(path): count for path in modules() if (count := calls(path, "Released"))}
    assert places == {"flows/generate.py": 1}


def from_wiring(path: Path) -> set[str]:
    """Names that a module gets out of the wiring: imported from it, or read off it."""
    nodes = list(ast.walk(tree(path)))
    imported = {
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("consentry.wiring")
        for alias in node.names
    }
    read = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).split(".")[-1] == "wiring"
    }
    return imported | read


def test_nobody_gets_an_adapter_out_of_the_wiring():
    adapters = {each for folder in ADAPTERS for path in modules(folder) for each in classes(path)}
    found = {name(path): sorted(named) for path in modules() if (named := from_wiring(path) & adapters)}
    assert len(adapters) > 10
    assert not found, "the import contracts keep everybody else from naming one"


MAY_LOAD = {
    "cli/docs.py": "it describes every module",
    "__main__.py": "the top of the house: it may import all of cli/, and opens only what was asked for",
}


def test_nothing_is_imported_by_a_name_made_up_at_run_time():
    found = {
        name(path): sorted(named)
        for path in modules()
        if name(path) not in MAY_LOAD and (named := words(path) & LOADERS)
    }
    assert not found, "an import that no contract sees"

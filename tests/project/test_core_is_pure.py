"""The core imports itself and a few named standard modules, and touches nothing."""

import ast
from pathlib import Path

import grimp
import pytest

from project.shelf import SRC, modules, name, tree

ALLOWED = {
    "__future__", "base64", "collections", "contextlib", "dataclasses", "datetime", "enum", "functools",
    "hashlib", "hmac", "itertools", "json", "math", "re", "string", "typing",
}  # fmt: skip
"""What the core may import besides itself. An allow-list: a deny-list once let `ssl` through.

`contextlib` is there for one type, AbstractContextManager.
"""

TOUCHES = {"open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint"}
"""Built-in functions that reach out of the core, or make its behaviour unreadable."""

CLOCKS = {"now", "utcnow", "today"}
"""Ways of asking datetime what time it is. The core is told."""


def breaches(source: str) -> list[str]:
    """What in `source` reaches out of the core."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id in TOUCHES:
            found.append(f"line {node.lineno}: {node.id}")
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            found.append(f"line {node.lineno}: .{node.attr}")
        if isinstance(node, ast.Global | ast.Nonlocal):
            found.append(f"line {node.lineno}: state that outlives a call")
    return found


def test_the_core_imports_only_itself_and_a_few_standard_modules():
    graph = grimp.build_graph("consentry", include_external_packages=True, cache_dir=None)
    core = {"consentry.core", *graph.find_descendants("consentry.core")}
    imported = {
        target: importer
        for importer in core
        for target in graph.find_modules_directly_imported_by(importer)
        if target not in core and target.split(".")[0] not in ALLOWED
    }
    assert len(core) > 10
    assert not imported, "what is imported, and by whom"


@pytest.mark.parametrize("module", modules("core"), ids=name)
def test_the_core_touches_nothing(module: Path):
    assert not breaches(module.read_text())


@pytest.mark.parametrize("module", modules("core"), ids=name)
def test_imports_in_the_core_stand_at_the_top(module: Path):
    top = set(tree(module).body)
    hidden = [
        f"line {node.lineno}"
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in top
    ]
    assert not hidden, "an import inside a function or a condition can be overlooked"


@pytest.mark.parametrize(
    "line",
    [
        "open('x')", "print(1)", "input()", "eval('1')", "exec('')", "compile('', '', 'exec')",
        "__import__('os')", "at = datetime.now()", "at = datetime.utcnow()", "day = date.today()",
        "read = open", "def f():\n    global x",
    ],
)  # fmt: skip
def test_each_way_out_is_seen(line: str):
    assert breaches(line)


def test_there_is_a_core_to_look_at():
    assert (SRC / "core" / "decide.py") in modules("core")

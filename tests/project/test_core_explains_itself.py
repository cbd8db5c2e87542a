"""Everything in the core that others may use says what it is: functions, classes, and each field."""

import ast
from pathlib import Path

import pytest

from project.shelf import modules, name


def is_public(node: ast.AST) -> bool:
    named = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    return named and not node.name.startswith("_")


def is_dataclass(node: ast.ClassDef) -> bool:
    return any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)


def mute(source: str) -> list[str]:
    """What in `source` does not say what it is."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if is_public(node) and not ast.get_docstring(node):
            found.append(node.name)
        if isinstance(node, ast.ClassDef) and is_dataclass(node):
            found += mute_fields(node)
    return found


def mute_fields(node: ast.ClassDef) -> list[str]:
    """Fields of a dataclass without a string under them."""
    return [
        f"{node.name}.{ast.unparse(field.target)}"
        for field, after in zip(node.body, [*node.body[1:], None], strict=True)
        if isinstance(field, ast.AnnAssign) and not is_string(after)
    ]


def is_string(node: ast.stmt | None) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def thawed(source: str) -> list[str]:
    """Dataclasses in `source` that can be changed after they were made, or carry a dictionary about."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
        and is_dataclass(node)
        and "dataclass(frozen=True, slots=True)" not in [ast.unparse(each) for each in node.decorator_list]
    ]


@pytest.mark.parametrize("module", modules("core"), ids=name)
def test_everything_public_says_what_it_is(module: Path):
    assert not mute(module.read_text())


@pytest.mark.parametrize("module", modules("core"), ids=name)
def test_values_cannot_be_changed(module: Path):
    assert not thawed(module.read_text())


@pytest.mark.parametrize(
    "source",
    [
        "def f(): pass",
        "class A: pass",
        "@dataclass(frozen=True)\nclass A:\n    'An A.'\n    x: int\n    y: int\n    'A y.'",
        "@dataclass\nclass A:\n    'An A.'\n    x: int",
    ],
)
def test_silence_is_heard(source: str):
    assert mute(source)


def test_a_value_that_can_be_changed_is_seen():
    assert thawed("@dataclass\nclass A: pass") == ["A"]

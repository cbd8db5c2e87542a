"""Names in the code are the words of the glossary, and none of those it avoids."""

import ast
import re
from pathlib import Path

import pytest

from project.shelf import ROOT, excepted, exceptions, modules, name

GLOSSARY = ROOT / "docs" / "glossary.md"
PIECE = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def avoided() -> frozenset[str]:
    """The words in the glossary's table of words we avoid."""
    table = GLOSSARY.read_text().split("## Words we avoid")[1]
    return frozenset(re.findall(r"^\| \*\*([a-z]+)\*\* \|", table, re.MULTILINE))


def pieces(identifier: str) -> set[str]:
    """The words in an identifier, in lower case and singular."""
    found = {piece.lower() for piece in PIECE.findall(identifier)}
    return found | {piece.removesuffix("s") for piece in found}


def defined(source: str) -> set[str]:
    """Every name that `source` itself makes up: functions, classes, arguments, variables and fields."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=made) | ast.AsyncFunctionDef(name=made) | ast.ClassDef(name=made):
                found.add(made)
            case (
                ast.arg(arg=made)
                | ast.Name(id=made, ctx=ast.Store())
                | ast.Attribute(attr=made, ctx=ast.Store())
            ):
                found.add(made)
            case ast.alias(asname=str(made)):
                found.add(made)
    return found


def wrong(source: str) -> set[str]:
    return {made for made in defined(source) if pieces(made) & avoided()}


@pytest.mark.parametrize("module", modules(), ids=name)
def test_names_are_words_of_the_glossary(module: Path):
    found = {made for made in wrong(module.read_text()) if not excepted("word", f"{name(module)}:{made}")}
    assert not found | (pieces(module.stem) & avoided())


@pytest.mark.parametrize(
    "line", ["class BanList: pass", "def find_hits(): pass", "x.verdict = 1", "def f(victim): pass"]
)
def test_a_word_we_avoid_is_seen(line: str):
    assert wrong(line)


@pytest.mark.parametrize("line", ["bank = 1", "class Whitelist: pass", "def architect(): pass"])
def test_a_word_that_only_looks_like_one_is_left_alone(line: str):
    assert not wrong(line)


def test_the_glossary_names_the_words_we_avoid():
    assert {"fingerprint", "hit", "ticket", "verdict", "ban", "victim", "model"} <= avoided()


def test_exceptions_are_still_needed():
    used = {f"{name(module)}:{made}" for module in modules() for made in wrong(module.read_text())}
    assert not [entry for entry in exceptions("word") if entry not in used]

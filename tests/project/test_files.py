"""A file can be read at once, and begins with one sentence that says what it is for."""

import ast
import re
from pathlib import Path

import pytest

from project.shelf import ROOT, TESTS, excepted, exceptions, modules, name, text, tracked, tree, unneeded

SHORTEST, LONGEST = 50, 400
"""Lines a module should have at least, and any Python file at most."""

SENTENCE = re.compile(r"[A-Z`\"'].*[^.!?:;,][.!?]")
ANOTHER = re.compile(r"[^A-Z.][.!?] [A-Z]")
"""Where one sentence ends and another begins; `e.g. X` and initials aside."""

PYTHON = [path for path in tracked() if path.suffix == ".py"]


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def tiny(path: Path) -> bool:
    """An `__init__` or `__main__`, which may be as short as it likes."""
    return path.stem.startswith("__")


def first_line(path: Path) -> str:
    return (ast.get_docstring(tree(path)) or "").split("\n")[0]


def one_sentence(line: str) -> bool:
    return bool(SENTENCE.fullmatch(line)) and not ANOTHER.search(line)


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_no_file_is_too_long_to_read_at_once(path: Path):
    assert lines(path) <= LONGEST or excepted("long", name(path))


@pytest.mark.parametrize("path", modules(), ids=name)
def test_no_module_is_a_crumb(path: Path):
    assert tiny(path) or lines(path) >= SHORTEST or excepted("short", name(path))


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_module_begins_with_one_sentence(path: Path):
    assert one_sentence(first_line(path)), first_line(path)


@pytest.mark.parametrize(
    "line", ["", "helpers", "Two things. In one line.", "Unfinished,", "the lower case."]
)
def test_what_is_not_one_sentence_is_seen(line: str):
    assert not one_sentence(line)


def test_exceptions_are_still_needed():
    long = {name(path) for path in PYTHON if lines(path) > LONGEST}
    short = {name(path) for path in modules() if lines(path) < SHORTEST and not tiny(path)}
    assert not [*unneeded("long", long), *unneeded("short", short)]


def test_every_exception_has_a_reason_in_words():
    rules = ("no_test", "no_module", "long", "short", "word", "survivor")
    assert all(len(reason.split()) >= 4 for rule in rules for reason in exceptions(rule).values())


def test_what_is_left_to_do_names_its_issue():
    marks = re.compile(r"\b(TODO|FIXME|X{3})\b(?!\(#\d+\))")
    here = TESTS / "project" / "test_files.py"
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path != here
        for number, line in enumerate(text(path).splitlines(), 1)
        if marks.search(line)
    ]
    assert not found

"""The table of the twenty failures names tests that exist, has every row once, and says what is missing."""

import ast
import re

import pytest

from project.shelf import ROOT, TESTS, tree

SHORT = {"the_twenty": "stories/test_the_twenty_failures.py"}
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "docs" / "failures.md").read_text().splitlines()
    if re.match(r"\| F\d", line)
]
NAMED = re.compile(r"`([\w/.]+)::(\w+)`")


def named_in(name: str) -> set[str]:
    """The test functions that pytest collects from a file, but for those that are seldom run."""
    found = [node for node in tree(TESTS / name).body if isinstance(node, ast.FunctionDef)]
    seldom = {node.name for node in found if any("deep" in ast.unparse(mark) for mark in node.decorator_list)}
    return {node.name for node in found if node.name.startswith("test_")} - seldom


def test_every_failure_has_its_row():
    assert [row[0].strip("| ") for row in ROWS] == [f"F{number}" for number in range(1, 21)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("| "))
def test_a_row_names_tests_that_exist(row: list[str]):
    named = NAMED.findall(row[3])
    assert named
    assert not [test for name, test in named if test not in named_in(SHORT.get(name, name))]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("| "))
def test_a_row_says_how_far_it_is_met(row: list[str]):
    assert re.match(r"\*\*Met\*\*|\*\*In part\*\*: \w", row[4])


def test_every_test_of_that_story_stands_in_its_own_row():
    for test in named_in(SHORT["the_twenty"]):
        number = int(re.match(r"test_f(\d\d)_", test)[1])
        assert f"`the_twenty::{test}`" in ROWS[number - 1][3]

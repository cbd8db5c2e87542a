"""Fast tests first: units from the core outwards, then contracts, stories, attacks, project and docs."""

from pathlib import Path

import pytest

ORDER = (
    "core",
    "law",
    "matching",
    "media",
    "signals",
    "banks",
    "generators",
    "platforms",
    "store",
    "flows",
    "web",
    "cli",
    "contracts",
    "stories",
    "attacks",
    "chaos",
    "project",
)
"""Folders of tests/ in the order in which they run; files directly in tests/ run after the units."""

AFTER_UNITS = ORDER.index("contracts") - 0.5
SLOW_MARKS = ("late", "postgres", "go", "browser", "deep")


def place(path: Path, root: Path) -> float:
    """How early a test file runs: the smaller the earlier."""
    parts = path.relative_to(root).parts
    if parts[0] != "tests":
        return len(ORDER)
    return ORDER.index(parts[1]) if parts[1] in ORDER else AFTER_UNITS


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> tuple[int, float]:
        slow = sum(item.get_closest_marker(mark) is not None for mark in SLOW_MARKS)
        return slow, place(item.path, config.rootpath)

    items.sort(key=rank)

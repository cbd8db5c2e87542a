"""Where the project's own files are, and the written exceptions to its rules."""

import ast
import subprocess
import tomllib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "consentry"
TESTS = ROOT / "tests"


@cache
def exceptions(rule: str) -> dict[str, str]:
    """Reasons by file (or pattern) for `rule`, from exceptions.toml."""
    return tomllib.loads((TESTS / "project" / "exceptions.toml").read_text()).get(rule, {})


def excepted(rule: str, name: str) -> bool:
    """Whether somebody wrote down why `name` need not obey `rule`."""
    return any(fnmatch(name, pattern) for pattern in exceptions(rule))


def unneeded(rule: str, found: set[str]) -> list[str]:
    """Exceptions to `rule` that excuse nothing in `found`."""
    return [pattern for pattern in exceptions(rule) if not any(fnmatch(item, pattern) for item in found)]


def modules(folder: str = "") -> list[Path]:
    """Every Python file under src/consentry, or under one folder of it."""
    return sorted((SRC / folder).rglob("*.py"))


def name(path: Path) -> str:
    """A file's path as people say it: from src/consentry, or else from the top of the project."""
    return path.relative_to(SRC if path.is_relative_to(SRC) else ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(path.read_text(), str(path))


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git keeps or would keep, as it stands on disk."""
    said = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(path for line in said.split("\0") if line and (path := ROOT / line).is_file())


def text(path: Path) -> str:
    """A tracked file as text; empty if it is none."""
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""

"""One TOML file per jurisdiction: what its law asks for, since when, and scenarios that prove it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from consentry.core.errors import SetupTrouble

ENDING = ".toml"
"""How the name of a law file ends; what stands before it is its code."""

MAX_BYTES = 1_000_000
"""Longest law file in bytes: ten times the longest of ours."""


def read_files(extra: Path | None = None) -> dict[str, Mapping[str, object]]:
    """The packaged law files by name, and those of the directory `extra`, parsed.

    Files in `extra` can only add: one with the name of a packaged file is refused, so that
    nobody can replace the floor. Raises SetupTrouble naming the file.
    """
    packaged = resources.files(__name__).iterdir()
    files = {name: _parse(path) for name, path in _named(packaged)}
    for name, path in _named(_listed(extra) if extra else ()):
        if name in files:
            raise _trouble(path.name, "is already there; rules can be added under another name only")
        files[name] = _parse(path)
    return files


def shipped_assessment() -> Mapping[str, object]:
    """What we wrote about the risks of the law files we ship, parsed."""
    return _parse(resources.files(__name__) / "assessed" / "shipped.toml")


def _listed(extra: Path) -> list[Path]:
    try:
        return sorted(extra.iterdir())
    except OSError:
        raise _trouble("the directory with further law files", "cannot be read") from None


def _named(paths: Iterable[Traversable]) -> list[tuple[str, Traversable]]:
    found = {path.name.removesuffix(ENDING): path for path in paths if path.name.endswith(ENDING)}
    return sorted(found.items(), key=lambda item: item[0])


def _parse(path: Traversable) -> Mapping[str, object]:
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise _trouble(path.name, f"is longer than {MAX_BYTES} bytes")
        return tomllib.loads(data.decode())
    except OSError:
        raise _trouble(path.name, "cannot be read") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _trouble(path.name, f"is not valid TOML: {error}") from None


def _trouble(name: str, what: str) -> SetupTrouble:
    return SetupTrouble(f"law: {name} {what}", code="bad_law", param=name)

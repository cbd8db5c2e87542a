"""Every sentence of the report form in every language, each language a file that translators can edit."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "words"
"""One TOML file a language, named by its code."""

LANGUAGES = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
"""The codes of all languages there are."""

DEFAULT = "en"
"""The language of whoever asks for none that we have."""


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language."""

    code: str
    """The language's code (BCP 47)."""
    name: str
    """What its speakers call it."""
    direction: str
    """`ltr` or `rtl`."""
    months: tuple[str, ...]
    """The months, as they stand in a date."""
    sentences: Mapping[str, str]
    """Every sentence by its key, such as `who.title`."""

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence `key` with `values` filled in. Raises KeyError if there is none."""
        return self.sentences[key].format_map(values)

    def moment(self, at: datetime) -> str:
        """A moment as people write it, in UTC."""
        there = at.astimezone(UTC)
        month = self.months[there.month - 1]
        return self("all.when", day=there.day, month=month, year=there.year, time=f"{there:%H:%M}")


@cache
def words(code: str) -> Words:
    """The sentences of the language `code`, one of LANGUAGES."""
    found = tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))
    return Words(
        code=code,
        name=found["language"],
        direction=found["direction"],
        months=tuple(found["months"]),
        sentences=_flat(found),
    )


def preferred(accepted: str) -> str:
    """The first language of an `Accept-Language` header that there is (RFC 9110 12.5.4)."""
    wishes = [_wish(part) for part in accepted[:500].split(",")]
    for _, code in sorted(wishes, key=lambda wish: -wish[0]):
        if code in LANGUAGES:
            return code
    return DEFAULT


def _wish(part: str) -> tuple[float, str]:
    tag, _, weight = part.strip().partition(";q=")
    try:
        return float(weight or 1), tag.split("-")[0].lower()
    except ValueError:
        return 0.0, ""


def _flat(found: Mapping[str, Any]) -> dict[str, str]:
    tables = ((name, table) for name, table in found.items() if isinstance(table, dict))
    return {f"{name}.{key}": text for name, table in tables for key, text in table.items()}

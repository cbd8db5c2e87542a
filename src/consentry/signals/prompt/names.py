"""Tells whether a text names somebody in full, by capital letters alone."""

from __future__ import annotations

import re

from consentry.signals.prompt.concepts import Lexicon
from consentry.signals.prompt.normalise import fold

_PAIR = re.compile(r"(?:\b([^\W\d_]+)\s+)?\b([^\W\d_]['’\-\w]+)\s+([^\W\d_]['’\-\w]+)")
_WORD = re.compile(r"[^\W\d_]['’\-\w]+")
_WHERE = frozenset(
    [
        "in",
        "at",
        "near",
        "from",
        "to",
        "of",
        "by",
        "on",
        "around",
        "above",
        "over",
        "through",
        "between",
        "im",
        "am",
        "an",
        "aus",
        "bei",
        "von",
        "à",
        "au",
        "en",
        "sur",
        "près",
        "de",
        "a",
        "da",
        "del",
        "di",
        "do",
        "do",
        "na",
        "w",
        "we",
        "we",
        "z",
        "ze",
        "en",
        "em",
        "no",
        "na",
        "i",
        "på",
        "från",
        "fra",
        "til",
        "te",
        "bij",
        "van",
    ]
)
"""Small words before the name of a place or of a painter."""
_MOST_CAPITALS = 0.6
"""A text with more capitalised words than this is a headline; capitals tell nothing there."""
_ENOUGH_WORDS = 5


def full_name(text: str, known: Lexicon) -> bool:
    """Whether `text` holds two capitalised words in a row that are no everyday words and no place."""
    every = _WORD.findall(text)
    capitals = sum(map(_capital, every))
    if len(every) >= _ENOUGH_WORDS and capitals > _MOST_CAPITALS * len(every):
        return False
    place = 0
    while found := _PAIR.search(text, place):
        before, first, last = found.groups()
        if _capital(first) and _capital(last) and (before or "").casefold() not in _WHERE:
            if not known.knows(fold(first)) and not known.knows(fold(last)):
                return True
        place = found.start(2) if before else found.start(3)
    return False


def _capital(word: str) -> bool:
    return word[0].isupper() and not word.isupper()

"""Tells whether a text names somebody in full, by capital letters alone."""

from __future__ import annotations

import re
from itertools import pairwise

from consentry.signals.prompt.concepts import Lexicon
from consentry.signals.prompt.normalise import fold

_WORD = re.compile(r"[^\W\d_](?:['\u2019\-\w]*)")
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
_STYLE = frozenset(["by", "par", "von", "da"])
"""Of these, the ones before a painter; after the others a given name is somebody's all the same."""
_MOST_CAPITALS = 0.6
"""A text with more capitalised words than this is a headline; capitals tell nothing there."""
_ENOUGH_WORDS = 5


def full_name(text: str, known: Lexicon) -> bool:
    """Whether `text` holds two capitalised words in a row that are no everyday words and no place."""
    every = _WORD.findall(text)
    capitals = sum(map(_capital, every))
    if len(every) >= _ENOUGH_WORDS and capitals > _MOST_CAPITALS * len(every):
        return False
    before = ""
    for first, last in pairwise(_WORD.finditer(text)):
        beside = text[first.end() : last.start()].isspace()
        if beside and _is_name(first[0], last[0], known) and not _elsewhere(before, first[0], known):
            return True
        before = first[0].casefold()
    return False


def _elsewhere(before: str, first: str, known: Lexicon) -> bool:
    """Whether the word before says that a place or a painter follows."""
    given = any(pattern.concept == "given" for pattern in known.full.get(fold(first), ()))
    return before in _STYLE or (before in _WHERE and not given)


def _is_name(first: str, last: str, known: Lexicon) -> bool:
    if not (_capital(first) and _capital(last)):
        return False
    both = (fold(first), fold(last))
    return known.common.keys().isdisjoint(both) and not all(word in known.full for word in both)


def _capital(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and not word.isupper()

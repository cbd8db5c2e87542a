"""Decides how carefully a request must be handled, from its words and whether a picture came along.

Rules of this file: it routes, it never convicts. Three bands: what nobody may ask of another
person's picture; what may be made but is compared with the original first; and all the rest.
A request is read as it stands and with its disguises undone, alone and as the last step of a
conversation; the gravest reading counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from consentry.signals.prompt.concepts import SAFE, Lexicon, Mention, lexicon
from consentry.signals.prompt.names import full_name
from consentry.signals.prompt.normalise import (
    MAX_CHARS,
    Words,
    fold,
    reversed_text,
    rotated,
    shortened,
    tidied,
    unpacked,
    words,
)
from consentry.signals.prompt.weigh import COMPARE, DOUBTFUL, REFUSE, Routed, weigh

__all__ = ["COMPARE", "REFUSE", "Routed", "route"]

KNOWN_SHARE = 0.4
"""A text of which fewer words are known than this may be rotated or written backwards."""
_FEWEST_WORDS = 2

_YIELDING = frozenset({"garment", "outer", "reduce", "wear", "remove", "sheer", "blemish"})
"""Concepts that a request to cover somebody up explains away."""
_TURNING = frozenset({"garment", "outer", "swim", "under", "remove", "reduce", "wear"})
"""Concepts that `keep` turns into their opposite."""
_KEEP_WORDS = 4
"""How many words after `keep` it still speaks of."""


def route(text: str, person: float, earlier: Sequence[str] = ()) -> Routed:
    """How to handle `text`, said after `earlier`; `person`: how surely a picture of a person came along."""
    picture = person >= COMPARE
    alone = _route(text, picture)
    said = [one for one in earlier if one.strip()]
    if not said:
        return alone
    return _gravest((alone, _route("\n".join((*said, text)), picture)))


@lru_cache(maxsize=256)
def _route(text: str, picture: bool) -> Routed:
    known = lexicon()
    name = full_name(shortened(text), known)
    routed = _gravest(_read(view, known, picture=picture, name=name) for view in _views(text, known))
    if len(text) <= MAX_CHARS:
        return routed
    return replace(routed, suspicion=max(routed.suspicion, DOUBTFUL))  # nobody read all of it


def _views(text: str, known: Lexicon) -> Iterator[str]:
    """The text as it stands, and as it reads once its disguises are undone."""
    plain = fold(unpacked(shortened(text)))
    yield plain
    tidy = tidied(plain)
    if tidy != plain:
        yield tidy
    if _gibberish(plain, known):
        yield rotated(plain)
        yield reversed_text(plain)


def _gibberish(text: str, known: Lexicon) -> bool:
    latin = [forms[0] for forms in words(text).forms if forms[0].isascii() and forms[0].isalpha()]
    if len(latin) < _FEWEST_WORDS:
        return False
    return sum(known.knows(word) for word in latin) < KNOWN_SHARE * len(latin)


def _gravest(readings: Iterable[Routed]) -> Routed:
    every = list(readings)
    return Routed(
        harm=max(one.harm for one in every),
        minor=max(one.minor for one in every),
        unwilling=max(one.unwilling for one in every),
        suspicion=max(one.suspicion for one in every),
        concepts=tuple(sorted({name for one in every for name in one.concepts})),
        named=max(one.named for one in every),
    )


def _read(folded: str, known: Lexicon, *, picture: bool, name: bool) -> Routed:
    text = words(folded)
    mentions = _meant(known.find(text), text)
    if mentions:
        strange = known.strangers(text, mentions)
        return weigh(text, mentions, picture=picture, name=name, strange=strange)
    doubt = DOUBTFUL if name or (picture and text.forms) else 0.0
    return Routed(0.0, 0.0, 0.0, doubt, named=float(name))


def _meant(mentions: tuple[Mention, ...], text: Words) -> tuple[Mention, ...]:
    """Mentions without those that a harmless expression explains, or that are to stay as they are."""
    harmless = _longest(one for one in mentions if one.concept in SAFE)
    homonyms = _longest(one for one in mentions if one.concept == "homonym")
    covers = _longest(_put_on(mentions, text))
    keeps = {one.at[-1] for one in mentions if one.concept == "keep"}
    return tuple(
        one
        for one in mentions
        if one.concept == "homonym"
        or not (
            _explained(one, homonyms if one.concept == "keep" else harmless)
            or (one.concept in _YIELDING and _explained(one, covers))
            or (one.concept in _TURNING and _kept(one, keeps, text))
        )
    )


def _put_on(mentions: tuple[Mention, ...], text: Words) -> Iterator[Mention]:
    """Requests to cover somebody up: not those in a clause that takes something away."""
    taken: dict[int, set[int]] = {}
    for one in mentions:
        if one.concept == "remove":
            taken.setdefault(text.clause[one.at[0]], set()).update(one.at)
    for one in mentions:
        if one.concept == "cover" and taken.get(text.clause[one.at[0]], set()) <= set(one.at):
            yield one


def _longest(mentions: Iterable[Mention]) -> dict[int, int]:
    """For each word of `mentions`, how many words the longest of them takes in."""
    longest: dict[int, int] = {}
    for one in mentions:
        for place in one.at:
            longest[place] = max(longest.get(place, 0), len(one.at))
    return longest


def _explained(one: Mention, by: dict[int, int]) -> bool:
    """Whether a harmless expression is about the same words, and takes in at least as many."""
    return any(by.get(place, 0) >= len(one.at) for place in one.at)


def _kept(one: Mention, keeps: set[int], text: Words) -> bool:
    """Whether a word shortly before, in the same clause, says that it is to stay."""
    first = one.at[0]
    return any(
        place in keeps and text.clause[place] == text.clause[first]
        for place in range(max(0, first - _KEEP_WORDS), first + 1)
    )

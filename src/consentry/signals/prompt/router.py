"""Decides how carefully a request must be handled, from its words and whether a picture came along.

Rules of this file: it routes, it never convicts. Three bands: what nobody may ask of another
person's picture; what may be made but is compared with the original first; and all the rest.
Words are known only as concepts. Scores lie on the floor's scale: 0.85 refuses, 0.5 compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from consentry.signals.prompt.concepts import Lexicon, Mention, lexicon
from consentry.signals.prompt.names import full_name
from consentry.signals.prompt.normalise import (
    Words,
    fold,
    reversed_text,
    rotated,
    shortened,
    tidied,
    unpacked,
    words,
)

REFUSE = 0.85
"""The floor refuses from here if a person is concerned."""
COMPARE = 0.5
"""The floor has the result compared from here."""

PLAIN = 0.9
"""An unmistakable request."""
DOUBTFUL = 0.6
"""A request that often means no harm."""
FAINT = 0.3
"""A word that appears in ordinary requests every day."""

KNOWN_SHARE = 0.4
"""A text of which fewer words are known than this may be rotated or written backwards."""
_FEWEST_WORDS = 2

_SEXUAL = frozenset({"nude", "remove", "sheer", "reduce", "pose", "swim", "under", "fluid", "euphemism"})
_CLOTHES = frozenset({"garment", "swim", "under"})
_YIELDING = frozenset({"garment", "outer", "reduce", "wear", "remove", "sheer", "blemish"})
"""Concepts that a request to cover somebody up explains away."""
_TURNING = frozenset({"garment", "outer", "swim", "under", "remove", "reduce", "wear"})
"""Concepts that `keep` turns into their opposite."""
_KEEP_WORDS = 4
"""How many words after `keep` it still speaks of."""
_HAIR_AND_LIGHT = frozenset({"edit", "face", "style"})
_CALM = frozenset({"medical", "art", "sport"})
"""Settings in which bare skin or an injury is ordinary; they lower a refusal to a comparison."""
_DOMINANT = frozenset({"restrain", "injure", "degrade"})


@dataclass(frozen=True, slots=True)
class Routed:
    """What a request asks for, each from 0.0 to 1.0."""

    harm: float
    """How far it asks for an intimate or degrading picture."""
    minor: float
    """How far it joins a sign of a child with something sexual."""
    unwilling: float
    """How far it says, or implies, that the person never agreed."""
    suspicion: float
    """Whether the result should be compared with the original."""
    concepts: tuple[str, ...] = ()
    """The concepts found, by name; never the words."""
    named: float = 0.0
    """1.0 if the words themselves refer to a real person."""


NOTHING = Routed(0.0, 0.0, 0.0, 0.0)


def route(text: str, person: float) -> Routed:
    """How to handle `text`; `person` says how surely a picture of a person came with it."""
    return _route(text, person >= COMPARE)


@lru_cache(maxsize=256)
def _route(text: str, picture: bool) -> Routed:
    known = lexicon()
    name = full_name(shortened(text), known)
    return _gravest(_read(view, known, picture=picture, name=name) for view in _views(text, known))


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
    if not mentions:
        return Routed(0.0, 0.0, 0.0, 0.0, named=float(name))
    seen = _Seen(text, mentions, picture)
    named = name or seen.has("real")
    asked = seen.asked()
    return _weigh(seen, asked, picture=picture, named=named)


def _meant(mentions: tuple[Mention, ...], text: Words) -> tuple[Mention, ...]:
    """Mentions without those that a harmless expression explains, or that are to stay as they are."""
    harmless = [one for one in mentions if one.concept == "homonym"]
    covers = [one for one in mentions if one.concept == "cover"]
    keeps = [one for one in mentions if one.concept == "keep"]
    return tuple(
        one
        for one in mentions
        if one.concept == "homonym"
        or not (
            any(_explains(other, one) for other in (*harmless, *keeps) if other is not one)
            or (one.concept in _YIELDING and any(_explains(other, one) for other in covers))
            or (one.concept in _TURNING and any(_keeps(other, one, text) for other in keeps))
        )
    )


def _explains(harmless: Mention, other: Mention) -> bool:
    """Whether both are about the same words, and the harmless reading takes in at least as many."""
    return len(harmless.at) >= len(other.at) and not set(harmless.at).isdisjoint(other.at)


def _keeps(keep: Mention, other: Mention, text: Words) -> bool:
    distance = other.at[0] - keep.at[-1]
    return 0 <= distance <= _KEEP_WORDS and text.clause[other.at[0]] == text.clause[keep.at[-1]]


class _Seen:
    """The concepts in one reading, and what they amount to together."""

    def __init__(self, text: Words, mentions: tuple[Mention, ...], picture: bool) -> None:
        self._text = text
        self.picture = picture
        self.by: dict[str, list[Mention]] = {}
        for one in mentions:
            self.by.setdefault(one.concept, []).append(one)

    def has(self, *concepts: str) -> bool:
        """Whether any of `concepts` is mentioned."""
        return any(name in self.by for name in concepts)

    def near(self, one: Mention, *concepts: str) -> list[Mention]:
        """Mentions of `concepts` in the same clause as `one`."""
        clause = self._text.clause[one.at[0]]
        return [
            other
            for name in concepts
            for other in self.by.get(name, ())
            if self._text.clause[other.at[0]] == clause
        ]

    def asked(self) -> dict[str, float]:
        """For each harmful concept how plainly it is asked for."""
        scores = {
            "nude": self._plain("nude", PLAIN),
            "remove": self._removal(),
            "sheer": self._sheer(),
            "reduce": self._reduction(),
            "pose": self._plain("pose", PLAIN),
            "swim": self._dress("swim"),
            "under": self._dress("under"),
            "fluid": self._plain("fluid", PLAIN),
            "euphemism": self._euphemism(),
            "restrain": self._plain("restrain", PLAIN),
            "injure": self._injury(),
            "degrade": self._plain("degrade", PLAIN),
        }
        calm = self.has(*_CALM)
        return {
            name: min(score, DOUBTFUL) if calm else score for name, score in scores.items() if score > 0.0
        }

    def _plain(self, concept: str, score: float) -> float:
        """`score` if the concept is spelled out, less if it is only a likely misspelling."""
        found = self.by.get(concept, ())
        if not found:
            return 0.0
        return DOUBTFUL if all(one.typo for one in found) else score

    def _removal(self) -> float:
        """How plainly clothes are to be taken off: not a stain, and not a coat."""
        return max((self._taken_off(one) for one in self.by.get("remove", ())), default=0.0)

    def _taken_off(self, one: Mention) -> float:
        clothes = self.near(one, *_CLOTHES)
        if not clothes:
            if self.near(one, "outer") and not self.near(one, "blemish", "wear"):
                return DOUBTFUL
            return DOUBTFUL if self.has("garment") and self.has("person") and not self.has(*_MILD) else 0.0
        if any(other.at != one.at for other in self.near(one, "blemish")):
            return DOUBTFUL if self.near(one, "joiner") else FAINT
        return DOUBTFUL if one.typo and all(other.typo for other in clothes) else PLAIN

    def _sheer(self) -> float:
        score = self._plain("sheer", PLAIN)
        if self.has("garment", "swim", "under", "outer", "body", "person", "wear"):
            return score
        return min(score, DOUBTFUL)

    def _reduction(self) -> float:
        return max((self._lessened(one) for one in self.by.get("reduce", ())), default=0.0)

    def _lessened(self, one: Mention) -> float:
        if one.typo:
            return DOUBTFUL
        if self.near(one, *_CLOTHES, "body") or len(one.at) > 1:
            return PLAIN
        if self.near(one, *_HAIR_AND_LIGHT):
            return FAINT
        return DOUBTFUL

    def _dress(self, concept: str) -> float:
        """How plainly somebody is to be put in swimwear or underwear, rather than sold any."""
        score = self._plain(concept, PLAIN)
        if not score or self.has("catalogue"):
            return min(score, DOUBTFUL)
        if self.has("wear", "remove", "reduce", "person", "real"):
            return min(score, DOUBTFUL) if self._only_tinted(concept) else score
        return min(score, DOUBTFUL) if self.has("edit", "tint", "blemish", "face") else score

    def _only_tinted(self, concept: str) -> bool:
        return self.has("tint") and not any(self.near(one, "wear", "remove") for one in self.by[concept])

    def _euphemism(self) -> float:
        score = self._plain("euphemism", DOUBTFUL)
        together = self.has("garment", "body", "swim", "under", "nude", "reduce")
        return 0.7 if score and together else score

    def _injury(self) -> float:
        """How plainly somebody is to be hurt; taking a bruise away is the contrary."""
        found = [one for one in self.by.get("injure", ()) if not self.near(one, "remove")]
        return (DOUBTFUL if all(one.typo for one in found) else PLAIN) if found else 0.0


_MILD = ("blemish", "tint", "cover", "edit", "face")
"""What makes a removal in another sentence than the garment harmless."""


def _weigh(seen: _Seen, asked: dict[str, float], *, picture: bool, named: bool) -> Routed:
    concerned = picture or named
    if not concerned:
        return _scene(seen, asked)
    harm = max(asked.values(), default=0.0)
    against = seen.has("unwilling") or seen.has("vulnerable")
    unwilling = 0.0
    if against and harm >= COMPARE:
        unwilling = 0.95
    elif harm >= REFUSE and not picture:
        unwilling = PLAIN  # nobody agreed to being described by somebody else
    suspicion = max(harm, unwilling, _hunch(seen))
    return Routed(harm, _minor(seen, asked), unwilling, suspicion, tuple(sorted(seen.by)), float(named))


def _hunch(seen: _Seen) -> float:
    """Suspicion where nothing is asked for plainly."""
    if seen.has("unwilling"):
        return DOUBTFUL
    if seen.has("wrapper") and seen.has("garment", "body", "nude", "outer"):
        return DOUBTFUL
    if seen.has("rope") and seen.has("person"):
        return DOUBTFUL
    if seen.has("place") and seen.has("garment") and seen.has("wear"):
        return DOUBTFUL
    return FAINT if seen.has("body", "place", "wrapper", "vulnerable") else 0.0


def _minor(seen: _Seen, asked: dict[str, float]) -> float:
    """Any sign of a child beside anything plainly sexual."""
    if not seen.has("minor"):
        return 0.0
    sexual = max((score for name, score in asked.items() if name in _SEXUAL), default=0.0)
    return sexual if sexual > DOUBTFUL else 0.0


def _scene(seen: _Seen, asked: dict[str, float]) -> Routed:
    """A scene of nobody in particular: nobody's consent is missing, yet a child is a child."""
    bold = {
        name: score for name, score in asked.items() if name not in {"swim", "remove", "reduce", "euphemism"}
    }
    minor = _minor(seen, bold) if seen.has("nude", "under", "sheer", "pose") else 0.0
    bare = seen.has("nude", "under") and seen.has("person", "minor") and not seen.has("catalogue", *_CALM)
    edited = asked.get("remove", 0.0) >= REFUSE and seen.has(
        "person"
    )  # speaks of a picture it does not bring
    suspicion = DOUBTFUL if bare or minor or edited else FAINT * bool(asked)
    harm = max(asked.values(), default=0.0)
    return Routed(min(harm, DOUBTFUL), minor, 0.0, max(suspicion, minor), tuple(sorted(seen.by)))

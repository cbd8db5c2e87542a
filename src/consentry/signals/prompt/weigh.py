"""Weighs the concepts found in one reading of a request: what they ask for, and how plainly.

Rules of this file: it knows concepts by name, never words. Scores lie on the floor's scale: 0.85
refuses, 0.5 compares. A change to a person's picture counts as doubtful until it is understood:
every part of the request has to be accounted for by something that is known to be harmless, and an
everyday word accounts for few words beside it that no list knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from consentry.signals.prompt.concepts import Mention
from consentry.signals.prompt.normalise import Words

REFUSE = 0.85
"""The floor refuses from here if a person is concerned."""
COMPARE = 0.5
"""The floor has the result compared from here."""

PLAIN = 0.9
"""An unmistakable request."""
SUGGESTIVE = 0.7
"""A hint beside something that makes it likely."""
DOUBTFUL = 0.6
"""A request that often means no harm."""
FAINT = 0.3
"""A word that appears in ordinary requests every day."""
AGAINST = 0.95
"""The request itself says that the person did not agree."""

_SEXUAL = frozenset({"nude", "remove", "sheer", "reduce", "pose", "swim", "under", "fluid", "euphemism"})
_CLOTHES = frozenset({"garment", "swim", "under"})
_HAIR_AND_LIGHT = frozenset({"edit", "face", "style"})
_SETTING = frozenset({"medical", "art", "sport"})
"""Settings in which bare skin or an injury is ordinary; they lower a refusal to a comparison."""
_MILD = ("blemish", "tint", "cover", "edit", "face")
"""What makes a removal in another sentence than the garment harmless."""

_HARMLESS = frozenset(
    {
        "art",
        "blemish",
        "catalogue",
        "cover",
        "edit",
        "face",
        "family",
        "homonym",
        "medical",
        "scenery",
        "sport",
        "style",
        "tint",
    }
)
"""What a clause may be about without raising a doubt."""
_ABOUT_CLOTHES = frozenset({"blemish", "catalogue", "cover", "homonym", "keep", "tint"})
"""What accounts for clothes or a body being mentioned."""
_REMOVABLE = frozenset({"blemish", "edit", "face", "homonym", "scenery"})
"""What may be taken away."""
_WORN = frozenset({"body", "garment", "outer", "swim", "under"})
_TINTED = frozenset({"cover", "edit", "face", "garment", "outer", "scenery", "style"})
"""What a colour may belong to; a colour of anything else may be a bruise."""
_BLEMISHED = frozenset({"edit", "face", "remove", "scenery"})
"""Beside what a blemish is one, and not what somebody is to be given."""
_ABOUT_SOMEBODY = frozenset({"body", "garment", "minor", "person", "real", "wear"})
"""What a clause about a person speaks of."""
_STRANGERS = 2
"""So many words that no list knows may stand in a clause about a person beside something harmless."""
_STRANGERS_ELSEWHERE = 4
"""So many in a clause that speaks of nobody."""
_CLAUSE_WORDS = 3
"""A clause of fewer words (or characters, where there are no spaces) says nothing by itself."""
_STEPS = 3
"""So many pieces of clothing, each in a clause of its own, are being taken off one by one."""


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


def weigh(
    text: Words,
    mentions: tuple[Mention, ...],
    *,
    picture: bool,
    name: bool,
    strange: Mapping[int, float] | None = None,
) -> Routed:
    """What a reading with these `mentions` asks for; `name` if it names somebody in full.

    `strange`: for each clause how many of its words no list knows.
    """
    seen = _Seen(text, mentions, picture, strange or {})
    asked = seen.asked()
    named = name or seen.has("real") or bool(asked and seen.called())
    if not picture and not named:
        return _scene(seen, asked)
    harm = max(asked.values(), default=0.0)
    unwilling = _unwilling(seen, harm)
    suspicion = max(harm, unwilling, _hunch(seen), DOUBTFUL * float(name and not picture))
    return Routed(harm, _minor(seen, asked), unwilling, suspicion, seen.names, float(named))


class _Seen:
    """The concepts in one reading, and what they amount to together."""

    def __init__(
        self, text: Words, mentions: tuple[Mention, ...], picture: bool, strange: Mapping[int, float]
    ) -> None:
        self._text = text
        self._strange = strange
        self.picture = picture
        self.by: dict[str, list[Mention]] = {}
        self._at: dict[tuple[str, int], set[tuple[int, ...]]] = {}
        self._spelt: set[tuple[str, int]] = set()
        for one in mentions:
            self.by.setdefault(one.concept, []).append(one)
            where = one.concept, self.clause(one)
            self._at.setdefault(where, set()).add(one.at)
            if not one.typo:
                self._spelt.add(where)

    def clause(self, one: Mention) -> int:
        """The number of the clause that `one` begins in."""
        return self._text.clause[one.at[0]]

    @property
    def names(self) -> tuple[str, ...]:
        """The concepts, by name."""
        return tuple(sorted(self.by))

    def has(self, *concepts: str) -> bool:
        """Whether any of `concepts` is mentioned."""
        return any(name in self.by for name in concepts)

    def called(self) -> bool:
        """Whether a given name is followed by a word that no list knows, as surnames are."""
        taken = {place for found in self.by.values() for one in found for place in one.at}
        after = (one.at[-1] + 1 for one in self.by.get("given", ()) if not one.typo)
        return any(place < len(self._text.forms) and place not in taken for place in after)

    def near(self, one: Mention, *concepts: str) -> bool:
        """Whether any of `concepts` is mentioned in the same clause as `one`."""
        return any((name, self.clause(one)) in self._at for name in concepts)

    def understood(self, besides: str = "") -> bool:
        """Whether every part of the request, `besides` those with one concept, is known to be harmless."""
        calm = self._calm()
        if not calm:
            return False
        spoken = {clause for clause, size in Counter(self._text.clause).items() if size >= _CLAUSE_WORDS}
        return (
            spoken - self._clauses({besides}) <= calm - self._too_strange()
            and self._clauses(_WORN) <= self._clauses(_ABOUT_CLOTHES)
            and self._clauses({"remove"}) <= self._clauses(_REMOVABLE)
        )

    def _calm(self) -> set[int]:
        """The clauses that speak of something harmless."""
        calm = self._clauses(_HARMLESS - {"blemish", "tint"})
        calm |= self._clauses({"tint"}) & self._clauses(_TINTED)
        return calm | (self._clauses({"blemish"}) & self._clauses(_BLEMISHED))

    def _too_strange(self) -> set[int]:
        """The clauses with more unknown words than what is known in them can account for."""
        somebody = self._clauses(_ABOUT_SOMEBODY)
        return {
            clause
            for clause, strangers in self._strange.items()
            if strangers > (_STRANGERS if clause in somebody else _STRANGERS_ELSEWHERE)
        }

    def _clauses(self, concepts: Iterable[str]) -> set[int]:
        return {self.clause(one) for name in concepts for one in self.by.get(name, ())}

    def asked(self) -> dict[str, float]:
        """For each harmful concept how plainly it is asked for."""
        scores = {
            "nude": self._plain("nude", PLAIN),
            "remove": self._removal(),
            "sheer": self._sheer(),
            "reduce": self._reduction(),
            "pose": self._plain("pose", PLAIN),
            "bed": self._bed(),
            "swim": self._dress("swim"),
            "under": self._dress("under"),
            "fluid": self._added("fluid"),
            "euphemism": self._euphemism(),
            "restrain": self._plain("restrain", PLAIN),
            "injure": self._added("injure"),
            "degrade": self._plain("degrade", PLAIN),
        }
        setting = self.has(*_SETTING)
        return {
            name: min(score, DOUBTFUL) if setting else score for name, score in scores.items() if score > 0.0
        }

    def _plain(self, concept: str, score: float) -> float:
        """`score` if the concept is spelled out, less if it is only a likely misspelling."""
        found = self.by.get(concept, ())
        if not found:
            return 0.0
        return DOUBTFUL if all(one.typo for one in found) else score

    def _removal(self) -> float:
        """How plainly clothes are to be taken off: not a stain, and not a coat."""
        if not self.has("remove", "reduce"):
            return 0.0
        steps = self._clauses({"garment", "outer"}) - self._clauses(_ABOUT_CLOTHES)
        if len(steps) >= _STEPS:
            return PLAIN
        return max((self._taken_off(one) for one in self.by.get("remove", ())), default=0.0)

    def _taken_off(self, one: Mention) -> float:
        if not self.near(one, *_CLOTHES):
            if self.near(one, "outer") and not self.near(one, "blemish", "wear"):
                return DOUBTFUL
            return DOUBTFUL if self.has("garment") and self.has("person") and not self.has(*_MILD) else 0.0
        if self._at.get(("blemish", self.clause(one)), set()) - {one.at}:
            return DOUBTFUL if self.near(one, "joiner") else FAINT
        spelt = any((name, self.clause(one)) in self._spelt for name in _CLOTHES)
        return PLAIN if spelt or not one.typo else DOUBTFUL

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

    def _bed(self) -> float:
        """A bed, a kiss, an open mouth: ordinary by themselves."""
        if not self.picture or not self.has("bed"):
            return 0.0
        return PLAIN if self.has("reduce", "under", "body", "nude") else DOUBTFUL

    def _dress(self, concept: str) -> float:
        """How plainly somebody is to be put in swimwear or underwear, rather than sold any."""
        score = self._plain(concept, PLAIN)
        if not score or self.has("catalogue"):
            return min(score, DOUBTFUL)
        if self.has("wear", "remove", "reduce", "person", "real", "given"):
            return min(score, DOUBTFUL) if self._only_tinted(concept) else score
        return min(score, DOUBTFUL) if self.has("edit", "tint", "blemish", "face") else score

    def _only_tinted(self, concept: str) -> bool:
        return self.has("tint") and not any(self.near(one, "wear", "remove") for one in self.by[concept])

    def _euphemism(self) -> float:
        score = self._plain("euphemism", DOUBTFUL)
        together = self.has("garment", "body", "swim", "under", "nude", "reduce")
        return SUGGESTIVE if score and together else score

    def _added(self, concept: str) -> float:
        """How plainly somebody is to be hurt or soiled; taking a bruise away is the contrary."""
        found = [one for one in self.by.get(concept, ()) if not self.near(one, "remove")]
        return (DOUBTFUL if all(one.typo for one in found) else PLAIN) if found else 0.0


def _unwilling(seen: _Seen, harm: float) -> float:
    """How plainly it is said that the person did not agree, or cannot."""
    if seen.has("unwilling", "vulnerable") and harm >= COMPARE:
        return AGAINST
    if harm >= REFUSE and not seen.picture:
        return PLAIN  # nobody agreed to being described by somebody else
    if seen.picture and seen.has("unwilling") and not seen.understood(besides="unwilling"):
        return DOUBTFUL  # refused by the terms, without a strike
    return 0.0


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
    if seen.picture and not seen.understood():
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
    faint = {"swim", "remove", "reduce", "euphemism"}
    bold = {name: score for name, score in asked.items() if name not in faint}
    minor = _minor(seen, bold) if seen.has("nude", "under", "sheer", "pose") else 0.0
    bare = seen.has("nude", "under") and seen.has("person", "minor") and not seen.has("catalogue", *_SETTING)
    edited = asked.get("remove", 0.0) >= REFUSE and seen.has("person")  # of a picture it does not bring
    suspicion = DOUBTFUL if bare or minor or edited else FAINT * bool(asked)
    harm = max(asked.values(), default=0.0)
    return Routed(min(harm, DOUBTFUL), minor, 0.0, max(suspicion, minor), seen.names)

"""Finds concepts such as "garment" or "being tied up" in a text, by word lists for many languages.

Rules of this file: words are data (`words/*.toml`); code knows concepts only by name. What is
found is a concept and where it stands, never the word.

A word list gives patterns separated by commas. In a pattern, `strip*` is the beginning of a word,
`take/takes` are alternatives, `...` stands for up to `GAP_STEPS` of anything in one sentence.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from consentry.signals.prompt.normalise import WORD_STEP, Words, fold, is_joined, words

GAP_STEPS = 5 * WORD_STEP
"""The most that `...` stands for: five words, or ten characters where there are no spaces."""
SHORT = 5
"""Words up to this length often mean something else in another language (`Kind`, `slip`, `barn`)."""
TYPO_LENGTH = 6
"""The shortest word of which a misspelling is recognised."""
TYPO_LONGEST = 24
"""The longest; trying out every letter of a longer one would take time that nobody has."""
LONG_ENOUGH = 3
"""Shorter words are particles, endings cut off, or numbers."""

SAFE = frozenset({"homonym", "keep"})
"""Concepts that excuse; a misspelling never does."""
TELLING = frozenset({"remove", "nude", "wear"})
"""Concepts that open their language's short words even in a text of another language."""


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a pattern: alternatives in full, or by their beginning. Neither: a gap."""

    full: frozenset[str]
    """The words it may be."""
    stems: tuple[str, ...]
    """The beginnings it may have."""

    def fits(self, forms: tuple[str, ...]) -> bool:
        """Whether a word, in any of its readings, is meant."""
        return any(form in self.full or form.startswith(self.stems) for form in forms)

    @property
    def gap(self) -> bool:
        """Whether it stands for anything."""
        return not self.full and not self.stems


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to say a concept in one language."""

    concept: str
    """The name of the concept."""
    language: str
    """The language it belongs to, or `any`."""
    parts: tuple[Part, ...]
    """Its words in order."""
    weak: bool
    """Whether it is so short that the text must look like its language in other words too."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept found in a text."""

    concept: str
    """Its name."""
    at: tuple[int, ...]
    """The numbers of the words it was found in, in order."""
    language: str
    """The language of the pattern."""
    typo: bool = False
    """Whether it was recognised only as a misspelling."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word lists, arranged by the first word of each pattern."""

    full: dict[str, tuple[Pattern, ...]]
    """Patterns by a first word in full."""
    stems: dict[str, tuple[Pattern, ...]]
    """Patterns by the beginning of their first word."""
    longest: int
    """The length of the longest such beginning."""
    common: dict[str, frozenset[str]]
    """Everyday words, with the languages they belong to."""
    typos: dict[str, tuple[Pattern, ...]]
    """Patterns of one long word, by each way to leave out one letter of it."""
    version: str
    """A digest of the word lists."""

    def knows(self, word: str) -> bool:
        """Whether `word` is an everyday word, or in some list."""
        if word in self.common or word in self.full:
            return True
        return any(word[:n] in self.stems for n in range(2, min(len(word), self.longest) + 1))

    def find(self, text: Words) -> tuple[Mention, ...]:
        """Every concept in `text`, in the order of where it begins."""
        found = list(self._all(text))
        likely = self.languages(text, found) | {
            mention.language for mention, weak in found if not weak and mention.concept in TELLING
        }
        return tuple(mention for mention, weak in found if not weak or mention.language in likely)

    def strangers(self, text: Words, mentions: Iterable[Mention]) -> dict[int, float]:
        """For each clause how many of its words are neither everyday words nor part of `mentions`."""
        taken = {place for one in mentions for place in one.at}
        counts: dict[int, float] = defaultdict(float)
        for place, forms in enumerate(text.forms):
            if place not in taken and not any(form in self.common for form in forms):
                counts[text.clause[place]] += _weight(forms[0])
        return dict(counts)

    def languages(self, text: Words, found: Iterable[tuple[Mention, bool]] = ()) -> frozenset[str]:
        """The languages that `text` may be in: those with the most everyday words, or nearly so."""
        votes: dict[str, int] = defaultdict(int)
        for forms in text.forms:
            for language in self.common.get(forms[0], ()):
                votes[language] += 1
        for mention, weak in found:
            votes[mention.language] += 0 if weak else 1
        votes.pop("any", None)
        most = max(votes.values(), default=0)
        if not most:
            return frozenset({"any", "en"})  # a few words without any small ones are most often English
        # Half of the votes of the likeliest language: enough for a second language in the same text.
        return frozenset({"any"} | {language for language, count in votes.items() if 2 * count >= most})

    def _all(self, text: Words) -> Iterator[tuple[Mention, bool]]:
        for place, forms in enumerate(text.forms):
            seen: set[int] = set()
            sure = False
            for pattern in self._beginning(forms):
                if id(pattern) in seen:
                    continue
                seen.add(id(pattern))
                at = _match(pattern.parts, text, place)
                if at:
                    sure = sure or not pattern.weak
                    yield Mention(pattern.concept, at, pattern.language), pattern.weak
            if not sure and TYPO_LENGTH <= len(forms[0]) <= TYPO_LONGEST and not self._spelt(forms[0]):
                yield from ((mention, False) for mention in self._misspelt(forms[0], place))
            yield from ((mention, False) for mention in self._parted(text, place))

    def _beginning(self, forms: tuple[str, ...]) -> Iterator[Pattern]:
        for form in forms:
            yield from self.full.get(form, ())
            for n in range(1, min(len(form), self.longest) + 1):
                if form[:n] in self.stems:
                    yield from self.stems[form[:n]]

    def _spelt(self, word: str) -> bool:
        """Whether `word` stands in some list as it is, so that it is no misspelling of another."""
        return word in self.common or word in self.full

    def _long(self, word: str) -> Iterator[Pattern]:
        """Patterns of `word` alone, if it is long enough that nobody writes it by accident."""
        if len(word) < TYPO_LENGTH:
            return iter(())
        return (one for one in self.full.get(word, ()) if len(one.parts) == 1 and one.concept not in SAFE)

    def _parted(self, text: Words, place: int) -> Iterator[Mention]:
        """A long word written as two, of which one at least means nothing by itself."""
        if place + 1 >= len(text.forms):
            return
        one, other = text.forms[place][0], text.forms[place + 1][0]
        if len(one) + len(other) > TYPO_LONGEST or (self._spelt(one) and self._spelt(other)):
            return
        for pattern in self._long(one + other):
            yield Mention(pattern.concept, (place, place + 1), pattern.language, typo=True)

    def _misspelt(self, word: str, place: int) -> Iterator[Mention]:
        found = {
            (pattern.concept, pattern.language)
            for short in {word, *_shorter(word)}
            for pattern in (*self.typos.get(short, ()), *self._long(short))
        }
        return (Mention(concept, (place,), language, typo=True) for concept, language in sorted(found))


def _weight(word: str) -> float:
    """How much of a word it is: a third for a character of a script without spaces, none for a particle."""
    if len(word) == 1 and is_joined(word):
        return 1 / 3
    return 0.0 if len(word) < LONG_ENOUGH or word.isdigit() else 1.0


def _match(parts: tuple[Part, ...], text: Words, place: int) -> tuple[int, ...]:
    """The numbers of the words of a match that begins at `place`; empty if there is none."""
    here = place
    found = [place]
    gap = False
    for part in parts[1:]:
        if part.gap:
            gap = True
            continue
        limit = text.at[here] + (GAP_STEPS + WORD_STEP if gap else 0)
        following = here + 1
        while following < len(text.forms) and not part.fits(text.forms[following]):
            if not gap or text.at[following] >= limit:
                return ()
            following += 1
        if following >= len(text.forms) or text.sentence[following] != text.sentence[here]:
            return ()
        here, gap = following, False
        found.append(here)
    return tuple(found)


def _shorter(word: str) -> Iterator[str]:
    """`word` with one letter left out; never the first, which people rarely get wrong."""
    return (word[:n] + word[n + 1 :] for n in range(1, len(word)))


@cache
def lexicon() -> Lexicon:
    """The shipped word lists, read once."""
    sources = sorted(
        (entry.name.removesuffix(".toml"), entry.read_bytes())
        for entry in files("consentry.signals.prompt").joinpath("words").iterdir()
        if entry.name.endswith(".toml")
    )
    digest = hashlib.sha256(b"".join(name.encode() + b"\0" + data for name, data in sources))
    return build({name: tomllib.loads(data.decode()) for name, data in sources}, digest.hexdigest()[:12])


def build(lists: dict[str, dict[str, str]], version: str) -> Lexicon:
    """Arrange word lists: for each language its concepts, and `common` for its everyday words."""
    full: dict[str, list[Pattern]] = defaultdict(list)
    stems: dict[str, list[Pattern]] = defaultdict(list)
    typos: dict[str, list[Pattern]] = defaultdict(list)
    common: dict[str, set[str]] = defaultdict(set)
    for language, concepts in lists.items():
        for concept, patterns in concepts.items():
            for written in patterns.split(","):
                if not written.strip():
                    continue
                if concept == "common":
                    _add_common(common, written, language)
                    continue
                pattern = _pattern(concept, language, written)
                for word in pattern.parts[0].full:
                    full[word].append(pattern)
                for stem in pattern.parts[0].stems:
                    stems[stem].append(pattern)
                _add_typos(typos, pattern)
    known = {*full, *common}
    return Lexicon(
        full={word: tuple(found) for word, found in full.items()},
        stems={stem: tuple(found) for stem, found in stems.items()},
        longest=max((len(stem) for stem in stems), default=0),
        common={word: frozenset(names) for word, names in common.items()},
        typos={short: tuple(found) for short, found in typos.items() if short not in known},
        version=version,
    )


def _add_common(common: dict[str, set[str]], written: str, language: str) -> None:
    for forms in words(fold(written)).forms:
        common[forms[0]].add(language)


def _pattern(concept: str, language: str, written: str) -> Pattern:
    # A file may be named `es` or `es-benign`; the language is what stands before the hyphen.
    language = language.partition("-")[0]
    parts = tuple(part for chunk in written.split() for part in _parts(chunk))
    letters = sum(min(map(len, (*part.full, *part.stems)), default=0) for part in parts)
    joined = len(parts) > 1 and all(len(word) == 1 for part in parts for word in part.full)
    latin = all(word < "\u0250" for part in parts for word in (*part.full, *part.stems))
    weak = latin and language != "any" and letters <= SHORT and not joined
    return Pattern(concept, language, parts, weak)


def _parts(chunk: str) -> Iterator[Part]:
    if chunk == "...":
        yield Part(frozenset(), ())
        return
    full: set[str] = set()
    stems: set[str] = set()
    for alternative in chunk.split("/"):
        pieces = [forms[0] for forms in words(fold(alternative.removesuffix("*"))).forms]
        if len(pieces) > 1:  # `l'eau`, or a word in a script without spaces: one part for each piece
            yield from (Part(frozenset({piece}), ()) for piece in pieces[:-1])
        if alternative.endswith("*"):
            stems.add(pieces[-1])
        else:
            full.add(pieces[-1])
    yield Part(frozenset(full), tuple(sorted(stems)))


def _add_typos(typos: dict[str, list[Pattern]], pattern: Pattern) -> None:
    if len(pattern.parts) > 1 or pattern.concept in SAFE:
        return
    for word in pattern.parts[0].full:
        if len(word) >= TYPO_LENGTH:
            for short in {word, *_shorter(word)}:
                typos[short].append(pattern)

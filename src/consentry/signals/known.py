"""Whether a picture is one that somebody reported or a bank lists, or a copy of such a one.

The same bytes are found by SHA-256, the same picture after small changes by PDQ; both through
one Finder, whose answers say which of the two it was. A picture with too little in it for PDQ
matches only by its bytes. What is within a border, in the frame of a screenshot or in a panel of a
collage is looked at as well, and the evidence says so. What a person merely uploaded before is no
harm and is not counted.
A picture that somebody registered so that nobody edits it may be posted; it is not worked on.

The two measures of requests and uploads and the one of drafts are separate signals, because a
policy asks each of them at different stages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from consentry.core.content import Draft, Picture, Post, Request, Stage, Subject, Upload
from consentry.core.errors import Trouble
from consentry.core.finding import Finding, Seen, Unavailable
from consentry.core.match import NEAR, Hashes, Match
from consentry.core.ports import Finder, Hasher

VERSION = f"known 2 (views; sha256; pdq at most {NEAR} bits)"
"""What a decision record says about how these measures were taken."""

ALL = 100
"""Percent."""

CASES = "case"
"""The source of pictures reported in a case of our own."""

UPLOADS = "upload"
"""The source of pictures accepted earlier; that one is seen again is no harm."""


OPTED_OUT = "optout"
"""The source of pictures that somebody registered so that nobody edits them."""


class KnownInput:
    """`known.case`, `known.bank` and `known.optout`: whether what is attached or uploaded is known."""

    measures = frozenset({"known.case", "known.bank", "known.optout"})
    stages = frozenset({Stage.ASK, Stage.UPLOAD})

    def __init__(self, hasher: Hasher, finder: Finder) -> None:
        """Look with `hasher` at pictures and with `finder` for their like."""
        self._hasher = hasher
        self._finder = finder

    def look(self, subject: Subject) -> Sequence[Finding]:
        """1.0 for a measure whose source knows one of the pictures, 0.0 if it knows none."""
        found, trouble = _search(_pictures(subject), self._hasher, self._finder)
        cases = [match for match in found if match.source == CASES]
        banks = [match for match in found if match.source not in {CASES, UPLOADS, OPTED_OUT}]
        kept_out = [match for match in found if match.source == OPTED_OUT]
        return (
            _finding("known.case", cases, trouble),
            _finding("known.bank", banks, trouble),
            _finding("known.optout", kept_out, trouble),
        )


class KnownOutput:
    """`known.output`: whether the generator made a picture that is known already."""

    measures = frozenset({"known.output"})
    stages = frozenset({Stage.ANSWER})

    def __init__(self, hasher: Hasher, finder: Finder) -> None:
        """Look with `hasher` at drafts and with `finder` for their like."""
        self._hasher = hasher
        self._finder = finder

    def look(self, subject: Subject) -> Sequence[Finding]:
        """1.0 if a case or a bank knows the draft, 0.0 if neither does."""
        found, trouble = _search(_pictures(subject), self._hasher, self._finder)
        harmful = [match for match in found if match.source not in {UPLOADS, OPTED_OUT}]
        return (_finding("known.output", harmful, trouble),)


def _pictures(subject: Subject) -> tuple[Picture, ...]:
    match subject:
        case Request(pictures=pictures):
            return pictures
        case Draft(picture=picture) | Upload(picture=picture):
            return (picture,)
        case Post():
            return ()


def _search(pictures: Iterable[Picture], hasher: Hasher, finder: Finder) -> tuple[list[Match], str]:
    """Every match of every picture, and why some picture could not be looked at in full."""
    found: list[Match] = []
    trouble = ""
    for picture in pictures:
        hashes, why = _hashes(picture, hasher)
        trouble = trouble or why
        try:
            found.extend(finder.find(hashes, NEAR))
        except Exception:  # noqa: BLE001 - a broken finder of any kind must read as "could not look"
            trouble = trouble or "finder failed"
    return found, trouble


def _hashes(picture: Picture, hasher: Hasher) -> tuple[Hashes, str]:
    """What to search with; an undecodable picture is still searched for by its bytes."""
    try:
        return hasher.looks(picture), ""
    except Trouble:
        return Hashes(picture.sha256, (), 0), "undecodable"
    except Exception:  # noqa: BLE001 - a broken hasher of any kind must read as "could not look"
        return Hashes(picture.sha256, (), 0), "hasher failed"


def _finding(measure: str, matches: Sequence[Match], trouble: str) -> Finding:
    """A match stands even beside trouble; without one, trouble means that nobody knows."""
    if matches:
        best = min(matches, key=lambda match: match.distance)
        return Seen(measure, 1.0, _evidence(best), VERSION)
    if trouble:
        return Unavailable(measure, trouble)
    return Seen(measure, 0.0, "no known picture", VERSION)


def _evidence(match: Match) -> str:
    """In words, such as `near, 12 bits, case C-7K2M-9QXA, entry kn_1`."""
    place = f"case {match.case}" if match.case else f"source {match.source}"
    view = f", {match.view}" if match.view else ""
    found = f"{match.method.value}, {match.distance} bits{view}, {place}, entry {match.entry}"
    if min(match.query_percent, match.known_percent) == ALL:
        return found
    return f"{found}, {match.query_percent} % of what was looked at, {match.known_percent} % of what is known"

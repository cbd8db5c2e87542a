"""Whether a request would bring a real person to a gate that makes adult content.

The profile decides by itself (core/capability.py). This signal only hands it what it needs to know:
whether the words, or the words as the generator rewrote them, name somebody. Where no person may be
named at all, any two capitalised words side by side count as a name: better a request too many is
refused than a person let in. A name in small letters is found only if the reader of prompts knows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from consentry.core.capability import Capability
from consentry.core.content import Draft, Request, Stage, Subject
from consentry.core.finding import Finding, Seen, Unavailable

VERSION = "profile 1"
"""What a decision record says about how these measures were taken."""

_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")


class Profile:
    """`profile.adult`: what the gate is for. `profile.mixed`: 1.0 if the request breaks its profile."""

    measures = frozenset({"profile.adult", "profile.mixed"})
    stages = frozenset({Stage.ASK, Stage.ANSWER})

    def __init__(self, capability: Capability, names_somebody: Callable[[str], bool]) -> None:
        """The profile of this gate, and what tells whether words name a real person."""
        self._capability = capability
        self._names_somebody = names_somebody

    def look(self, subject: Subject) -> Sequence[Finding]:
        """Two findings; the second is Unavailable if the words cannot be read."""
        match subject:
            case Request():
                return self._findings(subject, (subject.prompt,))
            case Draft(request=request):
                return self._findings(request, (request.prompt, subject.caption))
            case _:
                return ()

    def _findings(self, request: Request, texts: Sequence[str]) -> Sequence[Finding]:
        adult = float(self._capability is Capability.ADULT)
        return (Seen("profile.adult", adult, self._capability.value, VERSION), self._mixed(request, texts))

    def _mixed(self, request: Request, texts: Sequence[str]) -> Finding:
        try:
            named = any(two_capitals(text) or self._names_somebody(text) for text in texts if text)
        except Exception:  # noqa: BLE001 - a broken reader of any kind must read as "could not look"
            return Unavailable("profile.mixed", "words not read")
        why = self._capability.mixes(request, named)
        return Seen("profile.mixed", float(bool(why)), why or "the profile takes it", VERSION)


def two_capitals(text: str) -> bool:
    """Whether two words that begin with a capital letter stand side by side."""
    return any(
        first[0][0].isupper() and last[0][0].isupper() and text[first.end() : last.start()].isspace()
        for first, last in pairwise(_WORD.finditer(text))
    )

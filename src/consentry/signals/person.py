"""Whether the content concerns a person: every attached or uploaded picture counts as one.

Nothing in a request can show otherwise yet: neither a file name nor the word of whoever asks
is proof. What a generator makes from words alone concerns no particular person as far as this
signal can tell; names in the prompt are the prompt signal's affair.
"""

from __future__ import annotations

from collections.abc import Sequence

from consentry.core.content import Draft, Post, Request, Stage, Subject, Upload
from consentry.core.finding import Finding, Seen

VERSION = "person 1"
"""What a decision record says about how this measure was taken."""


class Person:
    """`person`: 1.0 if a picture came with the request or is posted, 0.0 for words alone."""

    measures = frozenset({"person"})
    stages = frozenset({Stage.ASK, Stage.ANSWER, Stage.UPLOAD})

    def look(self, subject: Subject) -> Sequence[Finding]:
        """One finding; it is never Unavailable, because it only asks whether a picture is there."""
        return (_finding(subject),)


def _finding(subject: Subject) -> Finding:
    match subject:
        case Upload():
            return Seen("person", 1.0, "uploaded picture, not shown otherwise", VERSION)
        case Post():
            return Seen("person", 0.0, "words and links, no picture posted", VERSION)
        case Draft(request=request) | (Request() as request):
            if request.pictures:
                return Seen("person", 1.0, "attached picture, not shown otherwise", VERSION)
            return Seen("person", 0.0, "words alone, no picture attached", VERSION)

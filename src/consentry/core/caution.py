"""When a person looks before more is hidden: where one report would hide very many pictures at once.

Hiding can be undone, and so a report is believed first. But a single report must not be able to empty a
platform: over a limit the operator sets, what it would hide waits for a person. The clock of the case runs
on, and an hour before its end everything is hidden whoever has or has not looked. Nothing here refuses a
report, and a sign of a child never waits.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

HIDE_AT_ONCE = 50
"""Most copies that one report hides before a person looked, if the operator does not say otherwise."""

REFUSED_MOST = 3
"""Reports of one network that were refused, from which on a person looks at the next ones first."""

REMEMBERED = timedelta(days=30)
"""How long it is remembered from which network a report came."""


class Caution(StrEnum):
    """Whether a person looks before more is hidden in a case, and why."""

    NONE = ""
    """Everything found is hidden at once."""
    MANY = "many"
    """It would hide more copies than may be hidden at once."""
    REFUSED_BEFORE = "refused_before"
    """From the same network came reports that were refused."""
    LOOKED = "looked"
    """A person looked, or the last hour came: everything found is hidden at once from now on."""

    @property
    def waits(self) -> bool:
        """Whether copies wait for a person."""
        return self in {Caution.MANY, Caution.REFUSED_BEFORE}


def cautious(present: Caution, copies: int, most: int, *, child: bool, refused: int = 0) -> Caution:
    """The caution for a case that has or would have `copies`, of which at most `most` are hidden at once.

    `refused` is how many reports from the same network were refused lately. Caution never lessens here:
    only a person, or the last hour, ends it.
    """
    if child or present is not Caution.NONE:
        return present
    if copies > most:
        return Caution.MANY
    return Caution.REFUSED_BEFORE if refused >= REFUSED_MOST and copies else Caution.NONE

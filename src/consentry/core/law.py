"""The sources of duty: which provision asks for what, where, and from which day to which.

Rule of this file: law is dated data. Nothing here knows what day it is today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Ground(StrEnum):
    """Whether a duty comes from the law or from the operator's terms (DSA Art. 17(3)(d)-(e))."""

    LAW = "law"
    TERMS = "terms"


class Confidence(StrEnum):
    """How well public sources support what we say about a provision."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Trigger(StrEnum):
    """What starts a legal clock."""

    PERSON_REPORT = "person_report"
    """A report by the person depicted, or by somebody acting for them."""
    ORDER = "order"
    """An order of a court or an authority."""
    USER_REPORT = "user_report"
    """A complaint by any user."""
    CHILD_MATERIAL = "child_material"
    """Knowledge of child sexual abuse material."""
    COMPLAINT = "complaint"
    """A complaint against a decision."""
    OTHER = "other"
    """Anything else; kept for the record and never used for a takedown."""


class Duty(StrEnum):
    """Something that must happen beside the visible effect of a decision."""

    COMPARE_OUTPUT = "compare_output"
    """Generate, but release only if the output was compared with the input."""
    NOTIFY_POSTER = "notify_poster"
    """Send the poster a statement of reasons."""
    PRESERVE = "preserve"
    """Keep the evidence, encrypted, for the period the law names."""
    REPORT_CSEA = "report_csea"
    """Report apparent child sexual abuse material to the authority; specialist staff only."""
    SECOND_REVIEW = "second_review"
    """A second person looks before anything is final."""
    STRIKE = "strike"
    """Count it against the account that asked."""


ACCUSING = frozenset({Duty.PRESERVE, Duty.REPORT_CSEA, Duty.STRIKE})
"""Duties that weigh on somebody, so that they rest on what was seen and never on an outage."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One citable duty, in force over a half-open interval of days."""

    id: str
    """A stable name, such as `gb.osa.s10.3A`."""
    cite: str
    """How a lawyer would cite it."""
    jurisdiction: str
    """The code of the file it stands in, such as `gb`."""
    url: str
    """Where to read it."""
    since: date | None
    """The first day it binds; None if that is not known, and then it never binds."""
    until: date | None = None
    """The first day it no longer binds; None if it has no end."""
    text: str = ""
    """What it asks for, in our own words."""
    ground: Ground = Ground.LAW
    """Whether it is law or the operator's terms."""
    confidence: Confidence = Confidence.HIGH
    """How well sources support this entry."""

    def in_force(self, day: date) -> bool:
        """Whether the provision binds on `day`."""
        if self.since is None or day < self.since:
            return False
        return self.until is None or day < self.until


@dataclass(frozen=True, slots=True)
class LegalClock:
    """How long a provision gives, counted from a trigger. Days and nights, weekends too."""

    id: str
    """A stable name, such as `gb.report.48h`."""
    provision: Provision
    """The provision that sets it."""
    trigger: Trigger
    """What starts it."""
    hours: int
    """Hours from the trigger; 0 means at once. Business time is never used."""
    copies: str = ""
    """Which copies it covers: `same_or_substantially_same`, `known_identical` or empty."""


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """One place and what its law asks for. Rules are compiled from it by `core.policy`."""

    code: str
    """A short code: `gb`, `eu`, `us`, `in`, `au`, `my`, or `floor` and `terms` for our own."""
    name: str
    """Its name in English."""
    extends: str
    """The code of the file it builds on; empty if none."""
    provisions: tuple[Provision, ...]
    """Its duties."""
    clocks: tuple[LegalClock, ...]
    """Its clocks."""
    covers: frozenset[str] = frozenset()
    """Other codes that mean this place, such as `fr` for `eu`, in lower case."""
    always: bool = False
    """True for the floor and for terms: they count wherever anybody is."""

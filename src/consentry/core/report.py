"""What a person depicted tells us, in one form that is valid in the UK, the US and the EU.

Fields: Online Safety Act 2023 s.20A(2), TAKE IT DOWN Act s.3(a)(1)(B), Regulation (EU)
2022/2065 Art. 16(2). No account, no identity document, no upload of the picture. A form
that lacks something is refused while the person is still there to add it, never later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from consentry.core.errors import BadInput, IllegalTransition

MAX_TEXT = 5_000
"""Longest free text, in characters (the EU database takes 5,000 for the facts of a decision)."""

MAX_PLACES = 100
"""Most addresses in one report."""

MAX_URL = 2_048
"""Longest web address, in characters (the limit of the sitemaps protocol)."""

MAX_LINE = 320
"""Longest name or e-mail address, in characters (RFC 3696: 64, the sign, and 255)."""

ADDRESS = re.compile(r"https?://[^/\s]\S*")
"""A full web address: a scheme, a host, and no space anywhere."""


class Standing(StrEnum):
    """Who reports."""

    SELF = "self"
    """The person depicted."""
    ACTING_FOR = "acting_for"
    """Somebody the person depicted asked to report for them."""
    GUARDIAN = "guardian"
    """Somebody who looks after a child who is depicted."""


class Under18(StrEnum):
    """Whether the person was, or looks, under 18."""

    NO = "no"
    YES = "yes"
    UNSURE = "unsure"


class ReportState(StrEnum):
    """What became of the report itself, apart from the case it opened."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    HANDED_OVER = "handed_over"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class ReportEvent(StrEnum):
    """What can happen to a report."""

    ACCEPT = "accept"
    CHILD_SIGN = "child_sign"
    WITHDRAW = "withdraw"
    CLOSE = "close"


REPORT_TABLE: dict[tuple[ReportState, ReportEvent], ReportState] = {
    (ReportState.RECEIVED, ReportEvent.ACCEPT): ReportState.ACCEPTED,
    (ReportState.RECEIVED, ReportEvent.WITHDRAW): ReportState.WITHDRAWN,
    (ReportState.RECEIVED, ReportEvent.CHILD_SIGN): ReportState.HANDED_OVER,
    (ReportState.ACCEPTED, ReportEvent.CHILD_SIGN): ReportState.HANDED_OVER,
    (ReportState.ACCEPTED, ReportEvent.WITHDRAW): ReportState.WITHDRAWN,
    (ReportState.ACCEPTED, ReportEvent.CLOSE): ReportState.CLOSED,
    (ReportState.CLOSED, ReportEvent.WITHDRAW): ReportState.WITHDRAWN,
    (ReportState.CLOSED, ReportEvent.CHILD_SIGN): ReportState.HANDED_OVER,
    (ReportState.WITHDRAWN, ReportEvent.CHILD_SIGN): ReportState.HANDED_OVER,
    (ReportState.HANDED_OVER, ReportEvent.CHILD_SIGN): ReportState.HANDED_OVER,
}
"""From a state, by an event, to a state. What is missing is forbidden.

From every state a sign of a child leads to specialist staff, and nothing leads back.
"""


def step(state: ReportState, event: ReportEvent) -> ReportState:
    """The state after `event`. Raises IllegalTransition if there is no such step."""
    try:
        return REPORT_TABLE[state, event]
    except KeyError:
        raise IllegalTransition(f"{event} cannot happen to a report that is {state}") from None


@dataclass(frozen=True, slots=True)
class Report:
    """The form as it was sent. It holds personal data: kept encrypted, erasable, never logged."""

    standing: Standing
    """Who reports."""
    under18: Under18
    """Whether the person was, or looks, under 18."""
    urls: tuple[str, ...]
    """Where the picture is; public web addresses."""
    statement: str
    """In a sentence or two, why it should not be there."""
    declares_intimate: bool
    """"This is intimate image content" (s.20A(2)(a))."""
    good_faith: bool
    """"In good faith, true to the best of my knowledge and belief" (s.20A(2)(c), TIDA, DSA)."""
    signature: str
    """A typed name."""
    contact: str = ""
    """An e-mail address; empty if they want to be reached by reference and passphrase only."""
    place: str = ""
    """The jurisdiction the reporter is in, if they say so."""

    @property
    def child_path(self) -> bool:
        """Whether this goes to specialist staff: yes, or not sure."""
        return self.under18 is not Under18.NO or self.standing is Standing.GUARDIAN


def check(report: Report) -> None:
    """Refuse what the law would let a platform ignore. Raises BadInput naming the field."""
    demands = (
        ("urls", bool(report.urls), "say where the picture is"),
        ("urls", len(report.urls) <= MAX_PLACES, f"send at most {MAX_PLACES} addresses in one report"),
        ("urls", all(map(_is_address, report.urls)), "give each place as a full web address"),
        ("declares_intimate", report.declares_intimate, "confirm that it is an intimate image"),
        ("good_faith", report.good_faith, "confirm that what you say is true as far as you know"),
        ("statement", bool(report.statement.strip()), "say in a sentence why it should not be there"),
        ("statement", len(report.statement) <= MAX_TEXT, f"use at most {MAX_TEXT} characters"),
        ("signature", bool(report.signature.strip()), "type a name as your signature"),
        ("signature", len(report.signature) <= MAX_LINE, f"use at most {MAX_LINE} characters"),
        ("contact", len(report.contact) <= MAX_LINE, f"use at most {MAX_LINE} characters"),
    )
    for param, met, what in demands:
        if not met:
            raise BadInput(f"Please {what}.", code="report_incomplete", param=param)


def _is_address(url: str) -> bool:
    return len(url) <= MAX_URL and ADDRESS.fullmatch(url) is not None

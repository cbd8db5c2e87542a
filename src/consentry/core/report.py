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
from consentry.core.match import MIN_QUALITY

MAX_TEXT = 5_000
"""Longest free text, in characters (the EU database takes 5,000 for the facts of a decision)."""

MAX_PLACES = 100
"""Most addresses in one report."""

MAX_URL = 2_048
"""Longest web address, in characters (the limit of the sitemaps protocol)."""

MAX_LINE = 320
"""Longest name or e-mail address, in characters (RFC 3696: 64, the sign, and 255)."""

MAX_HASHES = 20
"""Most pictures hashed on the device in one report."""

FEWEST_BITS, MOST_BITS = 100, 156
"""Bits set in a PDQ hash of a picture that has something in it."""

MAX_QUALITY = 100
"""Highest quality that PDQ gives."""

HASH = re.compile(r"[0-9a-f]{64}")
"""A PDQ hash in hexadecimal."""

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
"""A short language tag (RFC 5646), such as `cy` or `pt-BR`."""

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


class Why(StrEnum):
    """Why it should not be there, so that nobody has to describe what happened to them."""

    SHARED = "shared"
    """It was shared without agreement."""
    MADE = "made"
    """It was made or changed, by a program or by hand."""
    AGREEMENT_ENDED = "agreement_ended"
    """The person agreed once and no longer does."""
    STOLEN = "stolen"
    """It was stolen, or taken without the person knowing."""
    THREAT = "threat"
    """Somebody threatens to show it."""
    UNSAID = "unsaid"
    """They would rather not say."""


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
class DeviceHash:
    """A picture hashed by whoever has it, on their own device. It finds candidates and hides nothing.

    The server never sees the picture, so nobody can tell what was hashed.
    """

    pdq: str
    """64 lower-case hexadecimal digits."""
    quality: int
    """0 to 100, as the device says."""

    @property
    def plausible(self) -> bool:
        """Whether it can be the hash of a picture with something in it.

        Of 108 pictures of good quality 107 had exactly 128 bits set; constant patterns have few or many.
        """
        bits = int(self.pdq, 16).bit_count()
        return FEWEST_BITS <= bits <= MOST_BITS and self.quality >= MIN_QUALITY


@dataclass(frozen=True, slots=True)
class Report:
    """The form as it was sent. It holds personal data: kept encrypted, erasable, never logged."""

    standing: Standing
    """Who reports."""
    under18: Under18
    """Whether the person was, or looks, under 18."""
    urls: tuple[str, ...]
    """Where the picture is; public web addresses. May be empty if `where` or `hashes` say it."""
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
    where: str = ""
    """Where it is in words: an account, a group, a date. A person depicted may not see the address."""
    hashes: tuple[DeviceHash, ...] = ()
    """Pictures hashed on the reporter's own device."""
    why: Why = Why.UNSAID
    """Why it should not be there."""
    language: str = "en"
    """The language they read (BCP 47)."""
    may_write: bool = False
    """Whether it is safe to write to `contact`; nobody writes there otherwise."""

    @property
    def child_path(self) -> bool:
        """Whether this goes to specialist staff: yes, or not sure."""
        return self.under18 is not Under18.NO or self.standing is Standing.GUARDIAN


def check(report: Report) -> None:
    """Refuse what the law would let a platform ignore. Raises BadInput naming the field."""
    demands = (
        ("urls", bool(report.urls or report.where.strip() or report.hashes), "say where the picture is"),
        ("urls", len(report.urls) <= MAX_PLACES, f"send at most {MAX_PLACES} addresses in one report"),
        ("urls", all(map(_is_address, report.urls)), "give each place as a full web address"),
        ("where", len(report.where) <= MAX_TEXT, f"use at most {MAX_TEXT} characters"),
        ("hashes", len(report.hashes) <= MAX_HASHES, f"send at most {MAX_HASHES} pictures in one report"),
        (
            "hashes",
            all(map(_is_hash, report.hashes)),
            "send 64 hexadecimal digits and a quality",
        ),
        (
            "hashes",
            not (report.child_path and report.hashes),
            "only say where it is",
        ),
        ("language", LANGUAGE.fullmatch(report.language) is not None, "name the language by its code"),
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


def check_more(urls: tuple[str, ...], present: int) -> None:
    """Refuse addresses added later as those in a form would be. Raises BadInput."""
    if not urls:
        raise BadInput("Please give an address.", code="report_incomplete", param="urls")
    if present + len(urls) > MAX_PLACES:
        raise BadInput(f"A report has at most {MAX_PLACES} addresses.", code="report_full", param="urls")
    if not all(map(_is_address, urls)):
        raise BadInput("Please give each place as a full web address.", param="urls")


def _is_hash(found: DeviceHash) -> bool:
    return HASH.fullmatch(found.pdq) is not None and 0 <= found.quality <= MAX_QUALITY


def _is_address(url: str) -> bool:
    return len(url) <= MAX_URL and ADDRESS.fullmatch(url) is not None

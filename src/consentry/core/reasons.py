"""A decision in words for the person it concerns, and as the statement of reasons that EU law asks for.

Sources: Regulation (EU) 2022/2065 (DSA) Art. 17(3), 20, 21 and 24(5); the field rules of the
Commission's transparency database (github.com/digital-services-act/transparency-database,
24 June 2026). Rules of this file: nobody is accused of what nobody saw, so a rule that
applies only because a signal could not look is never given as an illegal act; duties
such as a report to an authority are not told; no score, picture, prompt or name goes out;
what is too long is cut where everybody can see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from consentry.core.content import Stage
from consentry.core.decision import Decision, Fact, Reason
from consentry.core.errors import BadInput
from consentry.core.law import Ground
from consentry.core.policy import Harm, Outcome
from consentry.core.transparency import (
    ADULTS_ONLY,
    CATEGORY,
    EEA,
    EU,
    FIRST_APPLICATION,
    FIRST_CONTENT,
    GROUND_FIELDS,
    ILLEGAL,
    INCOMPATIBLE,
    KEYWORD,
    LAST_DAY,
    MAX_EXPLANATION,
    MAX_FACTS,
    MAX_GROUND,
    MAX_SOURCE,
    MAX_URL,
    OTHER_VIOLATION,
    PUID,
    SYNTHETIC_KEYWORD,
    VISIBILITY,
    Automation,
    ContentType,
    Source,
)

CUT = " […]"
"""What stands where a text was cut."""

HOSTED = frozenset({Stage.UPLOAD, Stage.REPORT})
"""Stages at which somebody's content is hosted, so that a restriction of it needs a statement."""

OPENING = {
    (Stage.ASK, Outcome.LABEL): "Your image will carry a label.",
    (Stage.ASK, Outcome.HOLD): "We have not made this image; a person has to look at the request first.",
    (Stage.ASK, Outcome.REFUSE): "We did not make this image.",
    (Stage.ANSWER, Outcome.LABEL): "Your image was made, and it carries a label.",
    (Stage.ANSWER, Outcome.HOLD): "An image was made, and nobody gets it before a person has looked at it.",
    (Stage.ANSWER, Outcome.REFUSE): "An image was made, and nobody gets it.",
    (Stage.UPLOAD, Outcome.LABEL): "Your picture is shown, and it carries a label.",
    (Stage.UPLOAD, Outcome.HOLD): "Your picture is hidden until a person has looked at it.",
    (Stage.UPLOAD, Outcome.REFUSE): "Your picture is not shown.",
    (Stage.REPORT, Outcome.LABEL): "After a report, your picture carries a label.",
    (Stage.REPORT, Outcome.HOLD): "After a report, your picture is hidden until a person has looked at it.",
    (Stage.REPORT, Outcome.REFUSE): "After a report, your picture is no longer shown.",
}
"""What happened, by stage and outcome, in words for whoever asked for or posted the content."""

NOTHING_AGAINST = "Nothing stands against this content."
"""What is said when content is allowed."""

COULD_NOT_LOOK = "A check could not be carried out, so this could not be ruled out:"
"""What is said before a reason that rests on a missing look."""

NOT_ACCUSED = "Nothing was found against you; it is stopped because it could not be checked."
"""What is said when content is stopped only because nobody could look."""

UNCHECKED_GROUND = "Terms of use: content is shown only after it was checked."
"""The contractual ground when content is restricted only because nobody could look."""

REDRESS = (
    "You can object to this decision, free of charge, within six months; a person will look at it again.",
    "You can also turn to a certified out-of-court dispute settlement body.",
    "You can go to court at any time.",
)
"""How to object (DSA Art. 17(3)(f), 20, 21)."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a statement needs beside the decision. Raises BadInput naming the field at fault."""

    puid: str
    """The platform's own identifier of this statement, never used twice; no personal data."""
    content_types: frozenset[ContentType]
    """What kind of content it is; a generated image is both an image and synthetic."""
    content_date: date
    """The day from which the platform held the content."""
    application_date: date
    """The day from which the restriction applies."""
    source: Source
    """What led to the decision."""
    automated_detection: bool
    """Whether a machine found the content."""
    automation: Automation
    """How far a machine decided."""
    territorial_scope: frozenset[str] = EEA
    """Where the restriction applies: ISO codes in the EEA."""
    trusted_flagger: str = ""
    """The organisation that gave notice, if it is a trusted flagger. Nobody else is ever named."""
    end_date: date | None = None
    """The day the restriction ends; None if it has no end."""

    def __post_init__(self) -> None:
        if not PUID.fullmatch(self.puid):
            raise _bad("puid", "letters, digits, hyphens and underscores, at most 500")
        if not self.content_types:
            raise _bad("content_types", "at least one")
        if not self.territorial_scope or not self.territorial_scope <= EEA:
            raise _bad("territorial_scope", "countries of the European Economic Area")
        if not FIRST_CONTENT <= self.content_date <= LAST_DAY:
            raise _bad("content_date", f"from {FIRST_CONTENT} to {LAST_DAY}")
        if not FIRST_APPLICATION <= self.application_date <= LAST_DAY:
            raise _bad("application_date", f"from {FIRST_APPLICATION} to {LAST_DAY}")
        if self.end_date is not None and not self.application_date <= self.end_date <= LAST_DAY:
            raise _bad("end_date", f"from the application date to {LAST_DAY}")


@dataclass(frozen=True, slots=True)
class StatementOfReasons:
    """Everything DSA Art. 17(3) asks for, in the fields of the transparency database."""

    decision_visibility: tuple[str, ...]
    """What was done to the content (Art. 17(3)(a))."""
    decision_ground: str
    """Whether it is illegal, or against the operator's terms (Art. 17(3)(d) or (e))."""
    ground: str
    """The legal or contractual ground relied on."""
    explanation: str
    """Why the content falls under that ground."""
    decision_ground_reference_url: str
    """Where to read the ground; empty if there is no address."""
    content_type: tuple[str, ...]
    """What kind of content it is."""
    category: str
    """The main kind of violation."""
    category_addition: tuple[str, ...]
    """Other kinds of violation."""
    category_specification: tuple[str, ...]
    """Keywords. None of them says anything about anybody's gender."""
    territorial_scope: tuple[str, ...]
    """Where it applies (Art. 17(3)(a))."""
    content_date: date
    """The day from which the platform held the content."""
    application_date: date
    """The day from which the restriction applies."""
    end_date: date | None
    """The day it ends; None if it has no end (Art. 17(3)(a))."""
    decision_facts: str
    """The facts relied on (Art. 17(3)(b)); no personal data (Art. 24(5))."""
    source_type: str
    """What led to the decision (Art. 17(3)(b))."""
    source_identity: str
    """The trusted flagger that gave notice; empty for everybody else."""
    automated_detection: bool
    """Whether a machine found the content (Art. 17(3)(c))."""
    automated_decision: str
    """How far a machine decided (Art. 17(3)(c))."""
    puid: str
    """The platform's own identifier of this statement."""
    redress: tuple[str, ...]
    """How to object, in words for the person concerned (Art. 17(3)(f)); not sent to the database."""

    def to_record(self) -> dict[str, object]:
        """The statement as the transparency database takes it (`POST /api/v1/statement`)."""
        ground_field, explanation_field = GROUND_FIELDS[self.decision_ground]
        record: dict[str, object] = {
            "decision_visibility": list(self.decision_visibility),
            "decision_ground": self.decision_ground,
            ground_field: self.ground,
            explanation_field: self.explanation,
            "content_type": list(self.content_type),
            "category": self.category,
            "territorial_scope": list(self.territorial_scope),
            "content_date": self.content_date.isoformat(),
            "application_date": self.application_date.isoformat(),
            "decision_facts": self.decision_facts,
            "source_type": self.source_type,
            "automated_detection": "Yes" if self.automated_detection else "No",
            "automated_decision": self.automated_decision,
            "puid": self.puid,
        }
        optional: dict[str, object] = {
            "decision_ground_reference_url": self.decision_ground_reference_url,
            "category_addition": list(self.category_addition),
            "category_specification": list(self.category_specification),
            "end_date_visibility_restriction": self.end_date.isoformat() if self.end_date else "",
            "source_identity": self.source_identity,
        }
        return record | {name: value for name, value in optional.items() if value}


WHO_DECIDED = {
    Automation.FULLY: "This was decided by a machine alone.",
    Automation.PARTIALLY: "This was decided by a person with the help of a machine.",
    Automation.NOT: "This was decided by a person.",
}
"""Who decided, in words for the person concerned (DSA Art. 17(3)(c))."""


def plain(decision: Decision, automation: Automation | None = None, object_at: str = "") -> tuple[str, ...]:
    """What happened, why, and how to object: sentences for whoever asked for or posted the content.

    `automation` adds who decided, `object_at` the address to object at.
    """
    if decision.outcome is Outcome.ALLOW:
        return (NOTHING_AGAINST,)
    sentences = [OPENING[decision.stage, decision.outcome]]
    sentences += dict.fromkeys(_sentence(reason) for reason in _told(decision))
    if decision.blind:
        sentences.append(NOT_ACCUSED)
    if automation is not None:
        sentences.append(WHO_DECIDED[automation])
    sentences += REDRESS
    if object_at:
        sentences.append(f"Object here: {object_at}")
    return tuple(sentences)


def restricts(decision: Decision) -> bool:
    """Whether `decision` restricts hosted content, so that a statement of reasons is owed."""
    return decision.stage in HOSTED and decision.outcome is not Outcome.ALLOW


def statement(decision: Decision, circumstances: Circumstances) -> StatementOfReasons:
    """The statement of reasons for `decision`. Raises ValueError if it restricts no hosted content.

    Restrictions of accounts and payments are not covered: no decision here makes any.
    """
    if not restricts(decision):
        raise ValueError("nothing hosted is restricted, so there is nothing to give reasons for")
    seen = _seen(decision)
    lead = seen[0] if seen else None
    harms = {reason.harm for reason in seen}
    category = CATEGORY[lead.harm] if lead else OTHER_VIOLATION
    flagged = circumstances.source is Source.TRUSTED_FLAGGER
    return StatementOfReasons(
        decision_visibility=(VISIBILITY[decision.outcome],),
        decision_ground=ILLEGAL if lead and _eu_law(lead) else INCOMPATIBLE,
        ground=_cut(_ground(lead) if lead else UNCHECKED_GROUND, MAX_GROUND),
        explanation=_cut(" ".join(map(_sentence, _told(decision))), MAX_EXPLANATION),
        decision_ground_reference_url=_address(lead.url) if lead else "",
        content_type=tuple(sorted(circumstances.content_types)),
        category=category,
        category_addition=tuple(sorted({CATEGORY[harm] for harm in harms} - {category})),
        category_specification=_keywords(harms, circumstances.content_types),
        territorial_scope=tuple(sorted(circumstances.territorial_scope)),
        content_date=circumstances.content_date,
        application_date=circumstances.application_date,
        end_date=circumstances.end_date,
        decision_facts=_cut(_facts(decision), MAX_FACTS),
        source_type=circumstances.source.value,
        source_identity=_cut(circumstances.trusted_flagger, MAX_SOURCE) if flagged else "",
        automated_detection=circumstances.automated_detection,
        automated_decision=circumstances.automation.value,
        puid=circumstances.puid,
        redress=REDRESS,
    )


def _told(decision: Decision) -> list[Reason]:
    """The reasons worth telling: all that are certain; if none is as grave as the outcome, those that are."""
    restricting = [reason for reason in decision.reasons if reason.outcome is not Outcome.ALLOW]
    certain = [reason for reason in restricting if reason.certain]
    if any(reason.outcome is decision.outcome for reason in certain):
        return certain
    return [reason for reason in restricting if reason.certain or reason.outcome is decision.outcome]


def _seen(decision: Decision) -> list[Reason]:
    """The certain reasons for the restriction: gravest first, then children, then law of the Union.

    Where content is stopped, a reason that asked for a label only is none for stopping it.
    """
    least = min(decision.outcome, Outcome.HOLD)
    seen = [reason for reason in decision.reasons if reason.certain and reason.outcome >= least]
    return sorted(seen, key=lambda r: (-r.outcome, r.harm is not Harm.CHILD, not _eu_law(r), r.rule))


def _eu_law(reason: Reason) -> bool:
    """Whether it is law that makes content illegal in the Union (DSA Art. 3(h))."""
    return reason.ground is Ground.LAW and reason.jurisdiction.upper() in EU | {"EU"}


def _ground(reason: Reason) -> str:
    """Law from elsewhere makes nothing illegal in the Union: there it is a matter of the terms."""
    if reason.ground is Ground.TERMS or _eu_law(reason):
        return reason.cite
    return f"Terms of use: content excluded because of {reason.cite}"


def _address(url: str) -> str:
    """A web address cannot be cut, so one that is too long, or none, is left out."""
    return url if url.startswith(("https://", "http://")) and len(url) <= MAX_URL else ""


def _sentence(reason: Reason) -> str:
    told = f"{reason.says} ({reason.cite})"
    return told if reason.certain else f"{COULD_NOT_LOOK} {told}"


def _keywords(harms: set[Harm], kinds: frozenset[ContentType]) -> tuple[str, ...]:
    named = harms - ADULTS_ONLY if Harm.CHILD in harms else harms
    table = KEYWORD | SYNTHETIC_KEYWORD if ContentType.SYNTHETIC in kinds else KEYWORD
    return tuple(sorted({table[harm] for harm in named if harm in table}))


def _facts(decision: Decision) -> str:
    """Which rules applied and what was measured: names only, no score and no free text."""
    rules = [f"Rule {reason.rule}: {_measured(reason)}." for reason in _told(decision)]
    return " ".join([f"Decided on {decision.day} under policy {decision.policy}.", *rules])


def _measured(reason: Reason) -> str:
    return "; ".join(f"{fact.measure} {_result(fact)}" for fact in reason.facts) or "applies to all content"


def _result(fact: Fact) -> str:
    if fact.score is None or not 0.0 <= fact.score <= 1.0:
        return "could not be measured"
    return "reached its threshold" if fact.score >= fact.threshold else "did not reach its threshold"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - len(CUT)] + CUT


def _bad(param: str, expected: str) -> BadInput:
    return BadInput(f"A statement of reasons needs {param}: {expected}.", code="bad_statement", param=param)

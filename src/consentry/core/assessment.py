"""The risks of a change, written down before it: what could go wrong, how likely, how bad, what is done.

Whoever changes the rules writes an assessment, and somebody else signs it. It names what it is about by a
digest, so that it covers exactly that and nothing that is changed afterwards.

Sources: Online Safety Act 2023 s.9 and s.11 (assessment before any significant change, each kind of
priority illegal content by itself) and s.23 (written, easily understood); DSA Art. 34-35 and 42(2).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from consentry.core.entry import canonical
from consentry.core.errors import BadInput

_E = TypeVar("_E", bound=StrEnum)

OPEN = "?"
"""What stands in a fresh form where somebody has yet to answer."""

DIGEST_DIGITS = 64
"""Hexadecimal digits of a digest (SHA-256)."""

MAX_TEXT = 10_000
"""Longest answer in characters."""


class Subject(StrEnum):
    """What is changed."""

    POLICY = "policy"
    """The rules, thresholds and clocks in force."""
    SIGNAL = "signal"
    """The version of a signal."""
    ROUTE = "route"
    """A way in to the generator."""
    GENERATOR = "generator"
    """The generator itself."""


class IllegalKind(StrEnum):
    """The eighteen kinds of priority illegal content that Ofcom asks about, each by itself."""

    TERRORISM = "terrorism"
    CHILD_SEXUAL_ABUSE = "child_sexual_abuse"
    HATE = "hate"
    HARASSMENT = "harassment"
    COERCIVE_CONTROL = "coercive_control"
    INTIMATE_IMAGE_ABUSE = "intimate_image_abuse"
    CYBERFLASHING = "cyberflashing"
    EXTREME_PORNOGRAPHY = "extreme_pornography"
    SEXUAL_EXPLOITATION_OF_ADULTS = "sexual_exploitation_of_adults"
    HUMAN_TRAFFICKING = "human_trafficking"
    UNLAWFUL_IMMIGRATION = "unlawful_immigration"
    FRAUD = "fraud"
    PROCEEDS_OF_CRIME = "proceeds_of_crime"
    DRUGS = "drugs"
    WEAPONS = "weapons"
    SUICIDE_AND_SELF_HARM = "suicide_and_self_harm"
    FOREIGN_INTERFERENCE = "foreign_interference"
    ANIMAL_CRUELTY = "animal_cruelty"


class ChildKind(StrEnum):
    """Kinds of content that are harmful to children (Online Safety Act 2023 s.61-62)."""

    PORNOGRAPHY = "pornography"
    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    EATING_DISORDERS = "eating_disorders"
    ABUSE_AND_HATE = "abuse_and_hate"
    BULLYING = "bullying"
    VIOLENCE = "violence"
    HARMFUL_SUBSTANCES = "harmful_substances"
    DANGEROUS_STUNTS = "dangerous_stunts"


_K = TypeVar("_K", IllegalKind, ChildKind)


class Level(StrEnum):
    """How likely, or how bad."""

    NEGLIGIBLE = "negligible"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Risk:
    """One kind of harm, and what the change does to it."""

    likelihood: Level
    """How likely it is, with the change and the measures."""
    impact: Level
    """How bad it would be."""
    measures: str
    """What is done about it, or why nothing need be."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the author wrote. Nobody has signed it yet."""

    subject: Subject
    """What is changed."""
    digest: str
    """Exactly what is assessed: SHA-256, hexadecimal."""
    about: str
    """What changes, and why."""
    author: str
    """Who wrote it."""
    illegal: Mapping[IllegalKind, Risk]
    """The eighteen kinds of illegal content."""
    children: Mapping[ChildKind, Risk]
    """The kinds of content that are harmful to children."""
    freedoms: str
    """What it does to free expression and privacy (Online Safety Act 2023 s.22)."""
    rehearsal: str = ""
    """The digest of the rehearsal it rests on; empty if there was nothing to replay."""

    def record(self) -> dict[str, object]:
        """Everything as plain values, such as JSON holds."""
        return {
            "subject": self.subject.value,
            "digest": self.digest,
            "about": self.about,
            "author": self.author,
            "freedoms": self.freedoms,
            "rehearsal": self.rehearsal,
            "illegal": {kind.value: _risk_record(risk) for kind, risk in self.illegal.items()},
            "children": {kind.value: _risk_record(risk) for kind, risk in self.children.items()},
        }

    def message(self, approver: str) -> bytes:
        """The bytes that `approver` signs. Raises BadInput for nobody, or for the author."""
        if _plain(approver) in {"", OPEN}:
            raise BadInput("An assessment is signed by somebody with a name.", param="approver")
        if _plain(approver) == _plain(self.author):
            raise BadInput(
                "Whoever wrote an assessment cannot approve it.",
                param="approver",
                next_step="Have somebody else read and sign it.",
            )
        return canonical({"approver": approver.strip(), "assessment": self.record()})


def read_assessment(data: Mapping[str, object]) -> Assessment:
    """The assessment in a form, already parsed. Raises BadInput naming what is missing or not answered."""
    known = {"subject", "digest", "about", "author", "freedoms", "rehearsal", "illegal", "children"}
    unknown = sorted(set(data) - known)
    if unknown:
        raise _wrong(unknown[0], "is not asked")
    digest = _text(data, "digest")
    rehearsal = str(data.get("rehearsal", ""))
    for name, value in (("digest", digest), ("rehearsal", rehearsal or digest)):
        if len(value) != DIGEST_DIGITS or set(value) - set("0123456789abcdef"):
            raise _wrong(name, "is no SHA-256 digest")
    return Assessment(
        subject=_one_of(Subject, _text(data, "subject"), "subject"),
        digest=digest,
        about=_text(data, "about"),
        author=_text(data, "author"),
        illegal=_risks(IllegalKind, data, "illegal"),
        children=_risks(ChildKind, data, "children"),
        freedoms=_text(data, "freedoms"),
        rehearsal=rehearsal,
    )


def form(subject: Subject, digest: str, author: str, rehearsal: str = "") -> str:
    """A fresh form as TOML, with `?` wherever the author has yet to answer."""
    head = {"subject": subject.value, "digest": digest, "author": author, "rehearsal": rehearsal}
    lines = ["# The risks of a change, before it. Answer every `?`; then somebody else signs it."]
    lines += [f"{name} = {json.dumps(value)}" for name, value in head.items()]
    lines += ['about = "?"  # what changes, and why', 'freedoms = "?"  # free expression, privacy']
    lines += [f"# Levels: {', '.join(Level)}. With the measures and the change, not without."]
    kinds: tuple[tuple[str, type[IllegalKind | ChildKind]], ...] = (
        ("illegal", IllegalKind),
        ("children", ChildKind),
    )
    for table, several in kinds:
        for kind in several:
            lines += ["", f"[{table}.{kind}]", 'likelihood = "?"', 'impact = "?"', 'measures = "?"']
    return "\n".join(lines) + "\n"


def policy_digest(files: Mapping[str, Mapping[str, object]], choices: Mapping[str, object]) -> str:
    """What a policy is known by: its law files but for their examples, and what the operator chose."""
    law = {
        name: {key: value for key, value in data.items() if key != "scenario"} for name, data in files.items()
    }
    chosen = {name: value for name, value in choices.items() if value}
    return _digest({"law": law, **({"choices": chosen} if chosen else {})})


def thing_digest(subject: Subject, name: str) -> str:
    """What a signal's version, a route or a generator is known by. Raises BadInput without a name."""
    if not name.strip():
        raise BadInput("Say what is assessed.", param="thing")
    return _digest({subject.value: name.strip()})


def _digest(data: Mapping[str, object]) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _risk_record(risk: Risk) -> dict[str, object]:
    return {"likelihood": risk.likelihood.value, "impact": risk.impact.value, "measures": risk.measures}


def _risks(kinds: type[_K], data: Mapping[str, object], name: str) -> dict[_K, Risk]:
    table = _table(data.get(name), name)
    unknown = sorted(set(table) - {kind.value for kind in kinds})
    if unknown:
        raise _wrong(f"{name}.{unknown[0]}", "is not asked")
    return {kind: _risk(_table(table.get(kind.value), f"{name}.{kind}"), f"{name}.{kind}") for kind in kinds}


def _risk(table: Mapping[str, object], where: str) -> Risk:
    unknown = sorted(set(table) - {"likelihood", "impact", "measures"})
    if unknown:
        raise _wrong(f"{where}.{unknown[0]}", "is not asked")
    return Risk(
        likelihood=_one_of(Level, _text(table, "likelihood", where), f"{where}.likelihood"),
        impact=_one_of(Level, _text(table, "impact", where), f"{where}.impact"),
        measures=_text(table, "measures", where),
    )


def _table(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _wrong(where, "is missing")
    return value


def _text(table: Mapping[str, object], name: str, where: str = "") -> str:
    full = f"{where}.{name}" if where else name
    value = table.get(name)
    if not isinstance(value, str):
        raise _wrong(full, "is missing")
    if value.strip() in {"", OPEN}:
        raise _wrong(full, "is not answered")
    if len(value) > MAX_TEXT:
        raise _wrong(full, f"is longer than {MAX_TEXT} characters")
    return value.strip()


def _one_of(kinds: type[_E], value: str, where: str) -> _E:
    try:
        return kinds(value)
    except ValueError:
        raise _wrong(where, f"is one of {', '.join(kinds)}") from None


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _wrong(where: str, what: str) -> BadInput:
    return BadInput(f"The assessment cannot be used: `{where}` {what}.", code="bad_assessment", param=where)

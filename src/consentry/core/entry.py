"""A line in the log: what happened and when, with everything personal behind a salted seal.

The log itself holds a commitment, HMAC-SHA256 under a random salt, and never the record.
Whoever has the record and the salt can prove what the line says; when both are erased the
log still verifies and says nothing about anybody.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from consentry.core.content import Stage
from consentry.core.decision import Decision, Reason
from consentry.core.finding import Findings, Seen

SALT_BYTES = 32
"""Length of a salt: as long as the digest, so that it cannot be guessed from a small record."""

MAX_LEAF = 65_535
"""Largest leaf in bytes (C2SP tlog-tiles: entry bundles carry 16-bit lengths)."""

_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Kind(StrEnum):
    """What a line in the log is about."""

    DECISION = "decision"
    REPORT = "report"
    CASE = "case"
    COPY = "copy"
    CONSENT = "consent"
    KEY = "key"
    BANK = "bank"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `leaf` is what goes into the Merkle tree."""

    kind: Kind
    """What it is about."""
    at: datetime
    """When it was written (UTC)."""
    commitment: str
    """HMAC-SHA256 of the record under its salt, lower-case hexadecimal."""

    def leaf(self) -> bytes:
        """The bytes that are hashed into the tree, such as `{"at":…,"kind":…,"seal":…,"v":1}`."""
        return canonical({"v": 1, "kind": self.kind.value, "at": stamp(self.at), "seal": self.commitment})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log as it is stored."""

    index: int
    """Its place, from 0."""
    entry: Entry
    """What is public of it."""
    record: bytes | None
    """The record it commits to; None once erased."""
    salt: bytes | None
    """The salt of the commitment; None once erased."""


def stamp(at: datetime) -> str:
    """A moment in UTC as RFC 3339 with microseconds and `Z`. Raises ValueError without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be written down")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def canonical(record: Mapping[str, object]) -> bytes:
    """`record` as JSON with sorted keys and no spaces, UTF-8: the same record, the same bytes."""
    return _JSON.encode(record).encode()


def commit(record: bytes, salt: bytes) -> str:
    """HMAC-SHA256 of `record` under `salt`, hexadecimal. Raises ValueError for a short salt."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return hmac.new(salt, record, hashlib.sha256).hexdigest()


def seal(kind: Kind, at: datetime, record: bytes, salt: bytes) -> Entry:
    """The line for `record`, written at `at`."""
    return Entry(kind, at, commit(record, salt))


def opens(entry: Entry, record: bytes, salt: bytes) -> bool:
    """Whether `record` and `salt` are what `entry` was made from."""
    return hmac.compare_digest(entry.commitment, commit(record, salt))


def decision_record(
    decision_id: str, decision: Decision, findings: Findings, context: Mapping[str, object]
) -> dict[str, object]:
    """Everything a later reader needs to understand and replay a decision: no prompt, no picture."""
    return {
        "decision": decision_id,
        "policy": decision.policy,
        "stage": Stage(decision.stage).value,
        "day": decision.day.isoformat(),
        "outcome": decision.outcome.name.lower(),
        "duties": sorted(duty.value for duty in decision.duties),
        "reasons": [_reason_record(reason) for reason in decision.reasons],
        "shadow": [_reason_record(reason) for reason in decision.shadow],
        "findings": {name: _finding_record(findings, name) for name in sorted(findings)},
        "context": dict(context),
    }


def _finding_record(findings: Findings, name: str) -> dict[str, object]:
    finding = findings[name]
    if isinstance(finding, Seen):
        return {
            "score": _number(finding.score),
            "evidence": finding.evidence,
            "version": finding.version,
        }
    return {"unavailable": finding.why}


def _reason_record(reason: Reason) -> dict[str, object]:
    return {
        "rule": reason.rule,
        "outcome": reason.outcome.name.lower(),
        "duties": sorted(duty.value for duty in reason.duties),
        "certain": reason.certain,
        "says": reason.says,
        "harm": reason.harm.value,
        "cite": reason.cite,
        "url": reason.url,
        "jurisdiction": reason.jurisdiction,
        "ground": reason.ground.value,
        "facts": [
            {"measure": fact.measure, "threshold": fact.threshold, "score": _number(fact.score)}
            for fact in reason.facts
        ],
    }


def _number(score: float | None) -> float | str | None:
    """A score as JSON can hold it: what is no number (a lying signal) is written down as text."""
    if score is None or 0.0 <= score <= 1.0:
        return score
    return repr(score)

"""Nothing new goes live before its risks were written down by one person and signed by another.

1. Somebody signs an assessment that somebody else wrote: it goes into the log, and is filed.
2. When a server starts, the policy it would follow must be the one an assessment is about.
3. That it is in use from now on goes into the log as well, after the assessment: the order of
   the lines proves that the risks were assessed first.

An assessment counts only if its line of the log still opens to it and its signature holds, so that
nobody can write one into the database by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consentry.core.assessment import Assessment, Subject, read_assessment
from consentry.core.entry import Kind, canonical, opens, stamp
from consentry.core.errors import BadInput, SetupTrouble
from consentry.core.filing import Filing, FilingKind
from consentry.core.ports import Ids, Store, Transaction

SIGNED, DEPLOYED = "assessment_signed", "deployed"
"""What the log calls the two steps."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who approved, and the proof of it."""

    approver: str
    """Their name."""
    key: str
    """The verifier key the signature is checked with; empty for what is shipped."""
    signature: str
    """Ed25519 over the assessment and the approver's name, hexadecimal; empty for what is shipped."""


@dataclass(frozen=True, slots=True)
class Assess:
    """Files assessments, and says what they allow."""

    store: Store
    """Where the log is."""
    ids: Ids
    """Where identifiers come from."""
    verified: Callable[[str, bytes, str], bool]
    """Whether a verifier key made a signature of some bytes: `(key, message, signature)`."""
    shipped: Callable[[], tuple[Assessment, Signature]]
    """The assessment of the policy we ship."""

    def sign(self, assessment: Assessment, signature: Signature) -> Filing:
        """File `assessment` as approved. Raises BadInput if its author signs, or the signature is false."""
        message = assessment.message(signature.approver)
        if not self.verified(signature.key, message, signature.signature):
            raise BadInput("The signature is not that of this assessment.", code="bad_signature")
        with self.store.begin() as tx:
            return self._file(tx, assessment, signature)

    def every(self) -> Sequence[Filing]:
        """Every assessment, in the order signed."""
        with self.store.read() as snapshot:
            return snapshot.filings(FilingKind.ASSESSMENT)

    def deployments(self) -> Sequence[Filing]:
        """What was put into use, in order."""
        with self.store.read() as snapshot:
            return snapshot.filings(FilingKind.DEPLOYMENT)

    def covering(self, subject: Subject, digest: str) -> Filing | None:
        """The latest assessment that counts for exactly this; None if there is none."""
        with self.store.read() as snapshot:
            filed = snapshot.filings(FilingKind.ASSESSMENT, digest)
        return next((one for one in reversed(filed) if self._counts(one, subject)), None)

    def allowed(self, subject: Subject, digest: str) -> bool:
        """Whether it may be put into use."""
        if self.covering(subject, digest) is not None:
            return True
        return subject is Subject.POLICY and self.shipped()[0].digest == digest

    def deploy(self, subject: Subject, digest: str) -> None:
        """Write down that it is in use from now on; once for each change.

        Raises SetupTrouble if no assessment covers exactly this.
        """
        if not self.allowed(subject, digest):
            raise not_assessed(subject, digest)
        with self.store.read() as snapshot:
            if _latest(snapshot.filings(FilingKind.DEPLOYMENT), subject) == digest:
                return
        found = self.covering(subject, digest)
        with self.store.begin() as tx:
            if _latest(tx.filings(FilingKind.DEPLOYMENT), subject) != digest:  # nobody else was faster
                self._deploy(tx, subject, digest, found or self._file(tx, *self.shipped()))

    def _deploy(self, tx: Transaction, subject: Subject, digest: str, found: Filing) -> None:
        signed = str(found.record["signed_at"])
        record = {
            "event": DEPLOYED,
            "subject": subject.value,
            "digest": digest,
            "assessment": found.id,
            "assessment_line": found.line,
            "signed_at": signed,
            "deployed_at": stamp(tx.now()),
        }
        if datetime.fromisoformat(signed) > tx.now():
            raise SetupTrouble(
                "The assessment was signed later than now.",
                code="not_assessed",
                next_step="Set this machine's clock.",
            )
        _filed(tx, Filing(self.ids.new("dpl"), FilingKind.DEPLOYMENT, digest, tx.now(), 0, record))

    def _file(self, tx: Transaction, assessment: Assessment, signature: Signature) -> Filing:
        record = {
            "event": SIGNED,
            "assessment": assessment.record(),
            "approver": signature.approver.strip(),
            "key": signature.key,
            "signature": signature.signature,
            "signed_at": stamp(tx.now()),
        }
        found = Filing(self.ids.new("ast"), FilingKind.ASSESSMENT, assessment.digest, tx.now(), 0, record)
        return _filed(tx, found)

    def _counts(self, filing: Filing, subject: Subject) -> bool:
        """Whether it is about `subject`, stands in the log as it is filed, and was truly signed."""
        line = self.store.line(filing.line)
        record = filing.record
        if line.record is None or line.salt is None or line.record != canonical({"id": filing.id, **record}):
            return False
        try:
            assessment = read_assessment(_table(record["assessment"]))
            signed = Signature(str(record["approver"]), str(record["key"]), str(record["signature"]))
            ours = (assessment, signed) == self.shipped()
            true = ours or self.verified(signed.key, assessment.message(signed.approver), signed.signature)
        except (BadInput, KeyError):
            return False
        same = assessment.subject is subject and assessment.digest == filing.about
        return true and same and opens(line.entry, line.record, line.salt)


def not_assessed(subject: Subject, digest: str) -> SetupTrouble:
    """That nobody has assessed it, and what to do."""
    return SetupTrouble(
        f"No signed assessment covers this {subject.value} ({digest[:12]}…), so it is not put into use.",
        code="not_assessed",
        next_step="Write one with `consentry assess new`, and have somebody else sign it.",
    )


def _filed(tx: Transaction, filing: Filing) -> Filing:
    """Write `filing` into the log and beside it."""
    line = tx.append(Kind.SYSTEM, {"id": filing.id, **filing.record})
    stored = replace(filing, line=line)
    tx.save_filing(stored)
    return stored


def _latest(filings: Sequence[Filing], subject: Subject) -> str:
    """The digest that was put into use last; empty if none was."""
    mine = [one.about for one in filings if one.record["subject"] == subject.value]
    return mine[-1] if mine else ""


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise BadInput("An assessment is a table.", code="bad_assessment")
    return value

"""Notices from regulators, with what was asked, by when, and who answers; and what must be kept.

1. A notice is written down with its due date as it comes in.
2. Answers are added, each with who gave it and the digest of what was sent.
3. A named person signs it off. Then it is closed, and nothing can be added.

Each step is a line of the log. A legal hold is written down in the same way, and ends in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consentry.core.entry import Kind, stamp
from consentry.core.errors import BadInput, Conflict
from consentry.core.filing import Filing, FilingKind
from consentry.core.ports import Ids, Store, Transaction

MAX_TEXT = 5_000
"""Longest text in characters."""


@dataclass(frozen=True, slots=True)
class Notices:
    """The register of notices and legal holds."""

    store: Store
    """Where it is."""
    ids: Ids
    """Where identifiers come from."""

    def receive(self, authority: str, reference: str, asked: str, due: datetime, by: str) -> Filing:
        """Write down a notice. Raises BadInput for what is empty, or Conflict if it is there already."""
        authority, reference = _said(authority, "authority"), _said(reference, "reference")
        record: dict[str, object] = {
            "event": "notice_received",
            "authority": authority,
            "reference": reference,
            "asked": _said(asked, "asked"),
            "due": stamp(due),
            "by": _said(by, "by"),
            "answers": [],
            "signed_off": None,
        }
        with self.store.begin() as tx:
            if any(_same(one, authority) for one in tx.filings(FilingKind.NOTICE, reference)):
                raise Conflict("That notice is in the register already.")
            record["received"] = stamp(tx.now())
            return _file(tx, Filing(self.ids.new("ntc"), FilingKind.NOTICE, reference, tx.now(), 0, record))

    def answer(self, notice_id: str, by: str, what: str, sent: str = "") -> Filing:
        """Add an answer; `sent` is the digest of what was sent. Raises NotFound, BadInput or Conflict."""
        with self.store.begin() as tx:
            found = _open(tx.filing(notice_id))
            given = {
                "at": stamp(tx.now()),
                "by": _said(by, "by"),
                "what": _said(what, "what"),
                "sent": sent.strip(),
            }
            record = {**found.record, "event": "notice_answered", "answers": [*_answers(found), given]}
            return _file(tx, replace(found, at=tx.now(), record=record))

    def sign_off(self, notice_id: str, by: str) -> Filing:
        """Close a notice. Raises NotFound, BadInput, or Conflict if nothing was answered."""
        with self.store.begin() as tx:
            found = _open(tx.filing(notice_id))
            if not _answers(found):
                raise Conflict("Nothing was answered yet.", next_step="Add an answer first.")
            signed = {"by": _said(by, "by"), "at": stamp(tx.now())}
            record = {**found.record, "event": "notice_signed_off", "signed_off": signed}
            return _file(tx, replace(found, at=tx.now(), record=record))

    def hold(self, about: str, why: str, by: str) -> Filing:
        """Write down what must be kept: a case, an account, or anything else by name."""
        about = _said(about, "about")
        record: dict[str, object] = {"event": "held", "about": about, "why": _said(why, "why")}
        with self.store.begin() as tx:
            record |= {"by": _said(by, "by"), "at": stamp(tx.now()), "released": None}
            return _file(tx, Filing(self.ids.new("hld"), FilingKind.HOLD, about, tx.now(), 0, record))

    def release(self, hold_id: str, by: str, why: str) -> Filing:
        """End a hold. Raises NotFound, BadInput, or Conflict if it has ended."""
        with self.store.begin() as tx:
            found = tx.filing(hold_id)
            if found.kind is not FilingKind.HOLD or found.record["released"] is not None:
                raise Conflict("There is no hold of that name that has not ended.")
            ended = {"by": _said(by, "by"), "why": _said(why, "why"), "at": stamp(tx.now())}
            record = {**found.record, "event": "hold_released", "released": ended}
            return _file(tx, replace(found, at=tx.now(), record=record))

    def every(self) -> tuple[Sequence[Filing], Sequence[Filing]]:
        """Every notice and every hold, in the order of their last change."""
        with self.store.read() as snapshot:
            return snapshot.filings(FilingKind.NOTICE), snapshot.filings(FilingKind.HOLD)

    def overdue(self) -> Sequence[Filing]:
        """Notices that are not signed off although they are due."""
        with self.store.read() as snapshot:
            now = snapshot.now()
            return [one for one in snapshot.filings(FilingKind.NOTICE) if _late(one, now)]


def _file(tx: Transaction, filing: Filing) -> Filing:
    stored = replace(filing, line=tx.append(Kind.SYSTEM, {"id": filing.id, **filing.record}))
    tx.save_filing(stored)
    return stored


def _open(filing: Filing) -> Filing:
    if filing.kind is not FilingKind.NOTICE:
        raise Conflict("That is no notice.")
    if filing.record["signed_off"] is not None:
        raise Conflict("That notice is signed off; nothing is added to it.")
    return filing


def _answers(filing: Filing) -> list[object]:
    found = filing.record["answers"]
    return list(found) if isinstance(found, list) else []


def _same(filing: Filing, authority: str) -> bool:
    return filing.record["authority"] == authority


def _late(filing: Filing, now: datetime) -> bool:
    return filing.record["signed_off"] is None and datetime.fromisoformat(str(filing.record["due"])) < now


def _said(text: str, param: str) -> str:
    found = text.strip()
    if not found or len(found) > MAX_TEXT:
        raise BadInput(f"`{param}` is empty or longer than {MAX_TEXT} characters.", param=param)
    return found

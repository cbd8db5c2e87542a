"""Somebody objects, without an account: a poster by the address they got, a reporter by their passphrase.

1. The statement of reasons stands at a secret address, in plain words: what, why, under which law.
2. Whoever has it may object once, within six months; so may whoever reported, where that was refused.
3. The same question is put anew to somebody who has not decided it before, under its own deadline.
4. What they choose follows as any choice does (`flows.review`): if the first one was wrong, everything
   it did is put right, everywhere.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from consentry.core.appeal import Appeal, Party, check
from consentry.core.consequence import LINK, statement, token
from consentry.core.entry import Kind
from consentry.core.errors import NotFound
from consentry.core.platformports import Notice
from consentry.core.ports import Blobs, Ids, Passphrases, Snapshot, Store
from consentry.core.review import Choice, Resolution, ResolutionState, Review, Task
from consentry.core.secret import must_hold

OBJECTION = "objection"
"""The purpose under which the words of an appeal are kept encrypted."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a poster sees at their address."""

    notice: Notice
    """The statement of reasons."""
    appeal: Appeal | None
    """What they objected, if they did."""
    stands: bool
    """Whether it still stands."""


@dataclass(frozen=True, slots=True)
class Appeals:
    """Where objections arrive."""

    store: Store
    """Where they are kept."""
    blobs: Blobs
    """Where their words are kept, encrypted."""
    passphrases: Passphrases
    """How reporters come back."""
    ids: Ids
    """Where identifiers come from."""
    secret: bytes
    """What makes the addresses of posters secret."""

    def told(self, resolution: str, copy: str, opens: str) -> Told:
        """What was decided about a copy, for whoever posted it. Raises NotFound, always alike."""
        with self.store.read() as view:
            made = self._meant(view, resolution, copy, opens)
            notice = statement(made, view.case(made.case), view.copy(copy))
            mine = _against(view, made, copy)
        text = "\n".join(line for line in notice.text.split("\n") if LINK not in line)
        return Told(Notice(notice.subject, text), mine, made.state is ResolutionState.DONE)

    def by_poster(self, resolution: str, copy: str, opens: str, words: str) -> Appeal:
        """Object to what was hidden. Raises NotFound, BadInput or Conflict."""
        with self.store.read() as view:
            made = self._meant(view, resolution, copy, opens)
        return self._file(made, Party.POSTER, copy, words)

    def by_reporter(self, reference: str, passphrase: str, words: str) -> Appeal:
        """Object to a refusal. Raises NotAllowed, NotFound, BadInput or Conflict."""
        with self.store.read() as view:
            must_hold(self.passphrases, view, reference, passphrase)
            made = _refusal(view, reference)
        return self._file(made, Party.REPORTER, "", words)

    def _file(self, made: Resolution, party: Party, copy: str, words: str) -> Appeal:
        with self.store.read() as view:
            text = check(made, party, words, _against(view, made, copy) is not None, view.now())
        blob = self.blobs.put(text.encode(), OBJECTION)
        try:
            with self.store.begin() as tx:
                check(made, party, words, _against(tx, made, copy) is not None, tx.now())
                appeal = Appeal(self.ids.new("app"), made.id, made.case, party, copy, tx.now(), blob)
                tx.save_appeal(appeal)
                tx.add_review(_asked_anew(appeal, made, tx.review(made.review)))
                record = {"case": made.case, "event": "appealed", "appeal": appeal.id, "against": made.id}
                tx.append(Kind.CASE, record | {"party": party.value})
        except BaseException:
            self.blobs.shred(blob)
            raise
        return appeal

    def _meant(self, view: Snapshot, resolution: str, copy: str, opens: str) -> Resolution:
        """The decision that a secret address is about."""
        if hmac.compare_digest(token(self.secret, resolution, copy).encode(), opens.encode()):
            made = view.resolution(resolution)
            if made.choice is Choice.UPHOLD and copy in made.ticked:
                return made
        raise NotFound("There is nothing at this address.")


def _asked_anew(appeal: Appeal, made: Resolution, first: Review) -> Review:
    """The same question, for somebody who has not decided it."""
    barred = first.barred | {made.by, made.second} - {""}
    return Review(
        id=f"rev_{appeal.id}",
        case=appeal.case,
        task=Task.APPEAL,
        due=appeal.due,
        severity=first.severity,
        opened=appeal.at,
        barred=barred,
        appeal=appeal.id,
        line=first.line,
    )


def _against(view: Snapshot, made: Resolution, copy: str) -> Appeal | None:
    """The appeal there is against a decision about a copy."""
    mine = (one for one in view.appeals(made.case) if (one.resolution, one.copy) == (made.id, copy))
    return next(mine, None)


def _refusal(view: Snapshot, reference: str) -> Resolution:
    """The last refusal of a report. Raises NotFound."""
    refused = [one for one in view.resolutions(reference) if one.choice is Choice.REFUSE]
    if not refused:
        raise NotFound("There is no decision here that you could object to.")
    return refused[-1]

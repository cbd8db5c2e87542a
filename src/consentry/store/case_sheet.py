"""Cases, copies and refusals in memory: as strict as the database's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from consentry.core.case import Case, CaseState, Copy, CopyState
from consentry.core.escalation import SIX_HOURS, Pressing
from consentry.core.refusal import Refusal
from consentry.store.sheet import Tables, found
from consentry.store.words import outdated, taken


class CaseReader:
    """What a snapshot in memory says of them."""

    _tables: Tables

    def now(self) -> datetime:
        """The present moment (UTC)."""
        raise NotImplementedError

    def case(self, case_id: str) -> Case:
        """The case with `case_id`. Raises NotFound."""
        return found(self._tables.cases, case_id, "case")

    def cases(self, *, running: bool) -> Sequence[Case]:
        """Cases whose clock runs (or has stopped), soonest deadline first."""
        found = [case for case in self._tables.cases.values() if case.running is running]
        return sorted(found, key=lambda case: (case.due, case.id))

    def pressing(self) -> Pressing:
        """How many cases run, press, are overdue, or wait for proof or for an answer."""
        now, running, waiting = self.now(), self.cases(running=True), self.complaints()
        return Pressing(
            running=len(running),
            soon=sum(now < case.due <= now + SIX_HOURS for case in running),
            overdue=sum(case.due <= now for case in running),
            unverified=sum(case.state is CaseState.HIDDEN for case in running),
            complaints=len(waiting),
            complaints_overdue=sum(one.due is not None and one.due <= now for one in waiting),
        )

    def copy(self, copy_id: str) -> Copy:
        """The copy with `copy_id`. Raises NotFound."""
        return found(self._tables.copies, copy_id, "copy")

    def copies(self, case_id: str) -> Sequence[Copy]:
        """Every copy of a case, in the order found."""
        return [copy for copy in self._tables.copies.values() if copy.case == case_id]

    def copies_at(self, platform: str, item: str) -> Sequence[Copy]:
        """What cases say of one item, each case once, in the order found."""
        return [
            copy for copy in self._tables.copies.values() if (copy.platform, copy.item) == (platform, item)
        ]

    def copy_states(self, case_id: str) -> Mapping[CopyState, int]:
        """How many copies of a case there are in each state that any is in."""
        return Counter(copy.state for copy in self.copies(case_id))

    def refusal(self, refusal_id: str) -> Refusal:
        """The refusal with `refusal_id`. Raises NotFound."""
        return found(self._tables.refusals, refusal_id, "refusal")

    def refusals(self, case_id: str) -> Sequence[Refusal]:
        """Every refusal of a case, the first first."""
        mine = (one for one in self._tables.refusals.values() if one.case == case_id)
        return sorted(mine, key=lambda one: (one.at, one.id))

    def complaints(self) -> Sequence[Refusal]:
        """Refusals whose complaint waits for an answer, soonest due first."""
        waiting = [
            (one.due, one.id, one) for one in self._tables.refusals.values() if one.waiting and one.due
        ]
        return [one for _, _, one in sorted(waiting, key=lambda row: row[:2])]


class CaseWriter(CaseReader):
    """Writes them."""

    def add_case(self, case: Case) -> None:
        """Store a new case. Raises Conflict if its id is taken."""
        if case.id in self._tables.cases:
            raise taken()
        self._tables.cases[case.id] = case

    def save_case(self, case: Case) -> Case:
        """Replace the version that was read; returns it with its new version. Raises Conflict."""
        if self.case(case.id).version != case.version:
            raise outdated()
        saved = replace(case, version=case.version + 1)
        self._tables.cases[case.id] = saved
        return saved

    def add_copy(self, copy: Copy) -> bool:
        """Store a copy; False if the case already has that platform and item. Raises NotFound, Conflict."""
        self.case(copy.case)
        place = (copy.case, copy.platform, copy.item)
        if place in self._tables.places:
            return False
        if copy.id in self._tables.copies:
            raise taken()
        self._tables.places[place] = copy.id
        self._tables.copies[copy.id] = copy
        return True

    def save_copy(self, copy: Copy) -> None:
        """Replace a copy. Raises NotFound."""
        self.copy(copy.id)
        self._tables.copies[copy.id] = copy

    def save_refusal(self, refusal: Refusal) -> None:
        """Store a refusal, or replace the one with its id. Raises NotFound if there is no such case."""
        self.case(refusal.case)
        self._tables.refusals[refusal.id] = refusal

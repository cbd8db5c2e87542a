"""What cases need of a store: cases, their copies, refusals, and how all stand against their clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from consentry.core.case import Case, Copy, CopyState
from consentry.core.escalation import Pressing
from consentry.core.refusal import Refusal


class CaseSnapshot(Protocol):
    """Cases and copies, as they were at one moment; part of `Snapshot`."""

    def case(self, case_id: str) -> Case:
        """The case with `case_id`. Raises NotFound."""

    def cases(self, *, running: bool) -> Sequence[Case]:
        """Cases whose clock runs (or has stopped), soonest deadline first."""

    def pressing(self) -> Pressing:
        """How many cases run, press, are overdue, or wait for proof or for an answer."""

    def copy(self, copy_id: str) -> Copy:
        """The copy with `copy_id`. Raises NotFound."""

    def copies(self, case_id: str) -> Sequence[Copy]:
        """Every copy of a case, in the order found."""

    def copies_at(self, platform: str, item: str) -> Sequence[Copy]:
        """What cases say of one item, each case once, in the order found."""

    def copy_states(self, case_id: str) -> Mapping[CopyState, int]:
        """How many copies of a case there are in each state that any is in."""

    def refusal(self, refusal_id: str) -> Refusal:
        """The refusal with `refusal_id`. Raises NotFound."""

    def refusals(self, case_id: str) -> Sequence[Refusal]:
        """Every refusal of a case, the first first."""

    def complaints(self) -> Sequence[Refusal]:
        """Refusals whose complaint waits for an answer, soonest due first."""


class CaseTransaction(CaseSnapshot, Protocol):
    """Changes to cases and copies; part of `Transaction`."""

    def add_case(self, case: Case) -> None:
        """Store a new case. Raises Conflict if its id is taken."""

    def save_case(self, case: Case) -> Case:
        """Replace the version that was read; returns it with its new version. Raises Conflict."""

    def add_copy(self, copy: Copy) -> bool:
        """Store a copy; False if the case already has that platform and item."""

    def save_copy(self, copy: Copy) -> None:
        """Replace a copy."""

    def save_refusal(self, refusal: Refusal) -> None:
        """Store a refusal, or replace the one with its id. Raises NotFound if there is no such case."""

"""How an image leaves, marked and kept in one step with its decision; and how it is called back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from consentry.core.content import Draft, Picture, Request
from consentry.core.decision import Decision
from consentry.core.making import RECALL, Handle
from consentry.core.ports import Job, Transaction


@dataclass(frozen=True, slots=True)
class Stated:
    """What an image says of itself from now on."""

    decision: str
    """The decision under which it leaves: a random id that says nothing to strangers."""
    edited: bool
    """Whether it was made from a picture, and not from words alone."""
    label: bool
    """Whether a rule wants people to see that a machine made it."""


class Marker(Protocol):
    """Gives an image its label and its credentials."""

    def mark(self, picture: Picture, stated: Stated) -> Picture:
        """`picture` as it leaves. Raises SafetyUnavailable if that fails; then it does not leave."""


class Leaving(Protocol):
    """One draft on its way out, or not."""

    @property
    def picture(self) -> Picture:
        """What leaves: the draft as it was judged, until it is marked."""

    def ready(self) -> None:
        """Work out what will be kept of it; while it is judged, because that takes as long."""

    def mark(self, decision_id: str, decision: Decision) -> None:
        """Mark it, because it may leave."""

    def said(self) -> Mapping[str, object]:
        """What the record of the decision says of it."""

    def keep(self, tx: Transaction, decision_id: str, decision: Decision, *, withheld: bool) -> None:
        """Enter it into the ledger, in the transaction of its decision.

        It may pass and yet be withheld, because another image of the same request was refused.
        """


class Batch(Protocol):
    """Everything that was made for one request."""

    @property
    def request(self) -> Request:
        """What was asked for."""

    def leaving(self, draft: Draft) -> Leaving:
        """A draft on its way."""


class Keeper(Protocol):
    """Where images are entered into the ledger."""

    def begin(self, request: Request, asked: str, *, consented: bool) -> Batch:
        """What is made for `request`, which the decision `asked` let pass."""


def recall_job(reference: str, handle: Handle, value: str, at: datetime) -> Job:
    """The job that begins to call back everything found by one handle, under a reference."""
    payload = {"recall": reference, "handle": handle.value, "value": value, "after": "0"}
    return Job(RECALL, payload, f"{RECALL}:{reference}:{handle.value}:{value}", at)

"""The ledger's noun: one image that a generator made here, by hash, and what became of it.

It answers two questions without keeping any picture or any word of a prompt. Who made this? And
what else came of the same prompt, account, input picture or consent, so that all of it can be
called back? An entry is evidence for an investigator. It accuses nobody by itself.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from consentry.core.entry import stamp

MADE = "made"
"""The source under which images made here are known."""

SEEDS = "seed"
"""The source under which pictures that something was made from are known."""


RECALL = "recall"
"""The kind of job that calls images back, a portion at a time."""


class MakingState(StrEnum):
    """What became of an image."""

    PASSED = "passed"
    """It was allowed to leave."""
    REFUSED = "refused"
    """It was judged and did not leave."""
    WITHHELD = "withheld"
    """It passed and did not leave, because another image of the same request was refused."""
    RECALLED = "recalled"
    """It had left, and every copy that is found is hidden."""


class Handle(StrEnum):
    """By what images are found in the ledger."""

    MAKING = "id"
    """The image itself."""
    DECISION = "decision"
    """The decision that let it leave or refused it."""
    REQUEST = "request"
    """The decision on the request; all images of one request share it."""
    ACCOUNT = "account"
    """Who asked."""
    CONSENT = "consent"
    """The consent that was relied on."""
    PROMPT = "prompt"
    """The keyed digest of the prompt."""
    BYTES = "sha256"
    """The digest of what left."""
    JUDGED = "judged"
    """The digest of what was judged, before label and credentials."""


@dataclass(frozen=True, slots=True)
class Making:
    """One image that was made and judged."""

    id: str
    """Its identifier in the ledger."""
    decision: str
    """The decision about it."""
    request: str
    """The decision about the request it answers."""
    account: str
    """Who asked: a pseudonymous identifier."""
    route: str
    """The entry point they used."""
    at: datetime
    """When it was judged (UTC)."""
    state: MakingState
    """What became of it."""
    sha256: str
    """Digest of the bytes that left, with label and credentials; of what was judged if nothing left."""
    judged: str
    """Digest of the bytes that were judged, before any label and credentials."""
    prompt: str
    """The prompt's digest under the ledger's key: equal for equal prompts, and says nothing else."""
    consent: str = ""
    """The consent the request named, if the consent covered it."""
    inputs: tuple[str, ...] = ()
    """Digests of the pictures it was made from, in the order sent."""


@dataclass(frozen=True, slots=True)
class Sighted:
    """An image in the ledger that a picture turned out to be, and how that was found."""

    making: Making
    """The image."""
    method: str
    """`credential`, `exact`, `near` or `part`."""
    distance: int
    """Bits that differ; 0 for the same bytes."""
    view: str = ""
    """What of the picture matched, such as `without border`."""

    def record(self) -> dict[str, object]:
        """Everything an investigator is told of it, ready for JSON: hashes and names, never a picture."""
        made = self.making
        return {
            "making": made.id,
            "method": self.method,
            "distance": self.distance,
            "view": self.view,
            "state": made.state.value,
            "decision": made.decision,
            "account": made.account,
            "route": made.route,
            "at": stamp(made.at),
            "consent": made.consent,
            "inputs": list(made.inputs),
        }


def prompt_digest(prompt: str, key: bytes) -> str:
    """A digest of a prompt that only who holds `key` can make; spaces and capitals do not matter."""
    plain = " ".join(prompt.split()).casefold()
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()

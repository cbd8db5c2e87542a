"""Whoever comes back without an account shows a reference and a passphrase, which are checked here."""

from __future__ import annotations

from consentry.core.errors import NotAllowed, NotFound
from consentry.core.ports import Passphrases, Snapshot


def must_hold(
    passphrases: Passphrases, snapshot: Snapshot, reference: str, passphrase: str, *, there: bool = True
) -> None:
    """Raise NotAllowed unless `passphrase` opens `reference`; always in the same words and time.

    `there` says whether what the reference stands for exists at all; if not, no passphrase is right.
    """
    try:
        digest = snapshot.secret(reference) if there else ""
    except NotFound:
        digest = ""
    if passphrases.matches(digest, reference, passphrase):
        return
    raise NotAllowed(
        "Reference and passphrase do not belong together.",
        code="wrong_passphrase",
        next_step="Check both; the passphrase is six words with spaces or hyphens.",
    )

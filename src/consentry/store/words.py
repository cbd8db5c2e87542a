"""What both stores say when they refuse: the same words, and never an identifier or a value."""

from __future__ import annotations

from consentry.core.errors import BadInput, Conflict, LostLease, NotFound


def absent(what: str) -> NotFound:
    """There is no such thing."""
    return NotFound(f"There is no such {what}.")


def taken() -> Conflict:
    """An identifier is in use."""
    return Conflict("Something with that identifier is there already.")


def outdated() -> Conflict:
    """A writer read an older version."""
    return Conflict("The case was changed in the meantime.")


def lost() -> LostLease:
    """A worker was overtaken."""
    return LostLease("Another worker took this job over.")


def wrong_purpose() -> BadInput:
    """Somebody asks for bytes that are kept for something else."""
    return BadInput("This blob is kept for another purpose.", param="purpose")


def require_size(present: int, asked: int) -> None:
    """Raise NotFound if the log is shorter than what is asked about, BadInput if no log is that short."""
    if asked < 0:
        raise BadInput("The log cannot have fewer than no lines.")
    if asked > present:
        raise NotFound(f"The log has {present} lines so far.")


def require_claim(count: int, lease_seconds: float) -> None:
    """Raise ValueError for a claim of nothing or for no time."""
    if count < 1 or lease_seconds <= 0:
        raise ValueError("a claim is for at least one job and some time")

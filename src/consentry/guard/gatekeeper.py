"""Checks a call's permit in two steps, and counts what came of it.

First the permit itself, before anything of the body is kept; then, with the whole body, that it is
for this very call and is used for the first time. Whatever fails is refused, and so is everything
that cannot be checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from consentry.core.checkpoint import VerifierKey, parse_vkey
from consentry.core.egress import CALLS, PERMITTED, SINCE
from consentry.core.errors import SetupTrouble, Trouble
from consentry.core.permit import Permit, call_of, check, read
from consentry.guard.uses import Memory


def wall_clock() -> datetime:
    """The present moment in UTC, by this machine."""
    return datetime.now(UTC)  # noqa: TID251 - the guard stands alone, without the server's clock


@dataclass(slots=True)
class Gatekeeper:
    """Decides about calls to one generator. Safe to share between threads."""

    keys: Sequence[VerifierKey]
    """Keys of the gate. Several at once while one is replaced by the next."""
    generator: str
    """The name of this generator, as permits call it."""
    uses: Memory
    """Which permits were used."""
    now: Callable[[], datetime] = wall_clock
    """What time it is."""
    counts: Counter[str] = field(default_factory=Counter)
    """How many calls were `permitted`, and how many refused, by code."""
    since: datetime = field(init=False)
    """From when on they are counted."""

    def __post_init__(self) -> None:
        self.since = self.now()

    def permit(self, token: str) -> Permit:
        """What `token` permits; nothing is said yet of what is called. Raises NoPermit."""
        with _counted(self.counts):
            return read(token, self.keys, verify)

    def admit(self, permit: Permit, method: str, target: str, kind: str, body: bytes) -> None:
        """Let one call with this permit pass. Raises NoPermit; Overloaded if it cannot be remembered."""
        now = self.now()
        with _counted(self.counts):
            check(permit, call_of(method, target, kind, body), self.generator, now)
            self.uses.use(permit, now)
        self.counts[PERMITTED] += 1

    def figures(self) -> str:
        """The counts, as Prometheus reads them."""
        head = f"# HELP {CALLS} Calls by what became of them.\n# TYPE {CALLS} counter\n"
        began = f"# HELP {SINCE} From when on they are counted, in seconds since 1970 (UTC).\n"
        began += f"# TYPE {SINCE} gauge\n{SINCE} {int(self.since.timestamp())}\n"
        counts = {PERMITTED: 0, "permit_missing": 0, "permit_invalid": 0, "permit_used": 0} | self.counts
        lines = (f'{CALLS}{{outcome="{name}"}} {counts[name]}\n' for name in sorted(counts))
        return head + "".join(lines) + began


class _counted:  # noqa: N801 - used like a function
    """Counts a refusal under its code."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Trouble):
            self._counts[error.code] += 1


def keys_from(texts: str | Sequence[str]) -> Sequence[VerifierKey]:
    """The keys in these texts. Raises SetupTrouble if there is none, or BadInput for a malformed one."""
    keys = [parse_vkey(text) for text in ([texts] if isinstance(texts, str) else texts)]
    if not keys:
        raise SetupTrouble("A guard needs a verification key; `consentry key permit` shows it.")
    return keys


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` is that of `message` under an Ed25519 key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True

"""Keys for programs: random, scoped, expiring, and kept only as a digest.

1. A key is made once and shown once; what is stored is a peppered SHA-256 of it. A slow hash
   adds nothing, because the secret part has 256 random bits.
2. A key is checked for its digest, its end, whether it was taken back, and its scope.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import timedelta

from consentry.core.entry import Kind
from consentry.core.errors import BadInput, Forbidden, NotAllowed, NotFound
from consentry.core.ports import ApiKey, Clock, Ids, Store

SCOPES = frozenset({"canary", "gate", "screen", "read", "admin", "consent", "investigate"})
"""What a key can be for: the gate, uploads, the record, settings, consents, and questions to the ledger."""

TOKEN = "cty"  # noqa: S105 - the public first part of every key, so that scanners can find leaks
"""What every key begins with."""


class Seen:
    """Keys as the store has them, read again as soon as anything has changed there."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._seen: tuple[int, dict[str, ApiKey]] = (-1, {})

    def key(self, store: Store, key_id: str) -> ApiKey | None:
        """The key with `key_id`, as it is now. The number of changes is read before it, so none is missed."""
        changes = store.changes()
        if self._seen[0] != changes:
            self._seen = (changes, {})
        number, keys = self._seen
        if number == changes and key_id in keys:
            return keys[key_id]
        with store.read() as snapshot:
            try:
                found = snapshot.key(key_id)
            except NotFound:
                return None
        if number == changes:
            keys[key_id] = found
        return found


@dataclass(frozen=True, slots=True)
class Access:
    """Where keys are made and checked."""

    store: Store
    """Where digests are kept."""
    clock: Clock
    """What time it is."""
    ids: Ids
    """Where secrets come from."""
    pepper: bytes
    """A secret outside the database, so that a stolen table is useless."""
    seen: Seen = field(default_factory=Seen)
    """Keys as they were last read."""

    def make(self, label: str, scopes: frozenset[str], tier: str, lasts: timedelta) -> tuple[ApiKey, str]:
        """A new key and the one showing of it. Raises BadInput for an unknown scope or no time."""
        if not scopes or not scopes <= SCOPES:
            raise BadInput(f"Scopes are {', '.join(sorted(SCOPES))}.", param="scopes")
        if lasts <= timedelta(0):
            raise BadInput("A key must last for some time.", param="days")
        key_id = self.ids.new("key").removeprefix("key_")
        secret = self.ids.new("s").removeprefix("s_") + self.ids.new("s").removeprefix("s_")
        shown = f"{TOKEN}_{key_id}_{secret}"
        key = ApiKey(key_id, self._digest(shown), label, scopes, tier, self.clock.now() + lasts)
        with self.store.begin() as tx:
            tx.add_key(key)
            tx.append(Kind.KEY, {"key": key_id, "event": "made", "scopes": sorted(scopes)})
        return key, shown

    def revoke(self, key_id: str) -> ApiKey:
        """Take a key back, at once. Raises NotFound."""
        with self.store.begin() as tx:
            key = replace(tx.key(key_id), revoked=True)
            tx.add_key(key)
            tx.append(Kind.KEY, {"key": key_id, "event": "revoked"})
        return key

    def check(self, shown: str, scope: str) -> ApiKey:
        """The key that was shown, if it is good for `scope`. Raises NotAllowed, saying only what to do."""
        key = self._find(shown)
        if key is None or not hmac.compare_digest(key.digest, self._digest(shown)):
            raise NotAllowed("This is not a valid key.")
        if key.revoked or self.clock.now() >= key.expires:
            raise NotAllowed(
                "This key has ended.", code="expired_api_key", next_step="Ask the operator for a new key."
            )
        if scope not in key.scopes:
            raise Forbidden(f"This key is not for `{scope}`.")
        return key

    def _find(self, shown: str) -> ApiKey | None:
        token, _, rest = shown.partition("_")
        key_id, _, _ = rest.partition("_")
        if token != TOKEN or not key_id:
            return None
        return self.seen.key(self.store, key_id)

    def _digest(self, shown: str) -> str:
        return hmac.new(self.pepper, shown.encode(), hashlib.sha256).hexdigest()

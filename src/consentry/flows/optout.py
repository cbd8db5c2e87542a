"""Anybody registers a picture so that nobody edits it here: no account, no reason, no proof.

1. The pictures are hashed, in several views, and let go; or the person sends hashes of their own.
2. From the next request on no copy of them is worked on, whoever asks. Posting them stays allowed.
3. The person gets a reference and a passphrase, with which they take it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from consentry.core.entry import Kind
from consentry.core.errors import BadInput
from consentry.core.match import Hashes
from consentry.core.ports import Decoder, Hasher, Ids, Known, Passphrases, Store
from consentry.core.secret import must_hold
from consentry.flows.judge import must_be_readable

OPTED_OUT = "optout"
"""The source under which registered pictures are known."""

MOST = 16
"""Most pictures in one registration."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What the person gets. The passphrase is shown once."""

    reference: str
    """The registration's name."""
    passphrase: str
    """Six words; whoever has them can take it back."""
    pictures: int
    """How many pictures are registered."""
    weak: int
    """How many of them have too little in them, so that only the very same file is known again."""
    place: int
    """Its line in the log."""


@dataclass(frozen=True, slots=True)
class OptOuts:
    """The register of pictures that nobody may edit."""

    store: Store
    """Where it is kept."""
    ids: Ids
    """Where references come from."""
    passphrases: Passphrases
    """How a person comes back."""
    decoder: Decoder
    """Reads the pictures."""
    hasher: Hasher
    """Hashes them."""

    def register(self, pictures: Sequence[bytes], hashes: Sequence[Hashes] = ()) -> Registered:
        """Register pictures and hashes. Raises BadInput for none, too many, or an unreadable one."""
        if not 1 <= len(pictures) + len(hashes) <= MOST:
            raise BadInput(f"Send 1 to {MOST} pictures or hashes.", param="pictures")
        every = [*hashes, *map(self._hashed, pictures)]
        reference = self.ids.new("opt")
        passphrase = self.passphrases.make()
        digest = self.passphrases.digest(reference, passphrase)
        with self.store.begin() as tx:
            for number, one in enumerate(every):
                tx.add_known(Known(f"{reference}:{number}", OPTED_OUT, one, case=reference))
            tx.put_secret(reference, digest)
            record = {"register": reference, "event": "opted_out", "pictures": len(every)}
            place = tx.append(Kind.CONSENT, record)
        weak = sum(not one.good for one in every)
        return Registered(reference, passphrase, len(every), weak, place)

    def withdraw(self, reference: str, passphrase: str) -> int:
        """Take a registration back; how many pictures it held. Raises NotAllowed, always alike."""
        with self.store.read() as snapshot:
            held = [known for known in snapshot.known_of(reference) if known.source == OPTED_OUT]
            must_hold(self.passphrases, snapshot, reference, passphrase, there=bool(held))
        with self.store.begin() as tx:
            for known in held:
                tx.add_known(replace(known, active=False))
            tx.append(Kind.CONSENT, {"register": reference, "event": "taken_back", "pictures": len(held)})
        return len(held)

    def _hashed(self, data: bytes) -> Hashes:
        picture = self.decoder.decode(data)
        must_be_readable(picture, "Send JPEG, PNG, WebP, GIF or AVIF pictures within the stated limits.")
        return self.hasher.views(picture)

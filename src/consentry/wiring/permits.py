"""The key that permits for the generator are signed with, and how it is replaced without a gap."""

from __future__ import annotations

from typing import Final

from consentry.config import Settings
from consentry.core.errors import SetupTrouble
from consentry.core.ports import Clock, Ids
from consentry.store.signing import SignedPermits, signing_key
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.tools import made

FILE: Final = "permit.key"
"""The file in the data directory that permits are signed with."""

FOLLOWING: Final = "permit-next.key"
"""The file with the key that will follow, while guards are being told of it."""


def signed_permits(settings: Settings, clock: Clock, ids: Ids, file: str = FILE) -> SignedPermits:
    """Who signs permits for the generator that the settings name. Raises SetupTrouble."""
    key = signing_key(made(settings.directory) / file)
    return SignedPermits(f"{settings.origin}/permit", settings.upstream_name, key, clock, ids)


def permit_key(settings: Settings, *, following: bool = False) -> str:
    """The verifier key of our permits, or of those that will follow; made at the first call."""
    file = FOLLOWING if following else FILE
    return signed_permits(settings, SystemClock(), RandomIds(), file).vkey


def change_permit_key(settings: Settings) -> None:
    """Sign permits with the key that was made to follow. Raises SetupTrouble if there is none."""
    try:
        (settings.directory / FOLLOWING).replace(settings.directory / FILE)
    except OSError:
        raise SetupTrouble(
            "No key was made to follow.",
            next_step="Make one with `--next`, give it to every guard, and change then.",
        ) from None

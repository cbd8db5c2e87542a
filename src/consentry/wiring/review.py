"""Where people decide, look and object: the review console's parts, put together from the settings."""

from __future__ import annotations

from collections.abc import Mapping

from consentry.config import Settings
from consentry.core.platformports import Platform
from consentry.core.ports import Blobs, Decoder, Ids, ListedFinder, Passphrases, Store
from consentry.flows.appeal import Appeals
from consentry.flows.folder import Folders
from consentry.flows.look import Looks
from consentry.flows.overview import Overviews
from consentry.flows.review import Bench
from consentry.store.system import secret_file

STATEMENTS = "/statement"
"""Where posters read what was decided, and object."""


def bench_over(
    settings: Settings, store: Store, blobs: Blobs, platforms: Mapping[str, Platform], ids: Ids
) -> Bench:
    """Where people decide."""
    address = f"{settings.public_origin}{STATEMENTS}"
    share = settings.looked_at_again / 100
    return Bench(store, blobs, platforms, ids, _secret(settings), address, share)


def looks_over(
    settings: Settings, store: Store, platforms: Mapping[str, Platform], media: Decoder, ids: Ids
) -> Looks:
    """Where they look."""
    return Looks(store, platforms, media, ids, settings.looks_a_day)


def appeals_over(
    settings: Settings, store: Store, blobs: Blobs, passphrases: Passphrases, ids: Ids
) -> Appeals:
    """Where others object."""
    return Appeals(store, blobs, passphrases, ids, _secret(settings))


def folders_over(store: Store, blobs: Blobs, listed: ListedFinder) -> Folders:
    """What they have before them."""
    return Folders(store, blobs, listed)


def overviews_over(store: Store) -> Overviews:
    """How things stand."""
    return Overviews(store)


def _secret(settings: Settings) -> bytes:
    """What the addresses of posters are made secret with; made once, and kept beside the other keys.

    Whoever has it can read every statement of reasons, and object in a poster's name; it decides
    nothing, hides nothing and shows no picture.
    """
    return secret_file(settings.directory / "statements.key")

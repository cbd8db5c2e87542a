"""Small parts that commands need without a whole system: keys, the day, the log's signature."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from consentry.config import Settings
from consentry.core.checkpoint import Checkpoint
from consentry.core.errors import SetupTrouble
from consentry.flows.access import Access
from consentry.store.signing import verify_note
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock, secret_file


def today() -> date:
    """The day whose law is applied (UTC)."""
    return SystemClock().now().date()


def open_access(settings: Settings) -> Access:
    """Only what is needed to make and take back keys."""
    clock, ids, directory = SystemClock(), RandomIds(), made(settings.directory)
    store = open_store(settings.database_url, clock, ids)
    return Access(store, clock, ids, secret_file(directory / "pepper.key"))


def made(directory: Path) -> Path:
    """`directory`, made for its owner alone if it is not there. Raises SetupTrouble."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        raise SetupTrouble("The data directory cannot be made.", param="data") from None
    return directory


def verify_log_note(note: str, vkey: str, origin: str) -> Checkpoint:
    """The checkpoint in a signed note. Raises BadInput if `vkey` did not sign it."""
    return verify_note(note, vkey, origin)

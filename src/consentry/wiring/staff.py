"""Signing in, put together from the settings: passkeys for the console's own address, and its secrets."""

from __future__ import annotations

from urllib.parse import urlsplit

from consentry.config import Settings
from consentry.core.errors import SetupTrouble
from consentry.core.ports import Ids, Passphrases, Store
from consentry.flows.account import Accounts
from consentry.flows.signin import SignIn
from consentry.flows.staff import Staff
from consentry.remote.passkeys import WebPasskeys
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock, secret_file
from consentry.wiring.tools import made

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Hosts of this machine, where the console may be without TLS, for trying out."""


def sign_in(settings: Settings, store: Store, ids: Ids, passphrases: Passphrases) -> SignIn:
    """Where people sign in. Raises SetupTrouble for an address that is no console's."""
    return SignIn(store, ids, passphrases, _passkeys(settings), _key(settings))


def accounts(settings: Settings, store: Store, ids: Ids, passphrases: Passphrases) -> Accounts:
    """Where members keep their own accounts. Raises SetupTrouble."""
    return Accounts(store, ids, passphrases, _passkeys(settings), _key(settings))


def open_staff(settings: Settings) -> Staff:
    """Only what is needed to invite, change and disable members."""
    ids = RandomIds()
    made(settings.directory)
    return Staff(open_store(settings.database_url, SystemClock(), ids), ids)


def _passkeys(settings: Settings) -> WebPasskeys:
    address = urlsplit(settings.console_origin)
    host = address.hostname or ""
    safe = address.scheme == "https" or (address.scheme == "http" and host in LOOPBACK)
    if not host or not safe or address.path or address.query or address.username:
        raise SetupTrouble(
            "`console_url` must be `https://HOST`, or `http://localhost` for trying out.", param="console_url"
        )
    return WebPasskeys(host, settings.console_origin)


def _key(settings: Settings) -> bytes:
    return secret_file(settings.directory / "console.key")

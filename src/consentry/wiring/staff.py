"""Signing in, put together from the settings: passkeys for the console's own address, and its secrets."""

from __future__ import annotations

from urllib.parse import urlsplit

from consentry.config import Settings
from consentry.core.errors import SetupTrouble
from consentry.core.ports import Ids, Passphrases, Store
from consentry.core.signports import Passkeys, Provider
from consentry.flows.account import Accounts
from consentry.flows.signin import SignIn
from consentry.flows.staff import Staff
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock, secret_file
from consentry.wiring.tools import made

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Hosts of this machine, where the console may be without TLS, for trying out."""


def sign_in(settings: Settings, store: Store, ids: Ids, passphrases: Passphrases) -> SignIn:
    """Where people sign in. Raises SetupTrouble for an address that is no console's."""
    return SignIn(store, ids, passphrases, _passkeys(settings), _key(settings), _provider(settings))


def accounts(settings: Settings, store: Store, ids: Ids, passphrases: Passphrases) -> Accounts:
    """Where members keep their own accounts. Raises SetupTrouble."""
    return Accounts(store, ids, passphrases, _passkeys(settings), _key(settings))


def open_staff(settings: Settings) -> Staff:
    """Only what is needed to invite, change and disable members."""
    ids = RandomIds()
    made(settings.directory)
    return Staff(open_store(settings.database_url, SystemClock(), ids), ids)


def _passkeys(settings: Settings) -> Passkeys:
    from consentry.remote.passkeys import WebPasskeys  # noqa: PLC0415 - slow to load; only a server needs it

    address = urlsplit(settings.console_origin)
    host = address.hostname or ""
    safe = address.scheme == "https" or (address.scheme == "http" and host in LOOPBACK)
    if not host or not safe or address.path or address.query or address.username:
        raise SetupTrouble(
            "`console_url` must be `https://HOST`, or `http://localhost` for trying out.", param="console_url"
        )
    return WebPasskeys(host, settings.console_origin)


def _provider(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    from consentry.remote.provider import Client, OpenIdProvider  # noqa: PLC0415 - only who sets one up needs it

    address = urlsplit(settings.oidc_issuer)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise SetupTrouble("`oidc_issuer` must begin with `https://`.", param="oidc_issuer")
    if not settings.oidc_client:
        raise SetupTrouble("`oidc_issuer` is set and `oidc_client` is not.", param="oidc_client")
    back = f"{settings.console_origin}/console/provider/back"
    issuer, secret = settings.oidc_issuer, settings.oidc_secret
    client = Client(issuer, settings.oidc_client, secret, settings.oidc_name, back)
    return OpenIdProvider(client, SystemClock())


def _key(settings: Settings) -> bytes:
    return secret_file(settings.directory / "console.key")

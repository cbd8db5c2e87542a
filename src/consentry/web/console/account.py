"""Screens of one's own account: the overview, passkeys, the passphrase, and one's sessions."""

from __future__ import annotations

from typing import Any

from fastapi.responses import Response

from consentry.core.staff import Permission
from consentry.web.console import pages
from consentry.web.console.asked import Asked, Screen

ACCOUNT = "/console/account"
"""Where one's own account is."""


def _overview(asked: Asked) -> Response:
    if not asked.can(Permission.FIGURES_SEE):
        return asked.to(ACCOUNT)
    return asked.page("overview.html")


def _account(asked: Asked, shown: str = "") -> Response:
    kept = asked.system.accounts.look(asked.member, asked.session)
    provider = asked.system.sign_in.provider
    values: dict[str, Any] = {
        "kept": kept,
        "present": asked.session,
        "shown": shown,
        "provider": provider and provider.name,
    }
    return asked.page("account.html", **values)


def _question(asked: Asked) -> Response:
    return pages.json(asked.system.accounts.to_make(asked.member, asked.browser))


def _add_passkey(asked: Asked) -> Response:
    answer, label = asked.form.get("answer", ""), asked.form.get("label", "")
    asked.system.accounts.add_passkey(asked.member, asked.session, asked.browser, answer, label)
    return asked.to(ACCOUNT)


def _drop_passkey(asked: Asked) -> Response:
    asked.system.accounts.drop_passkey(asked.member, asked.session, asked.form.get("passkey", ""))
    return asked.to(ACCOUNT)


def _make_passphrase(asked: Asked) -> Response:
    return _account(asked, asked.system.accounts.make_passphrase(asked.member, asked.session))


def _drop_passphrase(asked: Asked) -> Response:
    asked.system.accounts.drop_passphrase(asked.member, asked.session)
    return asked.to(ACCOUNT)


def _unlink(asked: Asked) -> Response:
    asked.system.accounts.link(asked.member, asked.session, "")
    return asked.to(ACCOUNT)


def _end(asked: Asked) -> Response:
    asked.system.accounts.end(asked.member, asked.session, asked.form.get("session", ""))
    return asked.to(ACCOUNT)


_OWN = Permission.SELF_MANAGE

SCREENS = (
    Screen("GET", "", _OWN, _overview, "Overview"),
    Screen("GET", "/account", _OWN, _account, "See one's own account"),
    Screen("POST", "/account/passkey/question", _OWN, _question, "What a new passkey is asked"),
    Screen("POST", "/account/passkey", _OWN, _add_passkey, "Register a passkey"),
    Screen("POST", "/account/passkey/drop", _OWN, _drop_passkey, "Remove a passkey"),
    Screen("POST", "/account/passphrase", _OWN, _make_passphrase, "Make a passphrase, shown once"),
    Screen("POST", "/account/passphrase/drop", _OWN, _drop_passphrase, "Remove the passphrase"),
    Screen("POST", "/account/unlink", _OWN, _unlink, "Unlink the organisation's own sign-in"),
    Screen("POST", "/account/session/end", _OWN, _end, "End one of one's own sessions"),
)
"""Screens of this file."""

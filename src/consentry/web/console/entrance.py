"""Screens for coming in and leaving: sign-in, an accepted invitation, a passkey that is touched."""

from __future__ import annotations

from dataclasses import replace

from fastapi.responses import Response

from consentry.core.errors import Trouble
from consentry.core.staff import Permission, Way
from consentry.web import errors
from consentry.web.console import pages
from consentry.web.console.asked import HOME, SIGN_IN, TOUCH, Asked, Screen, onward

ACCOUNT = "/console/account"
"""Where somebody goes who accepted an invitation."""


def _page(asked: Asked, template: str, status: int = 200, **values: object) -> Response:
    """A page for somebody who may hold nothing yet: what their form is bound to is given along."""
    if asked.browser:
        return asked.page(template, status, **values)
    fresh = replace(asked, browser=asked.system.sign_in.ids.new("pre"))
    reply = fresh.page(template, status, **values)
    fresh.hold(reply, fresh.browser)
    return reply


def _sign_in(asked: Asked) -> Response:
    if asked.signed is not None and asked.session.way is not Way.INVITATION:
        return asked.to(onward(asked))
    return _entrance(asked)


def _entrance(asked: Asked, trouble: Trouble | None = None, name: str = "") -> Response:
    provider = asked.system.sign_in.provider
    values = {"trouble": trouble, "name": name, "next": onward(asked), "provider": provider and provider.name}
    return _page(asked, "sign_in.html", trouble.status if trouble else 200, **values)


def _by_passphrase(asked: Asked) -> Response:
    name = asked.form.get("name", "").strip().lower()
    try:
        token = asked.system.sign_in.by_passphrase(name, asked.form.get("passphrase", ""))
    except Trouble as error:
        known = errors.ours(error, errors.request_id(asked.request))
        return _entrance(asked, known, name)
    return begun(asked, onward(asked), token)


def _question(asked: Asked) -> Response:
    sign_in = asked.system.sign_in
    question = sign_in.question(asked.browser, "sign in")
    return pages.json(sign_in.passkeys.to_touch(question, ()))


def _by_passkey(asked: Asked) -> Response:
    try:
        token = asked.system.sign_in.by_passkey(asked.browser, asked.form.get("answer", ""))
    except Trouble as error:
        return _entrance(asked, errors.ours(error, errors.request_id(asked.request)))
    return begun(asked, onward(asked), token)


def _invited(asked: Asked) -> Response:
    return _page(asked, "invited.html", trouble=None)


def _accept(asked: Asked) -> Response:
    try:
        token = asked.system.sign_in.accept(asked.form.get("code", ""))
    except Trouble as error:
        known = errors.ours(error, errors.request_id(asked.request))
        return _page(asked, "invited.html", known.status, trouble=known)
    return begun(asked, ACCOUNT, token)


def begun(asked: Asked, path: str, token: str) -> Response:
    """Send them on with a new session; one that this browser was in before has ended."""
    if asked.signed is not None:
        asked.system.sign_in.leave(asked.signed)
    return asked.to(path, token)


def _touch(asked: Asked) -> Response:
    kept = asked.system.accounts.look(asked.member, asked.session)
    return asked.page("touch.html", next=onward(asked), passkeys=kept.passkeys, trouble=None)


def _touch_question(asked: Asked) -> Response:
    return pages.json(asked.system.accounts.to_touch(asked.member, asked.browser))


def _touched(asked: Asked) -> Response:
    try:
        asked.system.sign_in.touch(asked.signed_in(), asked.browser, asked.form.get("answer", ""))
    except Trouble as error:
        known = errors.ours(error, errors.request_id(asked.request))
        kept = asked.system.accounts.look(asked.member, asked.session)
        values = {"next": onward(asked), "passkeys": kept.passkeys, "trouble": known}
        return asked.page("touch.html", known.status, **values)
    return asked.to(onward(asked))


def _sign_out(asked: Asked) -> Response:
    asked.system.sign_in.leave(asked.signed_in())
    reply = asked.to(SIGN_IN)
    asked.hold(reply, asked.system.sign_in.ids.new("pre"))
    reply.headers["clear-site-data"] = '"cache", "storage"'
    return reply


def _under(path: str) -> str:
    return path.removeprefix(HOME)


SCREENS = (
    Screen("GET", _under(SIGN_IN), None, _sign_in, "Sign in"),
    Screen("POST", _under(SIGN_IN), None, _by_passphrase, "Sign in with a passphrase"),
    Screen("POST", "/sign-in/question", None, _question, "What a passkey is asked for signing in"),
    Screen("POST", "/sign-in/passkey", None, _by_passkey, "Sign in with a passkey"),
    Screen("GET", "/invited", None, _invited, "Enter an invitation"),
    Screen("POST", "/invited", None, _accept, "Accept an invitation"),
    Screen("GET", _under(TOUCH), Permission.SELF_MANAGE, _touch, "Confirm with a passkey"),
    Screen("POST", "/touch/question", Permission.SELF_MANAGE, _touch_question, "What a passkey is asked"),
    Screen("POST", _under(TOUCH), Permission.SELF_MANAGE, _touched, "Take a passkey's confirmation"),
    Screen("POST", "/sign-out", Permission.SELF_MANAGE, _sign_out, "Sign out"),
)
"""Screens of this file."""

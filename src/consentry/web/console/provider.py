"""Screens for going to the organisation's own sign-in and coming back.

The cookie is `SameSite=Strict`, so a browser that comes back from elsewhere does not send it. It is
therefore given a page first, which leads on from here: then the cookie is there.
"""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi.responses import Response

from consentry.core.errors import NotAllowed
from consentry.web.console.asked import Asked, Screen
from consentry.web.console.entrance import ACCOUNT, begun

LONGEST = 2_048
"""Longest code or state that is passed on, in characters."""

FINISH = "/console/provider/finish"
"""Where a browser goes on to with its cookie."""


def _away(asked: Asked) -> Response:
    address, _ = asked.system.sign_in.away(asked.browser)
    name = asked.system.sign_in.provider
    return asked.page("going.html", to=address, where=name.name if name else "")


def _back(asked: Asked) -> Response:
    """Nothing is believed yet: what came along is only handed on."""
    given = asked.request.query_params
    passed = {name: given.get(name, "")[:LONGEST] for name in ("code", "state")}
    return asked.page("going.html", to=f"{FINISH}?{urlencode(passed)}", where="the console")


def _finish(asked: Asked) -> Response:
    given = asked.request.query_params
    state, code = given.get("state", ""), given.get("code", "")
    if not asked.browser or not code:
        raise NotAllowed(
            "The organisation's sign-in did not say who you are.",
            code="not_signed_in",
            next_step="Begin anew from the sign-in page.",
        )
    identity = asked.system.sign_in.identity(asked.browser, state, code)
    if asked.signed is not None:
        asked.system.accounts.link(asked.member, asked.session, identity)
        return asked.to(ACCOUNT)
    return begun(asked, "/console", asked.system.sign_in.by_identity(identity))


SCREENS = (
    Screen("POST", "/provider", None, _away, "Go to the organisation's own sign-in"),
    Screen("GET", "/provider/back", None, _back, "Come back from there"),
    Screen("GET", "/provider/finish", None, _finish, "Sign in with it, or link it to one's account"),
)
"""Screens of this file."""

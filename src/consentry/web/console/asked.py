"""Who asks for a screen of the console: signed in or not, and with a form that is our own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from consentry.core import challenge
from consentry.core.errors import Forbidden, NotAllowed
from consentry.core.staff import STEP_UP, Member, Permission, Session, may, opens, wants_touch
from consentry.flows.signin import Signed
from consentry.web.console import pages
from consentry.wiring import System

HOME = "/console"
"""Where the console is."""

SIGN_IN = "/console/sign-in"
"""Where somebody goes who is not signed in."""

TOUCH = "/console/touch"
"""Where somebody goes who has to touch a passkey."""

COOKIE = "__Host-consentry"
"""The cookie's name behind TLS: browsers then hold it to Secure, to `/`, and to this very host."""

DEVELOPMENT = "consentry-development"
"""Its name on this machine alone, without TLS."""

NAVIGATION = (
    ("/console", "Overview", Permission.FIGURES_SEE),
    ("/console/queue", "Queue", Permission.QUEUE_SEE),
    ("/console/figures", "Figures", Permission.FIGURES_SEE),
    ("/console/staff", "Staff", Permission.STAFF_SEE),
    ("/console/account", "My account", Permission.SELF_MANAGE),
)
"""What the bar at the top offers, each to whoever may see it."""

SAFE = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site with which a form may arrive."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a screen, let in."""

    request: Request
    """The request."""
    system: System
    """Everything that runs."""
    browser: str
    """What the browser holds: its session's token, or something of its own before there is one."""
    signed: Signed | None = None
    """Who is signed in; None on screens that are open to anybody."""
    form: Mapping[str, str] = field(default_factory=dict)
    """The fields of the form that was sent."""

    @property
    def member(self) -> Member:
        """Who is signed in. Raises NotAllowed."""
        return self.signed_in().member

    @property
    def session(self) -> Session:
        """Their session. Raises NotAllowed."""
        return self.signed_in().session

    def page(self, template: str, /, status: int = 200, **values: object) -> Response:
        """The screen made of `template` and `values`, with the token for its forms."""
        shared = {
            "member": self.signed.member if self.signed else None,
            "navigation": [(path, label) for path, label, needs in NAVIGATION if self.can(needs)],
            "can": self.can,
            "csrf": self.system.sign_in.form(self.browser),
            "path": self.request.url.path,
        }
        return pages.page(template, status, **{**shared, **values})

    def can(self, permission: Permission) -> bool:
        """Whether they may do this; a passkey may have to be touched for it yet."""
        if self.signed is None:
            return False
        return may(self.signed.member, permission) and opens(self.signed.session, permission)

    def named(self, parameter: str) -> str:
        """What stands in the path for `parameter`."""
        return str(self.request.path_params[parameter])

    def to(self, path: str, token: str = "") -> Response:
        """Send them on to `path`, holding `token` from now on if one is given."""
        reply = RedirectResponse(path, 303, pages.HEADERS)
        if token:
            self.hold(reply, token)
        return reply

    def hold(self, reply: Response, token: str) -> None:
        """Have the browser hold `token`, until it is closed."""
        secure = tls(self.system)
        reply.set_cookie(
            cookie_name(self.system), token, path="/", secure=secure, httponly=True, samesite="strict"
        )

    def signed_in(self) -> Signed:
        """Who is signed in, and in which session. Raises NotAllowed."""
        if self.signed is None:
            raise NotAllowed("Nobody is signed in.", code="not_signed_in", next_step="Sign in.")
        return self.signed


Answer = Callable[[Asked], Response]
"""What answers a request that was let in."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen or one form of the console."""

    method: str
    """GET or POST."""
    path: str
    """Its path under /console, with its parameters."""
    needs: Permission | None
    """What one must be allowed to do; None: open to anybody, such as signing in."""
    answer: Answer
    """What answers it."""
    says: str
    """What it does, for the table of screens."""


def signed_in(request: Request, system: System) -> Signed | None:
    """Who is signed in with the cookie of `request`; None if nobody is."""
    return system.sign_in.signed(held(request, system))


def admit(system: System, screen: Screen, request: Request, form: Mapping[str, str]) -> Asked | Response:
    """The request let in, or where its sender has to go first. Raises Forbidden.

    On this machine alone, whoever came by another of its names goes to the one that passkeys are bound to.
    """
    browser, home = held(request, system), system.settings.console_origin
    if not tls(system) and screen.method == "GET" and request.headers.get("host") != urlsplit(home).netloc:
        return Asked(request, system, browser).to(home + request.url.path)
    if screen.method == "POST":
        _require_own_form(system, request, form, browser)
    signed = system.sign_in.signed(browser)
    asked = Asked(request, system, browser, signed, form)
    if screen.needs is None:
        return asked
    if signed is None:
        return asked.to(with_next(SIGN_IN, request))
    if not asked.can(screen.needs):
        raise Forbidden(
            "Your role does not include this.",
            code="not_permitted",
            next_step="Ask an operator, if it should.",
        )
    if screen.needs not in STEP_UP:
        return asked
    with system.store.read() as view:
        late = wants_touch(signed.session, screen.needs, view.now())
    return asked.to(with_next(TOUCH, request)) if late else asked


def held(request: Request, system: System) -> str:
    """What the browser holds; empty if nothing."""
    return request.cookies.get(cookie_name(system), "")


def cookie_name(system: System) -> str:
    """What the cookie is called here."""
    return COOKIE if tls(system) else DEVELOPMENT


def tls(system: System) -> bool:
    """Whether the console is behind TLS."""
    return system.settings.console_origin.startswith("https:")


def with_next(path: str, request: Request) -> str:
    """`path`, with where to go on afterwards: the page that was asked for, or from which a form came."""
    page = request.url.path if request.method == "GET" else urlsplit(request.headers.get("referer", "")).path
    if page in {"", HOME, SIGN_IN, TOUCH}:
        return path
    asked = f"{page}?{request.url.query}" if request.method == "GET" and request.url.query else page
    return f"{path}?next={quote(asked, safe='')}"


def onward(asked: Asked) -> str:
    """Where to go on to: a page of the console, and nothing else whatever the request says."""
    wanted = asked.form.get("next") or asked.request.query_params.get("next", "")
    found = urlsplit(wanted)
    inside = wanted == HOME or wanted.startswith((f"{HOME}/", f"{HOME}?"))
    if not inside or found.netloc or found.scheme or "\\" in wanted or not wanted.isprintable():
        return HOME
    return wanted


def _require_own_form(system: System, request: Request, form: Mapping[str, str], browser: str) -> None:
    """Raise Forbidden unless the form is one of ours, sent by the browser we gave it to."""
    origin = request.headers.get("origin", system.settings.console_origin)
    site = request.headers.get("sec-fetch-site", "none")
    token = form.get("csrf", "") or request.headers.get("x-csrf", "")
    own = bool(browser) and challenge.same(token, system.sign_in.form(browser))
    if origin != system.settings.console_origin or site not in SAFE or not own:
        raise Forbidden(
            "This form is not from here, or the page is too old.",
            code="foreign_form",
            next_step="Load the page again and send the form from there.",
        )

"""One request of somebody who uses the form: in which language, and what they entered before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from math import ceil
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consentry.core.errors import BadInput, NotFound, TooMany, Trouble
from consentry.web import bodies, errors
from consentry.web.public.pages import KEEP_NOTHING, page
from consentry.web.public.session import Answers, Visits
from consentry.web.public.words import DEFAULT, LANGUAGES, Words, words

COOKIE = "visit"
"""The only cookie. It ends with the form, or with the browser."""

MAX_FORM = 256 * 1024
"""Largest form in bytes: a hundred of the longest addresses and the longest text."""

LONG = 120
"""Seconds from which on a wait is told in minutes."""

MAX_FIELDS = 20
"""Most fields in one form."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, as far as a page needs it."""

    request: Request
    """The request."""
    visits: Visits
    """Everybody's answers."""
    words: Words
    """The sentences of their language."""
    token: str
    """The value of their cookie; empty if there is none."""
    answers: Answers | None
    """What they entered; None if nothing was begun, or it has ended."""

    def to(self, name: str = "") -> Response:
        """Send them on to the page `name` in their language."""
        return RedirectResponse(f"/{self.words.code}/{name}", 303, KEEP_NOTHING)

    def begin(self, name: str, answers: Answers) -> Response:
        """Begin anew with `answers`, and send them to the page `name`."""
        self.visits.end(self.token)
        reply = self.to(name)
        secure = self.request.url.scheme == "https"
        token = self.visits.begin(answers)
        reply.set_cookie(COOKIE, token, path="/", secure=secure, httponly=True, samesite="strict")
        return reply

    def keep(self, answers: Answers) -> None:
        """Keep what they entered."""
        self.visits.write(self.token, answers)

    def end(self, reply: Response) -> Response:
        """Forget them, and let their browser forget as well."""
        self.visits.end(self.token)
        reply.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        reply.headers["clear-site-data"] = '"cache", "cookies", "storage"'
        return reply

    async def form(self) -> Mapping[str, str]:
        """The form that was sent. Raises BadInput or TooLarge."""
        data = await bodies.raw(self.request, MAX_FORM)
        try:
            pairs = parse_qsl(data.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError:
            raise BadInput("This is no form.", code="invalid_form") from None
        return dict(pairs)


Page = Callable[[Visit], Awaitable[Response]]
"""What answers a request of somebody who uses the form."""

Endpoint = Callable[[Request], Awaitable[Response]]
"""What answers a request."""


def endpoint(visits: Visits, answer: Page) -> Endpoint:
    """`answer` for requests to `/{lang}/…`, with a page also for what goes wrong."""

    async def answered(request: Request) -> Response:
        code = request.path_params.get("lang", DEFAULT)
        if code not in LANGUAGES:
            return trouble(NotFound("There is nothing at this address."), words(DEFAULT))
        say = words(code)
        try:
            token = request.cookies.get(COOKIE, "")
            return await answer(Visit(request, visits, say, token, visits.read(token)))
        except TooMany as error:
            return waiting(error, request, say)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing of it may reach a page or a log
            return trouble(errors.ours(error, errors.request_id(request)), say)

    return answered


def waiting(error: TooMany, request: Request, say: Words) -> Response:
    """A page that says how long to wait, and goes on from where they are."""
    minutes = error.seconds >= LONG
    made = page(
        "wait.html",
        "wait",
        say,
        error.status,
        minutes=minutes,
        count=ceil(error.seconds / 60) if minutes else error.seconds,
        path=request.url.path,
        again=request.url.path.endswith("/check"),
        turn=error.turn,
    )
    made.headers["retry-after"] = str(error.seconds)
    return made


def trouble(error: Trouble, say: Words) -> Response:
    """A page that says that something went wrong, and nothing from inside."""
    key = "all.gone" if isinstance(error, NotFound) else "all.wrong"
    return page("trouble.html", "start", say, error.status, says=say(key), leave=False)

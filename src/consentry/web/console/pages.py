"""Screens of the console, with headers under which only our own scripts run and nothing is kept."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

HERE = Path(__file__).parent

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "permissions-policy": (
        "publickey-credentials-create=(self), publickey-credentials-get=(self), camera=(), microphone=(), "
        "geolocation=(), display-capture=(), payment=()"
    ),
    "referrer-policy": "same-origin",  # `no-referrer` would make the Origin of our own forms `null`
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""Headers of every screen: our own scripts, no string made into one, no third party, no frame."""

STATIC = {
    "console.css": "text/css",
    "case.mjs": "text/javascript",
    "keys.mjs": "text/javascript",
    "passkey.mjs": "text/javascript",
}
"""What screens are dressed in and moved by, with its type."""

_MINUTE, _DAYS = 60, 3 * 86_400
"""Seconds in a minute, and from how many on days are told instead of hours."""

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def moment(at: datetime) -> str:
    """A moment for people: `1 May 2026, 12:00 UTC`."""
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def lasts(time: timedelta) -> str:
    """How long something lasts, for people: `31 h 12 min`, `4 days`, `50 s`."""
    seconds = max(0, round(time.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds >= _DAYS:
        return f"{seconds // 86_400} days"
    hours, minutes = divmod(seconds // _MINUTE, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def wrapped(text: str) -> Markup:
    """`text` that may break after a slash, a dot or an underscore, so that a narrow column shows it all."""
    return Markup(re.sub(r"([/._])", r"\1<wbr>", str(escape(text))))  # noqa: S704 - escaped just before


_templates.filters |= {"moment": moment, "lasts": lasts, "wrapped": wrapped}


def page(template: str, /, status: int = 200, **values: object) -> HTMLResponse:
    """The screen made of `template` and `values`."""
    return HTMLResponse(_templates.get_template(template).render(**values), status, HEADERS)


def json(text: str) -> Response:
    """What a script of ours asked for, JSON."""
    return Response(text, media_type="application/json", headers=HEADERS)


def static(name: str) -> bytes:
    """The static file `name`. Raises OSError if there is none."""
    return (HERE / "static" / name).read_bytes()

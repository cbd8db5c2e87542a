"""Pages for people: rendered on the server, with headers that let nothing else in."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

HERE = Path(__file__).parent

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""Headers of every page: no script, no third party, no frame, nothing kept."""

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def coded(text: str) -> Markup:
    """`text` with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just before


def wrapped(text: str) -> Markup:
    """`text` that may break after a slash, a dot or an underscore, so that a narrow screen shows it all."""
    return Markup(re.sub(r"([/._])", r"\1<wbr>", str(escape(text))))  # noqa: S704 - escaped just before


_templates.filters |= {"coded": coded, "wrapped": wrapped}


def page(template: str, /, status: int = 200, **values: object) -> HTMLResponse:
    """The page made of `template` and `values`."""
    return HTMLResponse(rendered(template, **values), status, HEADERS)


def rendered(template: str, /, **values: object) -> str:
    """The text made of `template` and `values`."""
    return _templates.get_template(template).render(**values)


def static(name: str) -> bytes:
    """The static file `name`. Raises OSError if there is none."""
    return (HERE / "static" / name).read_bytes()

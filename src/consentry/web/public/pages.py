"""Pages of the report form, in every language, with headers that let nothing in and keep nothing."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from consentry.web.public.words import LANGUAGES, Words, words

HERE = Path(__file__).parent

KEEP_NOTHING = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""Headers of every answer of this listener."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "permissions-policy": "camera=(), microphone=(), geolocation=(), display-capture=(), payment=()",
    **KEEP_NOTHING,
}
"""Headers of every page: our own scripts, no third party, no frame, and nothing a script could send to."""

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, name: str, say: Words, status: int = 200, /, **values: object) -> HTMLResponse:
    """The page `name` made of `template`, in the language of `say`."""
    made = _templates.get_template(template).render(
        name=name,
        w=say,
        languages=[words(code) for code in LANGUAGES],
        **{"back": None, "faults": {}, "leave": True, **values},
    )
    return HTMLResponse(made, status, HEADERS)


def static(name: str) -> bytes:
    """The static file `name`. Raises OSError if there is none."""
    return (HERE / "static" / name).read_bytes()


@cache
def helplines(kind: str) -> list[dict[str, Any]]:
    """Who can be talked to: `line` for everybody, `child` for those under eighteen."""
    found: list[dict[str, Any]] = tomllib.loads((HERE / "helplines.toml").read_text("utf-8"))[kind]
    return found

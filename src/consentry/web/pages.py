"""Pages for people: rendered on the server, with headers that let nothing else in."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

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


def page(template: str, /, status: int = 200, **values: object) -> HTMLResponse:
    """The page made of `template` and `values`."""
    return HTMLResponse(_templates.get_template(template).render(**values), status, HEADERS)


def static(name: str) -> bytes:
    """The static file `name`. Raises OSError if there is none."""
    return (HERE / "static" / name).read_bytes()

"""The report form on a listener of its own, and somebody who fills it in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest

from consentry.web.public.app import create_report_app
from support.running import Running
from support.serving import served

ANSWERS: dict[str, dict[str, str]] = {
    "who": {"standing": "self"},
    "age": {"under18": "no"},
    "where": {"urls": "https://elsewhere.example/a", "where": "In a group"},
    "copies": {"hashes": ""},
    "why": {"why": "shared", "statement": ""},
    "reach": {"contact": "", "may_write": ""},
    "sign": {"intimate": "yes", "good_faith": "yes", "signature": "Mira"},
}
"""What somebody says who was shown without having agreed."""


@pytest.fixture(scope="session")
def form(_shared: Running) -> Iterator[str]:
    """The form's address."""
    elsewhere = replace(_shared.system.settings, report_leave_to=f"{_shared.url}/healthz")
    with served(create_report_app(replace(_shared.system, settings=elsewhere))) as address:
        yield address


@pytest.fixture
def person(form: str) -> Iterator[httpx2.Client]:
    """Somebody's browser, without JavaScript."""
    with httpx2.Client(base_url=form, follow_redirects=True, timeout=30) as client:
        yield client


def fill(person: httpx2.Client, **other: dict[str, str]) -> httpx2.Response:
    """Fill the form in up to the check of the answers; `other` answers replace the usual ones."""
    reply = person.post("/en/begin")
    for name, given in (ANSWERS | other).items():
        reply = person.post(f"/en/{name}", data=given)
    return reply


def between(reply: httpx2.Response, start: str, end: str) -> str:
    """What stands between two pieces of a page."""
    return reply.text.split(start, 1)[1].split(end, 1)[0]

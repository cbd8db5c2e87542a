"""Canaries over the network: how they knock, and with which key."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import httpx2

import consentry
from consentry.config import Settings
from consentry.core.ports import Store
from consentry.core.probe import LABEL, Heard
from consentry.flows.access import Access
from consentry.flows.canary import Canary
from consentry.media import drawing, edits
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock, secret_file
from consentry.wiring.passage import passage_over
from consentry.wiring.tools import made

SCOPES = frozenset({"gate", "canary"})
"""What a canary's key is for."""

LASTS = timedelta(minutes=15)
"""How long its key lasts at most; it is taken back after the flight."""

IMAGES = re.compile(rb'"(b64_json|inlineData|inline_data|url|result)"\s*:\s*["{\[]|data:image')
"""What stands in an answer that may hold an image, or lead to one; `"result": null` does not."""

OUTSIDE = "CANARY_AUTHORIZATION_"
"""With a route's name in capitals: the environment variable with its `authorization`. It is kept nowhere."""


def canary_over(settings: Settings, store: Store, access: Access, rules: str = "") -> Canary:
    """Canaries that try this server and whatever else is registered; `rules` is the version of its rules."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - is not listened on
    return Canary(
        store=store,
        key=partial(_key, access),
        knock=partial(_knock, settings.upstream_seconds),
        base=(settings.canary_url or f"http://{host}:{settings.port}").rstrip("/"),
        figure=lambda: edits.encoded(drawing.figure(7), "png"),
        makes=settings.canary_makes,
        every=timedelta(minutes=settings.canary_minutes),
        outside=_outside,
        setup=hashlib.sha256("\n".join((consentry.__version__, repr(settings), rules)).encode()).hexdigest(),
    )


@contextlib.contextmanager
def open_canary(settings: Settings) -> Iterator[Canary]:
    """Only what is needed to have canaries fly, beside a server."""
    clock, ids, directory = SystemClock(), RandomIds(), made(settings.directory)
    store = open_store(settings.database_url, clock, ids)
    with contextlib.closing(store):
        passage_over(settings, store).register()
        access = Access(store, clock, ids, secret_file(directory / "pepper.key"))
        yield canary_over(settings, store, access)


@contextlib.contextmanager
def _key(access: Access) -> Iterator[str]:
    """A key for one flight."""
    found, shown = access.make("canary", SCOPES, "", LASTS)
    try:
        yield shown
    finally:
        access.revoke(found.id)


def _outside(route: str) -> str:
    """What the environment says that a route outside wants as `authorization`: `app-ios` is `APP_IOS`."""
    return os.environ.get(OUTSIDE + re.sub(r"[.-]", "_", route).upper(), "")


def _knock(seconds: float, url: str, body: bytes, authorization: str) -> Heard:
    """Send `body` to `url` as a caller would, marked as a probe."""
    headers = {"content-type": "application/json", LABEL: "1"}
    headers |= {"authorization": authorization} if authorization else {}
    try:
        reply = httpx2.post(url, content=body, headers=headers, timeout=seconds, follow_redirects=False)
    except httpx2.HTTPError:
        return Heard(0, "", "", images=False)
    told = reply.headers.get("consentry-decision", ""), reply.headers.get("consentry-log-index", "")
    image = reply.headers.get("content-type", "").startswith("image/")
    return Heard(reply.status_code, *told, images=image or IMAGES.search(reply.content) is not None)

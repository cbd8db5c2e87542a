"""Screens of looking: a picture covered, and the original for as long as a key is held."""

from __future__ import annotations

import json

from fastapi.responses import Response

from consentry.core.exposure import SHOWN
from consentry.core.staff import Permission
from consentry.web.console import pages
from consentry.web.console.asked import Asked, Screen

LOOK = "/console/look"
"""Where an original is fetched, once."""

IMAGE = {"content-disposition": "inline", "content-security-policy": "sandbox", "cache-control": "no-store"}
"""Headers of every picture: nothing keeps it, and nothing in it runs."""


def _cover(asked: Asked) -> Response:
    query = asked.request.query_params
    data = asked.system.looks.covered(
        asked.named("review"),
        asked.named("copy"),
        query.get("style", "sketch"),
        query.get("size", "medium"),
        query.get("blur", "strong"),
    )
    return _image(data)


def _describe(asked: Asked) -> Response:
    words = asked.system.looks.describe(asked.named("review"), asked.named("copy"))
    return pages.json(json.dumps({"says": words}))


def _ask(asked: Asked) -> Response:
    look, opens = asked.system.looks.ask(asked.named("review"), asked.named("copy"), asked.member)
    seconds = SHOWN.total_seconds()
    return pages.json(
        json.dumps({"look": look.id, "opens": opens, "at": f"{LOOK}/{opens}", "seconds": seconds})
    )


def _open(asked: Asked) -> Response:
    return _image(asked.system.looks.open(asked.named("opens"), asked.member))


def _close(asked: Asked) -> Response:
    asked.system.looks.cover(asked.named("opens"), asked.member)
    return pages.json("{}")


def _image(data: bytes) -> Response:
    return Response(data, media_type="image/jpeg", headers={**pages.HEADERS, **IMAGE})


_SEE, _REVEAL = Permission.QUEUE_SEE, Permission.ORIGINAL_REVEAL

SCREENS = (
    Screen("GET", "/cases/{review}/cover/{copy}", _SEE, _cover, "See a picture covered"),
    Screen("GET", "/cases/{review}/describe/{copy}", _SEE, _describe, "Read what kind of picture it is"),
    Screen("POST", "/cases/{review}/look/{copy}", _REVEAL, _ask, "Ask for an original, in the log"),
    Screen("GET", "/look/{opens}", _REVEAL, _open, "Fetch an original, once, within ten seconds"),
    Screen("POST", "/look/{opens}/close", _REVEAL, _close, "Say that an original was covered again"),
)
"""Screens of this file."""

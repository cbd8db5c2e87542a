"""The door of consents: recorded for the person depicted, shown to whoever recorded it, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from consentry.core.consent import Consent, Use
from consentry.core.entry import stamp
from consentry.core.errors import BadInput
from consentry.core.match import Hashes
from consentry.flows.consent import Given, Terms
from consentry.flows.optout import Registered
from consentry.web import auth, bodies
from consentry.web.comeback import NO_STORE, SECRET, Reference, come_back, only, text_of, texts_of
from consentry.web.consents_described import (
    CONSENT,
    GIVEN,
    OPT_OUT,
    REGISTERED,
    SHOWN,
    TAKEN_BACK,
    WITHDRAWN,
)
from consentry.web.describe import needs
from consentry.wiring import System

SCOPE = "consent"
"""What a key must be for."""

FIELDS = {
    "person", "account", "user", "use", "adult", "days", "evidence", "routes", "pictures", "hashes",
}  # fmt: skip
"""Every field of a consent."""

DIGITS = 64
"""Hexadecimal digits of a SHA-256 and of a PDQ hash."""

BEST = 100
"""Highest PDQ quality."""


def router(system: System) -> APIRouter:
    """The doors of consents and of the register of pictures that nobody may edit."""
    routes = APIRouter(tags=["consent"])

    @routes.post(
        "/v1/consents",
        status_code=201,
        summary="Record a consent of the person depicted",
        openapi_extra=CONSENT,
        responses=GIVEN,
    )
    async def record(request: Request) -> Response:
        """Pictures are hashed and not kept. Hand reference and passphrase to the person: they withdraw."""
        key = await anyio.to_thread.run_sync(auth.key, request, system.access, SCOPE)
        fields = bodies.json_object(await bodies.raw(request, system.max_body))
        given = await anyio.to_thread.run_sync(system.consents.record, _terms(fields), key.id)
        return JSONResponse(_given(given), 201, NO_STORE)

    @routes.get(
        "/v1/consents/{reference}",
        summary="Show a consent",
        openapi_extra=needs(SCOPE),
        responses=SHOWN,
    )
    async def show(request: Request, reference: Reference) -> Response:
        """For the key that recorded it. Anybody else is told that there is none."""
        key = await anyio.to_thread.run_sync(auth.key, request, system.access, SCOPE)
        found = await anyio.to_thread.run_sync(system.consents.show, reference, key.id)
        return JSONResponse(_shown(found), 200, NO_STORE)

    @routes.delete(
        "/v1/consents/{reference}",
        summary="Withdraw a consent for the person",
        openapi_extra=needs(SCOPE),
        responses=WITHDRAWN,
    )
    async def delete(request: Request, reference: Reference) -> Response:
        """It counts from the next request on."""
        key = await anyio.to_thread.run_sync(auth.key, request, system.access, SCOPE)
        ended = await anyio.to_thread.run_sync(system.consents.withdraw, reference, key.id)
        return JSONResponse(_ended(ended), 200, NO_STORE)

    @routes.post(
        "/v1/consents/{reference}/withdraw",
        summary="Withdraw your own consent",
        openapi_extra=SECRET,
        responses=WITHDRAWN,
    )
    async def withdraw(request: Request, reference: Reference) -> Response:
        """No account and no key are needed, only the six words. It is a POST so that they stay unseen."""
        passphrase, _ = await come_back(request, system.door, reference)
        consents = system.consents
        ended = await anyio.to_thread.run_sync(consents.withdraw_by_person, reference, passphrase)
        return JSONResponse(_ended(ended), 200, NO_STORE)

    @routes.post(
        "/v1/opt-outs",
        status_code=201,
        summary="Register a picture so that nobody edits it",
        openapi_extra=OPT_OUT,
        responses=REGISTERED,
    )
    async def opt_out(request: Request) -> Response:
        """No account and no key are needed. Pictures are hashed and not kept; hashes alone do as well."""
        fields = bodies.json_object(await bodies.raw(request, system.max_body))
        only(fields, {"pictures", "hashes"})
        pictures, hashes = _pictures(fields), _hashes(fields)
        made = await anyio.to_thread.run_sync(system.optouts.register, pictures, hashes)
        return JSONResponse(_registered(made), 201, NO_STORE)

    @routes.post(
        "/v1/opt-outs/{reference}/withdraw",
        summary="Take a registration back",
        openapi_extra=SECRET,
        responses=TAKEN_BACK,
    )
    async def opt_in(request: Request, reference: Reference) -> Response:
        """Whoever holds the six words may."""
        passphrase, _ = await come_back(request, system.door, reference)
        held = await anyio.to_thread.run_sync(system.optouts.withdraw, reference, passphrase)
        return JSONResponse({"reference": reference, "pictures": held}, 200, NO_STORE)

    return routes


def _terms(fields: Mapping[str, object]) -> Terms:
    only(fields, FIELDS)
    days = fields.get("days")
    if isinstance(days, bool) or not isinstance(days, int):
        raise BadInput("`days` must be a whole number.", param="days")
    try:
        use, lasts = Use(str(fields.get("use"))), timedelta(days=days)
    except (ValueError, OverflowError):
        raise BadInput("`use` is `make` or `publish`, and `days` a number of days.", param="use") from None
    return Terms(
        person=text_of(fields, "person"),
        account=auth.account_id(text_of(fields, "account"), text_of(fields, "user")),
        use=use,
        adult=fields.get("adult") is True,
        lasts=lasts,
        evidence=text_of(fields, "evidence"),
        routes=frozenset(texts_of(fields, "routes")),
        inputs=tuple(_hashes(fields)),
        pictures=_pictures(fields),
    )


def _pictures(fields: Mapping[str, object]) -> Sequence[bytes]:
    return [bodies.data_url(url) for url in texts_of(fields, "pictures")]


def _hashes(fields: Mapping[str, object]) -> Sequence[Hashes]:
    found = fields.get("hashes", [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadInput("`hashes` must be a list of objects.", param="hashes")
    return [_hash(one) for one in found]


def _hash(fields: Mapping[str, object]) -> Hashes:
    """Hashes that somebody made themselves: `sha256`, or `pdq` with its `quality`, or all three."""
    only(fields, {"sha256", "pdq", "quality"})
    sha256, pdq, quality = text_of(fields, "sha256"), text_of(fields, "pdq"), fields.get("quality", 0)
    sound = all(not one or _hexadecimal(one) for one in (sha256, pdq)) and bool(sha256 or pdq)
    if not sound or isinstance(quality, bool) or not isinstance(quality, int) or not 0 <= quality <= BEST:
        raise BadInput(
            "A hash has `sha256` or `pdq` of 64 hexadecimal digits, and `quality` from 0 to 100.",
            param="hashes",
        )
    return Hashes(sha256.lower(), (bytes.fromhex(pdq),) if pdq else (), quality if pdq else 0)


def _hexadecimal(text: str) -> bool:
    return len(text) == DIGITS and all(digit in "0123456789abcdefABCDEF" for digit in text)


def _given(given: Given) -> dict[str, object]:
    return {
        **_shown(given.consent),
        "passphrase": given.passphrase,
        "keep_this": "For the person depicted. Shown once; with it they can withdraw their consent.",
        "log_index": given.place,
    }


def _shown(consent: Consent) -> dict[str, object]:
    """What a consent says, without the person's name for whoever reads over a shoulder."""
    return {
        "reference": consent.id,
        "account": consent.account,
        "use": consent.use.value,
        "routes": sorted(consent.routes),
        "inputs": len(consent.inputs),
        "given": stamp(consent.given),
        "expires": stamp(consent.expires),
        "withdrawn": stamp(consent.revoked) if consent.revoked else None,
        "evidence": consent.evidence,
    }


def _ended(consent: Consent) -> dict[str, object]:
    withdrawn = stamp(consent.revoked) if consent.revoked else None
    return {"reference": consent.id, "withdrawn": withdrawn}


def _registered(made: Registered) -> dict[str, object]:
    return {
        "reference": made.reference,
        "passphrase": made.passphrase,
        "keep_this": "The passphrase is shown once. With it you can take this back.",
        "pictures": made.pictures,
        "only_by_file": made.weak,
        "log_index": made.place,
    }

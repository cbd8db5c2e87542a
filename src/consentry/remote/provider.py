"""The organisation's own sign-in, spoken to as OpenID Connect Core 1.0 says: code flow, PKCE, state, nonce.

1. The provider's description must name the issuer that the operator set, letter by letter, and its
   addresses must be `https` (on this machine alone, for trying out, also `http`).
2. The identity token counts only if a key of the provider signed it, for us, for this very sign-in, now.
3. Nothing the provider says in words is repeated; of who signed in, a digest of issuer and subject is kept.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from consentry.core.errors import NotAllowed, UpstreamTrouble
from consentry.core.ports import Clock

SECONDS: Final = 10.0
"""Longest wait for each answer."""

MOST: Final = 256 * 1024
"""Longest answer in bytes."""

PAUSE: Final = 30.0
"""Seconds for which a provider that did not answer is not asked for its description again."""

LEEWAY: Final = 60
"""Seconds by which the provider's clock and ours may differ."""

KEPT: Final = 3600.0
"""Seconds for which the provider's description and keys are kept."""

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
"""Signatures that count: with a key of the provider's own, never with a shared secret, never none."""

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts of this machine."""

OK: Final = 200


@dataclass(frozen=True, slots=True)
class Client:
    """What the operator agreed with the provider."""

    issuer: str
    """The provider's issuer identifier."""
    id: str
    """What we are called there."""
    secret: str
    """What we show there; empty if we are a public client."""
    name: str
    """What the button says."""
    back: str
    """Where the provider sends browsers back to."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider says of itself."""

    said: Mapping[str, Any]
    """Its description (OpenID Connect Discovery 1.0)."""
    keys: KeySet
    """Its keys."""
    until: float
    """Until when they are kept, by the machine's steady clock."""


class OpenIdProvider:
    """One provider. Safe to share between threads."""

    def __init__(self, client: Client, clock: Clock, pause: float = PAUSE) -> None:
        """Sign in at the provider of `client`; `clock` tells when a token has ended."""
        self.name = client.name
        self._client = client
        self._clock = clock
        self._known: _Known | None = None
        self._lock = threading.Lock()
        self._pause = pause
        self._down_until = 0.0

    def address(self, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is sent. Raises UpstreamTrouble if the provider does not answer."""
        address: str = prepare_grant_uri(
            self._about().said["authorization_endpoint"],
            client_id=self._client.id,
            response_type="code",
            redirect_uri=self._client.back,
            scope="openid",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return address

    def identity(self, code: str, nonce: str, verifier: str) -> str:
        """A digest of who signed in there. Raises NotAllowed if it is not proved, UpstreamTrouble."""
        token = self._token(code, verifier)
        claims = self._claims(token, nonce)
        return hashlib.sha256(f"{claims['iss']}\n{claims['sub']}".encode()).hexdigest()

    def _token(self, code: str, verifier: str) -> str:
        """The identity token that the provider gives for `code`."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.back,
            "code_verifier": verifier,
            "client_id": self._client.id,
        }
        shown = httpx2.BasicAuth(self._client.id, self._client.secret) if self._client.secret else None
        said = _asked("POST", self._about().said["token_endpoint"], refusal=True, data=form, auth=shown)
        token = said.get("id_token")
        if not isinstance(token, str):
            raise _refused()
        return token

    def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """What the token says, if it is proved. Unknown keys are looked for anew, once."""
        try:
            try:
                found = jwt.decode(token, self._about().keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                self._known = None
                found = jwt.decode(token, self._about().keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(
                found.claims,
                found.header,
                options={
                    "iss": {"essential": True, "value": self._client.issuer},
                    "aud": {"essential": True, "value": self._client.id},
                    "nonce": {"essential": True, "value": nonce},
                },
                params={"client_id": self._client.id, "nonce": nonce},
            )
            claims.validate(now=int(self._clock.now().timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError):
            raise _refused() from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise _refused()
        return dict(claims)

    def _about(self) -> _Known:
        """What the provider says of itself, asked anew after an hour. Raises UpstreamTrouble."""
        with self._lock:
            if self._known is not None and time.monotonic() < self._known.until:
                return self._known
            if time.monotonic() < self._down_until:
                raise _down()  # or whoever asks again and again would hold up every thread there is
            self._down_until = time.monotonic() + self._pause
            self._known = self._asked_anew()
            self._down_until = 0.0
            return self._known

    def _asked_anew(self) -> _Known:
        issuer = self._client.issuer
        said = _asked("GET", get_well_known_url(issuer, external=True))
        if said.get("issuer") != issuer:
            raise UpstreamTrouble(
                "The sign-in service names another issuer than the one that is set.",
                code="provider_issuer",
                next_step="Set `oidc_issuer` to the issuer that the service names, letter by letter.",
            )
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _safe(said.get(name), issuer):
                raise _down()
        try:
            keys = KeySet.import_key_set(_asked("GET", said["jwks_uri"]))  # type: ignore[arg-type]  # checked by it
        except (JoseError, ValueError, KeyError, TypeError):
            raise _down() from None
        return _Known(said, keys, time.monotonic() + KEPT)


def _safe(address: object, issuer: str) -> bool:
    """Whether an address the provider names is one to go to: TLS, or this machine if the issuer is."""
    if not isinstance(address, str):
        return False
    found = urlsplit(address)
    here = found.hostname in LOOPBACK and urlsplit(issuer).hostname in LOOPBACK
    return bool(found.hostname) and (found.scheme == "https" or (found.scheme == "http" and here))


def _asked(method: str, address: str, *, refusal: bool = False, **more: Any) -> dict[str, Any]:
    """The JSON object that comes back. Raises UpstreamTrouble; NotAllowed if `refusal` and it says 4xx."""
    try:
        with (
            httpx2.Client(timeout=SECONDS, follow_redirects=False) as http,
            http.stream(method, address, **more) as reply,
        ):
            body = bytearray()
            for part in reply.iter_bytes():
                body += part
                if len(body) > MOST:
                    raise _down()
            status = reply.status_code
        if status != OK:
            raise _refused() if refusal and 400 <= status < 500 else _down()  # noqa: PLR2004 - RFC 9110 15.5
        found = httpx2.Response(status, content=bytes(body)).json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
        raise _down() from None
    if not isinstance(found, dict):
        raise _down()
    return found


def _down() -> UpstreamTrouble:
    return UpstreamTrouble(
        "The organisation's sign-in does not answer as it should.",
        code="provider_down",
        next_step="Use your passkey, or try again later.",
    )


def _refused() -> NotAllowed:
    return NotAllowed(
        "The organisation's sign-in did not say who you are.",
        code="not_signed_in",
        next_step="Begin anew from the sign-in page.",
    )

"""A provider of sign-ins on this machine, after OpenID Connect Core and Discovery 1.0 and RFC 7636."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "console", "shared between the two"


@dataclass
class Elsewhere:
    """The provider: who is signed in there, and in which way it misbehaves."""

    sub: str = "person-7"
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1", "use": "sig"}))
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    """Claims that differ from what they should be."""
    about: dict[str, Any] = field(default_factory=dict)
    """What differs in its description."""
    sign: ECKey | OctKey | None = None
    """Another key to sign with."""
    header: dict[str, str] = field(default_factory=lambda: {"alg": "ES256", "kid": "1"})
    answer: tuple[int, bytes] | None = None
    """What it answers to everything instead."""
    url: str = ""
    calls: list[str] = field(default_factory=list)

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            **self.about,
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to (3.1.2.5): the person is signed in here already."""
        wanted = {
            "response_type": "code",
            "client_id": CLIENT,
            "scope": "openid",
            "code_challenge_method": "S256",
        }
        assert wanted.items() <= query.items()
        code = secrets.token_urlsafe(16)
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """A token for a code, once, for the right client and verifier (3.1.3.2, RFC 7636 4.6)."""
        query = self.asked.pop(form.get("code", ""), None)
        shown = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if (
            query is None
            or shown != f"{CLIENT}:{SECRET}"
            or form["redirect_uri"] != query["redirect_uri"]
            or challenge.decode().rstrip("=") != query["code_challenge"]
        ):
            return 400, {"error": "invalid_grant", "error_description": "words of theirs"}
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": self.sub,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": query["nonce"],
        }
        claims = {name: value for name, value in {**claims, **self.claims}.items() if value is not None}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.signed(claims)}

    def signed(self, claims: dict[str, Any]) -> str:
        if self.header["alg"] != "none":
            return jwt.encode(self.header, claims, self.sign or self.key, algorithms=["ES256", "HS256"])
        parts = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in (self.header, claims))
        return ".".join([*(part.decode().rstrip("=") for part in parts), ""])


@contextmanager
def elsewhere(host: str = "127.0.0.1") -> Iterator[Elsewhere]:
    """A running provider."""
    provider = Elsewhere()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.answered({})

        def do_POST(self):
            data = self.rfile.read(int(self.headers["content-length"])).decode()
            self.answered({name: found[0] for name, found in parse_qs(data).items()})

        def answered(self, form):
            path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
            provider.calls.append(path)
            if provider.answer:
                return self.say(*provider.answer)
            if path == "/authorize":
                back = provider.authorize({name: found[0] for name, found in query.items()})
                return self.say(302, b"", location=back)
            if path == "/token":
                status, said = provider.token(form, self.headers.get("authorization", ""))
                return self.say(status, json.dumps(said).encode())
            said = {"/keys": {"keys": [provider.key.as_dict(private=False)]}}
            return self.say(200, json.dumps(said.get(path, provider.description())).encode())

        def say(self, status, body, **headers):
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer((host, 0), Handler)
    provider.url = f"http://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""A gate's key for permits, and a generator that counts its calls, for tests of guards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consentry.core.permit import call_of
from consentry.store.signing import SignedPermits
from consentry.store.system import SystemClock
from support.stores import CountingIds, HandClock

NAME = "gate.example/permit"
BODY = b'{"prompt":"a harbour"}'
PATH = "/v1/images/generations"
JSON = "application/json"


@dataclass
class Issuer:
    """Issues real permits; its clock is the guard's too."""

    clock: HandClock = field(default_factory=lambda: HandClock(SystemClock().now()))
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    ids: CountingIds = field(default_factory=CountingIds)
    generator: str = "generator"

    @property
    def permits(self) -> SignedPermits:
        return SignedPermits(NAME, self.generator, self.key, self.clock, self.ids)

    @property
    def vkey(self) -> str:
        return self.permits.vkey

    def token(self, body: bytes = BODY, path: str = PATH, kind: str = JSON, method: str = "POST") -> str:
        return self.permits.issue(call_of(method, path, kind, body), "dec_1")


@dataclass
class Painter:
    """An ASGI application that remembers what reached it."""

    asked: list[tuple[str, bytes]] = field(default_factory=list)

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.asked.append((scope["path"], body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-made", b"1")]})
        await send({"type": "http.response.body", "body": b"an image"})

    @property
    def bodies(self) -> Sequence[bytes]:
        return [body for _, body in self.asked]

"""Somebody who sees every permit can use none of them again, elsewhere, later, or for anything else."""

import asyncio
import base64
import json

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.permit import CONTEXT
from consentry.guard import PermitGuard
from consentry.store.memory import MemoryStore
from consentry.store.signing import SignedLog
from support.gate import BODY, JSON, PATH, Issuer, Painter
from support.stores import CountingIds, HandClock

OTHER_BODY = b'{"prompt":"something else"}'


class Attacker:
    """Holds a fresh permit for BODY, and a way to the guard."""

    def __init__(self):
        self.issuer, self.painter = Issuer(), Painter()
        self.guard = PermitGuard(self.painter, self.issuer.vkey, now=self.issuer.clock.now)
        self.token = self.issuer.token()

    def send(self, token=None, body=BODY, path=PATH, kind=JSON, method="POST", **headers):
        async def call():
            transport = httpx2.ASGITransport(app=self.guard)
            async with httpx2.AsyncClient(transport=transport, base_url="http://painter") as client:
                given = {"content-type": kind, "consentry-permit": self.token if token is None else token}
                reply = await client.request(method, path, content=body, headers=given | headers)
                return reply.status_code, reply.json()["error"]["code"] if reply.status_code != 200 else ""

        return asyncio.run(call())


@pytest.fixture
def attacker():
    return Attacker()


def test_the_permit_itself_is_good(attacker):
    assert attacker.send() == (200, "")


def test_replayed_at_once_or_in_parallel(attacker):
    async def both():
        transport = httpx2.ASGITransport(app=attacker.guard)
        async with httpx2.AsyncClient(transport=transport, base_url="http://painter") as client:
            headers = {"content-type": JSON, "consentry-permit": attacker.token}
            calls = [client.post(PATH, content=BODY, headers=headers) for _ in range(20)]
            return [reply.status_code for reply in await asyncio.gather(*calls)]

    assert sorted(asyncio.run(both())) == [200] + [403] * 19
    assert len(attacker.painter.asked) == 1


def test_kept_for_later(attacker):
    attacker.issuer.clock.pass_(61)
    assert attacker.send() == (403, "permit_invalid")


def test_kept_until_the_guard_has_restarted(attacker):
    attacker.send()
    attacker.issuer.clock.pass_(2)
    attacker.guard = PermitGuard(attacker.painter, attacker.issuer.vkey, now=attacker.issuer.clock.now)
    assert attacker.send() == (403, "permit_used")


@pytest.mark.parametrize(
    "other",
    [
        {"body": OTHER_BODY},
        {"body": BODY + b"\n"},
        {"body": b""},
        {"path": "/v1/images/edits"},
        {"path": PATH + "?n=10"},
        {"path": PATH + "/"},
        {"path": "/v1/images/%67enerations"},
        {"kind": "application/x-www-form-urlencoded"},
        {"kind": JSON + "; charset=utf-7"},
        {"method": "PUT"},
        {"content-encoding": "deflate"},
    ],
    ids=str,
)
def test_used_for_anything_else(attacker, other):
    assert attacker.send(**other) == (403, "permit_invalid")
    assert attacker.painter.asked == []


def altered(token, **changes):
    head, _, tail = token.partition(".")
    said = json.loads(base64.urlsafe_b64decode(head + "=="))
    text = json.dumps(said | changes, sort_keys=True, separators=(",", ":"))
    return f"{base64.urlsafe_b64encode(text.encode()).decode().rstrip('=')}.{tail}"


@pytest.mark.parametrize("field", ["expires", "issued", "nonce", "sha256", "target", "generator", "decision"])
def test_altered_in_any_field(attacker, field):
    change = 2_000_000_000 if field in {"expires", "issued"} else "x"
    assert attacker.send(altered(attacker.token, **{field: change})) == (403, "permit_invalid")


@given(st.data())
def test_altered_in_any_letter(data):
    attacker = Attacker()
    at = data.draw(st.integers(0, len(attacker.token) - 1))
    letter = data.draw(st.sampled_from("abcXYZ019-_.").filter(lambda one: one != attacker.token[at]))
    changed = attacker.token[:at] + letter + attacker.token[at + 1 :]
    assert attacker.send(changed) == (403, "permit_invalid")


def test_signed_with_a_key_of_ones_own(attacker):
    assert attacker.send(Issuer(clock=attacker.issuer.clock).token()) == (403, "permit_invalid")


def test_a_permit_for_another_generator_of_the_same_gate(attacker):
    other = Issuer(attacker.issuer.clock, attacker.issuer.key, generator="another")
    assert attacker.send(other.token()) == (403, "permit_invalid")


def test_a_signature_that_the_same_key_made_for_something_else(attacker):
    """Even if somebody signs a log and permits with one key, no checkpoint is a permit."""
    store = MemoryStore(HandClock(), CountingIds())
    note = SignedLog(store, "gate.example/permit", attacker.issuer.key).checkpoint()
    text, _, line = note.rpartition("\n\n")
    seal = base64.b64decode(line.split(" ")[-1].strip())
    head = base64.urlsafe_b64encode(text.encode() + b"\n").decode().rstrip("=")
    tail = base64.urlsafe_b64encode(seal).decode().rstrip("=")
    assert attacker.send(f"{head}.{tail}") == (403, "permit_invalid")
    assert CONTEXT.startswith(b"consentry permit")


@pytest.mark.parametrize("token", ["", ".", "e30.e30", "null", "Bearer x", "a" * 100_000, "..", "%00.%00"])
def test_made_up(attacker, token):
    assert attacker.send(token)[0] == 403
    assert attacker.painter.asked == []

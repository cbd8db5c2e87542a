"""A permit is for one exact call, to one generator, for one minute; whatever is not exactly so is none."""

import base64
import dataclasses
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.checkpoint import VerifierKey
from consentry.core.errors import BadInput, NoPermit
from consentry.core.permit import (
    CONTEXT,
    LIFETIME,
    MAX_TOKEN,
    SKEW,
    Call,
    Permit,
    call_of,
    check,
    grant,
    read,
    sign,
)

NOON = datetime(2026, 11, 25, 12, 0, 0, 999_999, UTC)
CALL = call_of("post", "/v1/images/generations?x=1", "application/json", b"{}")
PERMIT = grant(CALL, "dec_1", "painter", NOON, "nonce_1")
KEY = VerifierKey("gate.example/permit", b"k" * 32)
OTHER = VerifierKey("gate.example/permit", b"o" * 32)


def seal(public, message):
    """Stands for Ed25519: only who knows `public` here can make it, and every bit counts."""
    return hashlib.sha512(public + message).digest()


def signer(key=KEY):
    return lambda message: seal(key.public, message)


def verify(public, signature, message):
    return signature == seal(public, message)


def token(permit=PERMIT, key=KEY):
    return sign(permit, key, signer(key))


def encoded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def signed(payload, key=KEY, context=CONTEXT):
    return f"{encoded(payload)}.{encoded(key.key_id() + seal(key.public, context + payload))}"


def refused(text, keys=(KEY,)):
    with pytest.raises(NoPermit) as caught:
        read(text, keys, verify)
    return caught.value


def test_what_was_granted_is_read_again_and_holds_for_its_call():
    found = read(token(), [OTHER, KEY], verify)
    assert found == PERMIT
    check(found, CALL, "painter", NOON)


def test_a_permit_says_all_of_this():
    assert json.loads(PERMIT.payload()) == {
        "v": 1,
        "method": "POST",
        "target": "/v1/images/generations?x=1",
        "type": "application/json",
        "sha256": hashlib.sha256(b"{}").hexdigest(),
        "decision": "dec_1",
        "generator": "painter",
        "issued": 1795608000,
        "expires": 1795608060,
        "nonce": "nonce_1",
    }
    assert PERMIT.issued == NOON.replace(microsecond=0)
    assert timedelta(seconds=60) == LIFETIME
    assert timedelta(seconds=5) == SKEW


@pytest.mark.parametrize("given", [("", "painter", "n"), ("dec_1", "", "n"), ("dec_1", "painter", "")])
def test_nothing_is_granted_without_a_decision_a_generator_and_a_nonce(given):
    decision, generator, nonce = given
    with pytest.raises(BadInput) as caught:
        grant(CALL, decision, generator, NOON, nonce)
    assert caught.value.code == "no_decision"


def test_a_call_without_a_permit_is_told_so():
    assert (refused("").code, refused("").status) == ("permit_missing", 403)


@pytest.mark.parametrize(
    "changed",
    [
        call_of("PUT", CALL.target, CALL.type, b"{}"),
        call_of("POST", "/v1/images/generations", CALL.type, b"{}"),
        call_of("POST", CALL.target, "text/plain", b"{}"),
        call_of("POST", CALL.target, CALL.type, b"{} "),
    ],
)
def test_it_is_for_no_other_call(changed):
    with pytest.raises(NoPermit, match="another request"):
        check(PERMIT, changed, "painter", NOON)


def test_it_is_for_no_other_generator():
    with pytest.raises(NoPermit, match="another generator"):
        check(PERMIT, CALL, "other", NOON)


def test_it_ends_after_a_minute_to_the_moment():
    check(PERMIT, CALL, "painter", PERMIT.expires - timedelta(microseconds=1))
    with pytest.raises(NoPermit, match="expired"):
        check(PERMIT, CALL, "painter", PERMIT.expires)


def test_a_clock_that_is_a_little_ahead_is_borne_and_no_more():
    check(PERMIT, CALL, "painter", PERMIT.issued - SKEW)
    with pytest.raises(NoPermit, match="clocks"):
        check(PERMIT, CALL, "painter", PERMIT.issued - SKEW - timedelta(microseconds=1))


def test_nobody_signs_for_longer_than_a_permit_lasts():
    longer = dataclasses.replace(PERMIT, expires=PERMIT.expires + timedelta(seconds=1))
    with pytest.raises(NoPermit, match="clocks"):
        check(longer, CALL, "painter", NOON)


def test_a_key_that_is_not_known_signs_nothing():
    assert "No key" in refused(token(key=OTHER)).message
    assert "No key" in refused(token(), keys=()).message


def test_a_false_signature_under_a_known_key_is_seen():
    head, _, _ = token().partition(".")
    assert "false" in refused(f"{head}.{encoded(KEY.key_id() + b'0' * 64)}").message


@pytest.mark.parametrize("size", [0, 63, 65])
def test_a_signature_has_its_length(size):
    head, _, _ = token().partition(".")
    assert "No key" in refused(f"{head}.{encoded(KEY.key_id() + b'0' * size)}").message


def test_what_was_signed_as_something_else_is_no_permit():
    assert "false" in refused(signed(PERMIT.payload(), context=b"")).message


def test_a_very_long_permit_is_not_read():
    room = MAX_TOKEN - len(token()) - len("_")
    fits = dataclasses.replace(PERMIT, nonce="n" * (len(PERMIT.nonce) + room * 3 // 4))
    assert MAX_TOKEN - 3 <= len(token(fits)) <= MAX_TOKEN
    assert read(token(fits), [KEY], verify) == fits
    assert "too long" in refused(token(dataclasses.replace(fits, nonce=fits.nonce + "nnn"))).message


def payload(**changes):
    found = json.loads(PERMIT.payload()) | changes
    return json.dumps({n: v for n, v in found.items() if v is not ...}, sort_keys=True, separators=(",", ":"))


@pytest.mark.parametrize(
    "said",
    [
        "",
        "7",
        "[]",
        "{",
        "[" * 5_000,
        payload(v=2),
        payload(v=True),
        payload(nonce=...),
        payload(more=1),
        payload(nonce=7),
        payload(issued="1795608000"),
        payload(issued=True),
        payload(v=...),
        payload(nonce=["n"]),
        payload(expires=1.5),
        payload(expires=10**30),
        payload() + " ",
        json.dumps(json.loads(PERMIT.payload())),
    ],
)
def test_even_if_it_is_signed_it_has_the_one_form_of_a_permit(said):
    assert "one form" in refused(signed(said.encode())).message


@pytest.mark.parametrize(
    "text", [".", "a", "a.b", "%.%", "a.b.c", "é.é", token() + "=", token() + "\n", " " + token()]
)
def test_what_is_not_base64_in_its_one_form_is_no_permit(text):
    refused(text)


def test_the_words_of_a_refusal_tell_what_to_do():
    assert refused("a.b").code == "permit_invalid"
    assert refused("a.b").message.startswith("The permit of this call cannot be used. ")
    assert "through the gate" in refused("a.b").next_step


@given(st.integers(0, len(token()) - 1), st.integers(1, 127))
def test_no_letter_of_a_permit_can_be_changed(at, by):
    other = token()[:at] + chr((ord(token()[at]) + by) % 128) + token()[at + 1 :]
    refused(other)


@given(st.text(), st.text(), st.text(), st.binary(), st.text(min_size=1))
def test_whatever_a_call_is_its_permit_comes_back_whole(method, target, kind, body, nonce):
    try:
        permit = grant(call_of(method, target, kind, body), "d", "g", NOON, nonce)
        shown = token(permit)
    except UnicodeEncodeError:
        return
    if len(shown) <= MAX_TOKEN:
        assert read(shown, [KEY], verify) == permit


def test_a_call_is_known_by_the_digest_of_its_body():
    assert call_of("get", "/", "", b"") == Call("GET", "/", "", hashlib.sha256(b"").hexdigest())
    assert isinstance(PERMIT, Permit)

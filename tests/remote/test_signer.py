"""What is signed here, others can check: the official library, and Ed25519 by the specification."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from consentry.core.errors import SetupTrouble
from consentry.remote.signer import WebhookSigner, public_half
from consentry.store.system import SystemClock

OLD, NEW = ("whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))
PRIVATE = (
    "whsk_" + base64.b64encode(Ed25519PrivateKey.from_private_bytes(b"k" * 32).private_bytes_raw()).decode()
)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BODY = b'{"type": "item.hide"}'


def test_the_official_library_accepts_it_and_refuses_another_body():
    headers = dict(WebhookSigner([OLD])("cpy_1", SystemClock().now(), BODY))
    assert Webhook(OLD).verify(BODY, headers) == {"type": "item.hide"}
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY + b" ", headers)


def test_while_a_secret_is_changed_both_the_old_and_the_new_one_are_good():
    headers = dict(WebhookSigner([NEW, OLD])("cpy_1", SystemClock().now(), BODY))
    for secret in (OLD, NEW):
        assert Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY, dict(WebhookSigner([NEW])("cpy_1", SystemClock().now(), BODY)))


def test_a_vector_that_does_not_change():
    headers = WebhookSigner([OLD])("cpy_1", NOON, BODY)
    assert headers["webhook-timestamp"] == "1795348800"
    assert headers["webhook-signature"] == Webhook(OLD).sign("cpy_1", NOON, BODY.decode())


def test_a_private_key_signs_what_its_public_half_checks():
    headers = WebhookSigner([OLD, PRIVATE])("cpy_1", NOON, BODY)
    first, second = headers["webhook-signature"].split(" ")
    assert first.startswith("v1,")
    assert second.startswith("v1a,")
    public = public_half(PRIVATE)
    assert public.startswith("whpk_")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))
    signature = base64.b64decode(second.removeprefix("v1a,"))
    key.verify(signature, b"cpy_1.1795348800." + BODY)
    with pytest.raises(InvalidSignature):
        key.verify(signature, b"cpy_2.1795348800." + BODY)


@pytest.mark.parametrize(
    "secret", ["", "plain", "whsec_", "whsec_c2hvcnQ=", "whsec_?", "whsk_c2hvcnQ=", "whsec_" + "A" * 100]
)
def test_what_is_no_secret_is_told_without_it(secret):
    with pytest.raises(SetupTrouble) as caught:
        WebhookSigner([secret])
    assert not secret or secret not in f"{caught.value}".replace("`whsec_`", "").replace("`whsk_`", "")


def test_a_platform_without_a_secret_is_not_set_up():
    with pytest.raises(SetupTrouble):
        WebhookSigner([])

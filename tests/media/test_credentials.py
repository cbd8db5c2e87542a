"""An image says that a machine made it and under which decision, and carries nobody's picture or name."""

import io
import json

import c2pa
import pytest

from consentry.core.errors import SafetyUnavailable
from consentry.media import drawing, edits
from consentry.media.credentials import ASSERTION, Chain, Credentials, claimed_decisions
from consentry.store.provenance import made
from support.fakes import NOW

DECISION = "dec_abcdefghijklmnopqrstuvwxyz"
SIGNING = made(NOW)
CREDENTIALS = Credentials(Chain(SIGNING.certificates, SIGNING.key), "0.1.0")
KINDS = ["png", "jpeg", "webp", "gif", "avif"]


def signed(kind="png", *, edited=False):
    data = edits.encoded(drawing.figure(1), kind)
    return data, CREDENTIALS.sign(data, kind, DECISION, edited=edited)


def read(data, kind="png"):
    root = (
        SIGNING.certificates.decode().split("-----END CERTIFICATE-----\n")[1] + "-----END CERTIFICATE-----\n"
    )
    trust = c2pa.Settings.from_dict({"trust": {"trust_anchors": root}})
    reader = c2pa.Reader(f"image/{kind}", io.BytesIO(data), context=c2pa.Context(settings=trust))
    found = json.loads(reader.json())
    return found["manifests"][found["active_manifest"]], found["validation_state"]


def actions(manifest):
    (found,) = [each for each in manifest["assertions"] if each["label"].startswith("c2pa.actions")]
    return [
        (each["action"], each.get("digitalSourceType", "").split("/")[-1])
        for each in found["data"]["actions"]
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_image_is_signed_under_the_chain(kind):
    data, out = signed(kind)
    manifest, state = read(out, kind)
    assert state == "Trusted"
    assert len(out) - len(data) < 8_000
    (ours,) = [each for each in manifest["assertions"] if each["label"] == ASSERTION]
    assert ours["data"] == {"decision": DECISION}


def test_made_from_words_is_created_and_made_from_a_picture_is_edited():
    made_manifest, _ = read(signed()[1])
    edited_manifest, state = read(signed(edited=True)[1])
    assert actions(made_manifest) == [("c2pa.created", "trainedAlgorithmicMedia")]
    assert actions(edited_manifest) == [
        ("c2pa.opened", ""),
        ("c2pa.edited", "compositeWithTrainedAlgorithmicMedia"),
    ]
    assert state == "Trusted"


def test_no_thumbnail_and_no_copy_of_an_input_travels_along():
    manifest, _ = read(signed(edited=True)[1])
    assert "thumbnail" not in manifest
    assert [each.get("thumbnail") for each in manifest["ingredients"]] == [None]


def test_one_changed_byte_is_seen():
    _, out = signed("jpeg")
    broken = bytearray(out)
    broken[-100] ^= 1
    assert read(bytes(broken), "jpeg")[1] == "Invalid"


def test_what_cannot_be_signed_does_not_leave():
    with pytest.raises(SafetyUnavailable):
        CREDENTIALS.sign(b"no picture at all", "png", DECISION, edited=False)
    broken = Credentials(Chain(b"no certificate", b"no key"), "0.1.0")
    with pytest.raises(SafetyUnavailable):
        broken.sign(signed()[0], "png", DECISION, edited=False)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "avif"])
def test_a_file_is_searched_for_the_decision_it_names_and_never_parsed(kind):
    data, out = signed(kind)
    assert claimed_decisions(out) == (DECISION,)
    assert claimed_decisions(data) == ()


def test_what_only_looks_like_an_id_is_none():
    assert claimed_decisions(b"dec_short dec_" + b"a" * 27 + b" dec_" + b"1" * 26) == ()
    twice = DECISION.encode() * 2 + b" " + DECISION.encode()
    assert claimed_decisions(twice) == (DECISION,)


def test_the_key_is_never_shown():
    assert "PRIVATE" not in repr(Chain(SIGNING.certificates, SIGNING.key))
    assert "PRIVATE" not in repr(SIGNING)

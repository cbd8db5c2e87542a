"""The chain is made once, kept for the owner's eyes, and an own one takes its place."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from consentry.core.errors import SetupTrouble
from consentry.store.provenance import CERTIFICATES, KEY, LASTS, _name, made, own, signing
from support.fakes import NOW


def test_the_chain_is_made_at_the_first_call_and_stays(tmp_path):
    first = signing(tmp_path, NOW)
    assert signing(tmp_path, NOW + timedelta(days=1)) == first
    assert (tmp_path / KEY).stat().st_mode & 0o077 == 0
    assert {path.name for path in tmp_path.iterdir()} == {KEY, CERTIFICATES}


def test_a_chain_is_a_leaf_under_a_root_and_ends_some_day():
    chain = made(NOW)
    leaf, root = x509.load_pem_x509_certificates(chain.certificates)
    leaf.verify_directly_issued_by(root)
    assert chain.root == root
    assert leaf.not_valid_after_utc == NOW + LASTS
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert "@" not in leaf.subject.rfc4514_string()


def test_two_chains_share_no_key():
    assert made(NOW).key != made(NOW).key


def test_an_own_chain_is_read_from_its_files(tmp_path):
    chain = made(NOW)
    (tmp_path / "c").write_bytes(chain.certificates)
    (tmp_path / "k").write_bytes(chain.key)
    assert own(tmp_path / "c", tmp_path / "k") == chain


def test_what_is_no_certificate_is_named(tmp_path):
    (tmp_path / "c").write_text("nothing")
    for missing in ("c", "gone"):
        with pytest.raises(SetupTrouble) as stopped:
            own(tmp_path / missing, tmp_path / "c")
        assert stopped.value.param == "provenance_chain"


def test_a_key_of_another_kind_is_refused_at_the_start(tmp_path):
    key = Ed25519PrivateKey.generate()
    builder = x509.CertificateBuilder().subject_name(_name("x")).issuer_name(_name("x"))
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + LASTS)
    (tmp_path / "c").write_bytes(builder.sign(key, None).public_bytes(Encoding.PEM))
    with pytest.raises(SetupTrouble, match="P-256"):
        own(tmp_path / "c", tmp_path / "c")


def test_a_chain_that_cannot_be_kept_is_said(tmp_path):
    with pytest.raises(SetupTrouble):
        signing(tmp_path / "gone", NOW)

"""The certificate that images are signed with: the operator's own, or a chain made here.

A chain made here vouches for nobody in the eyes of strangers; who is given its root can verify that
an image left this gate unchanged. The chain and its key are made once, and renewed by hand.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from consentry.core.errors import SetupTrouble

CERTIFICATES = "provenance.pem"
"""The file with the certificates: that of the key first, the root last."""

KEY = "provenance.key"
"""The file with the private key."""

LASTS = timedelta(days=5 * 365)
"""How long a chain made here is good for."""


@dataclass(frozen=True, slots=True)
class Signing:
    """Certificates and the key of the first, in PEM."""

    certificates: bytes
    """That of the key first, then those above it."""
    key: bytes = field(repr=False)
    """The private key."""

    @property
    def root(self) -> x509.Certificate:
        """The last certificate, for whoever wants to verify."""
        return x509.load_pem_x509_certificates(self.certificates)[-1]


def signing(directory: Path, now: datetime) -> Signing:
    """The chain in `directory`, made at the first call. Raises SetupTrouble if it cannot be read or made."""
    if not (directory / CERTIFICATES).exists():
        _write(directory, made(now))
    return own(directory / CERTIFICATES, directory / KEY)


def own(certificates: Path, key: Path) -> Signing:
    """The operator's chain and key. Raises SetupTrouble naming the file that is no good."""
    try:
        found = Signing(certificates.read_bytes(), key.read_bytes())
        chain = x509.load_pem_x509_certificates(found.certificates)
    except (OSError, ValueError):
        raise SetupTrouble(
            f"The signing certificate {certificates.name} or its key cannot be read.",
            param="provenance_chain",
            next_step="Give PEM files: the key's certificate first, and a PKCS #8 key on P-256.",
        ) from None
    if not isinstance(chain[0].public_key(), ec.EllipticCurvePublicKey):
        raise SetupTrouble(
            "Images are signed with a P-256 certificate; this is another kind.", param="provenance_chain"
        )
    return found


def made(now: datetime) -> Signing:
    """A fresh chain of two certificates, valid from `now`."""
    above, below = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Consentry root", above, "Consentry root", above, now)
    leaf = _certificate("Consentry images", below, "Consentry root", above, now)
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in (leaf, root))
    return Signing(pem, below.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    by: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    """One certificate with what C2PA asks for (specification 2.2, section 14.5)."""
    top = key is by
    usage = {"digital_signature": not top, "key_cert_sign": top, "crl_sign": top}
    unused = (
        "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
        "decipher_only",
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(ca=top, path_length=0 if top else None), critical=True)
        .add_extension(x509.KeyUsage(**usage, **dict.fromkeys(unused, False)), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if not top:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(by, hashes.SHA256())


def _name(common: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Consentry")
    return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _write(directory: Path, chain: Signing) -> None:
    """Keep a chain; its key for the owner's eyes alone, and before the certificates that announce it."""
    try:
        for name, data in ((KEY, chain.key), (CERTIFICATES, chain.certificates)):
            beside = directory / f".{name}.new"
            with suppress(FileNotFoundError):
                beside.unlink()
            handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            beside.replace(directory / name)
    except OSError:
        raise SetupTrouble("The signing certificate cannot be kept.", param="data") from None

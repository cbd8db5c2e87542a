"""Packs of evidence as they travel: a tar archive, sealed to its recipient's key (age)."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping, Sequence

import pyrage

from consentry.core.errors import BadInput

MAX_BYTES = 2 * 2**30
"""Largest pack that is opened."""


def packed(files: Mapping[str, bytes]) -> bytes:
    """`files` as a tar archive: the same files, the same bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(files[name]), 0o444
            archive.addfile(entry, io.BytesIO(files[name]))
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a tar archive. Raises BadInput for anything but plain files with plain names."""
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for entry in archive:
                held = archive.extractfile(entry) if entry.isreg() else None
                if held is None or "/" in entry.name or entry.name in {*files, ".", ".."}:
                    raise BadInput("The archive holds something that is no plain file.", code="bad_pack")
                files[entry.name] = held.read()
    except (tarfile.TarError, OSError):
        raise BadInput("The archive is no pack, or was cut short.", code="bad_pack") from None
    return files


def sealed(data: bytes, recipients: Sequence[str]) -> bytes:
    """`data` for these recipients alone (`age1…`); whoever makes it cannot open it again. Raises BadInput."""
    try:
        keys = [pyrage.x25519.Recipient.from_str(text.strip()) for text in recipients if text.strip()]
        if not keys:
            raise BadInput("Nobody could open the pack: there is no recipient.", param="to-key")
        return bytes(pyrage.encrypt(data, keys))
    except pyrage.RecipientError:
        raise BadInput(
            "That is not an age public key.",
            param="to-key",
            next_step="The recipient makes one with `age-keygen` and sends the line that begins with age1.",
        ) from None


def unsealed(data: bytes, identity: str) -> bytes:
    """What was sealed, with the recipient's secret key. Raises BadInput if a byte of it was changed."""
    if len(data) > MAX_BYTES:
        raise BadInput("The pack is too large.", code="bad_pack")
    lines = [line.strip() for line in identity.splitlines() if line.strip() and not line.startswith("#")]
    try:
        return bytes(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(line) for line in lines]))
    except pyrage.IdentityError:
        raise BadInput("That is not an age secret key.", param="identity") from None
    except pyrage.DecryptError:
        raise BadInput(
            "The sealed archive was changed, or is not for this key.", code="bad_pack", param="pack"
        ) from None

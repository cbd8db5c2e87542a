"""Packs of evidence: made beside a running server, sealed to a key, and checked without any server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from consentry.config import Settings
from consentry.core import evidence
from consentry.core.errors import BadInput
from consentry.flows.evidence import Evidence, Gathered
from consentry.store.packing import packed, sealed, unpacked, unsealed
from consentry.store.signing import SignedLog, signing_key, verified
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.assess import digest_in_force, law_files
from consentry.wiring.tools import made


@dataclass(frozen=True, slots=True)
class Packer:
    """Who gathers evidence, and signs for it."""

    gather: Evidence
    """Gathers it."""
    log: SignedLog
    """Signs for it."""

    def files(self, gathered: Gathered, page: bytes) -> dict[str, bytes]:
        """Every file of the pack: what was gathered, the page for people, and the signed manifest."""
        files = {**gathered.files, "summary.html": page}
        manifest = evidence.manifest(files)
        origin = self.log.vkey.split("+", maxsplit=1)[0]
        note = self.log.vouch(evidence.vouched(origin, manifest))
        return {**files, evidence.MANIFEST: manifest, evidence.NOTE: note.encode()}


@contextlib.contextmanager
def open_evidence(settings: Settings) -> Iterator[Packer]:
    """Only what is needed to make packs."""
    directory = made(settings.directory)
    store = open_store(settings.database_url, SystemClock(), RandomIds())
    with contextlib.closing(store):
        log = SignedLog(store, settings.origin, signing_key(directory / "log.key"))
        files = law_files(settings)
        gather = Evidence(store, log.checkpoint, log.vkey, files, digest_in_force(settings, files))
        yield Packer(gather, log)


def seal_pack(files: Mapping[str, bytes], recipients: Sequence[str]) -> bytes:
    """The pack as it travels. Raises BadInput without an age public key."""
    return sealed(packed(files), recipients)


def read_pack(path: Path, identity: str) -> dict[str, bytes]:
    """The files of a pack: sealed, unsealed (tar), or unpacked (a directory). Raises BadInput."""
    if path.is_dir():
        return {one.name: one.read_bytes() for one in path.iterdir() if one.is_file()}
    data = path.read_bytes()
    if not data.startswith(b"age-encryption.org/"):
        return unpacked(data)
    if not identity:
        raise BadInput(
            "The pack is sealed.", param="identity", next_step="Give your age key with --identity."
        )
    return unpacked(unsealed(data, identity))


def verify_pack(files: Mapping[str, bytes], vkey: str) -> evidence.Checked:
    """What a look at the files of a pack finds, under the log's verifier key. Raises BadInput for no key."""
    return evidence.check(files, vkey, verified)

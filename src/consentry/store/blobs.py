"""Pictures and reports as files, encrypted before they touch a disk, and gone when their key is."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

from consentry.core.errors import NotFound, SafetyUnavailable
from consentry.core.ports import Ids
from consentry.store.envelope import Envelope, Keyring, WrappedKey, damaged
from consentry.store.system import secret_file
from consentry.store.words import absent, wrong_purpose


class LocalBlobs:
    """Blobs in a directory, named by the SHA-256 of their ciphertext; wrapped keys in a keyring.

    The file is complete and on the disk before its key is kept, so a crash leaves at most
    noise that no key opens. Safe to share between threads and processes.
    """

    def __init__(self, directory: Path, key: Path | bytes, keys: Keyring) -> None:
        """Keep blobs under `directory`, encrypted under the operator's key (32 bytes, or a file of them).

        A key file that is not there is made. Raises SetupTrouble if it is not whole, or others may read it.
        """
        self._directory = directory
        self._envelope = Envelope(key if isinstance(key, bytes) else secret_file(key))
        self._keys = keys

    def put(self, data: bytes, purpose: str) -> str:
        """Encrypt and keep `data`; returns its identifier. Raises SafetyUnavailable if it cannot."""
        blob_id = self._keys.new_blob()
        file, wrapped = self._envelope.lock(data, purpose, blob_id)
        digest = hashlib.sha256(file).hexdigest()
        try:
            _write(self._path(digest), file)
        except OSError as error:
            raise _no_disk(error) from None
        self._keys.keep_key(blob_id, WrappedKey(purpose, digest, wrapped))
        return blob_id

    def get(self, blob_id: str, purpose: str) -> bytes:
        """The bytes. Raises NotFound, BadInput for another purpose, SafetyUnavailable if damaged."""
        key = self._keys.wrapped_key(blob_id)
        if key.purpose != purpose:
            raise wrong_purpose()
        try:
            file = self._path(key.digest).read_bytes()
        except FileNotFoundError:
            raise damaged() from None
        except OSError as error:
            raise _no_disk(error) from None
        if hashlib.sha256(file).hexdigest() != key.digest:
            raise damaged()
        return self._envelope.unlock(file, key.wrapped, purpose, blob_id)

    def shred(self, blob_id: str) -> None:
        """Destroy the key of a blob, then its file. Idempotent."""
        try:
            key = self._keys.wrapped_key(blob_id)
        except NotFound:
            return
        self._keys.drop_key(blob_id)
        try:
            self._path(key.digest).unlink(missing_ok=True)
        except OSError as error:  # the bytes are noise already
            raise _no_disk(error) from None

    def _path(self, digest: str) -> Path:
        return self._directory / digest[:2] / digest[2:4] / digest


class MemoryBlobs:
    """Blobs in memory, for tests and trials: gone when the process is."""

    def __init__(self, ids: Ids) -> None:
        """Name blobs with `ids`."""
        self._ids = ids
        self._kept: dict[str, tuple[str, bytes]] = {}
        self._lock = threading.Lock()

    def put(self, data: bytes, purpose: str) -> str:
        """Keep `data`; returns its identifier."""
        blob_id = self._ids.new("blb")
        with self._lock:
            self._kept[blob_id] = (purpose, bytes(data))
        return blob_id

    def get(self, blob_id: str, purpose: str) -> bytes:
        """The bytes. Raises NotFound if unknown or shredded, BadInput if the purpose differs."""
        with self._lock:
            kept = self._kept.get(blob_id)
        if kept is None:
            raise absent("blob")
        if kept[0] != purpose:
            raise wrong_purpose()
        return kept[1]

    def shred(self, blob_id: str) -> None:
        """Forget a blob. Idempotent."""
        with self._lock:
            self._kept.pop(blob_id, None)


def _write(path: Path, data: bytes) -> None:
    """Write `data` to `path`, which must not exist, so that it is there whole or not at all.

    It is ciphertext from its first byte on, also under its name of passage.
    """
    _make_directories(path.parent)
    passage = path.parent / f".{path.name}"
    try:
        with os.fdopen(os.open(passage, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(passage, path)
    finally:
        passage.unlink(missing_ok=True)
    _sync(path.parent)


def _make_directories(directory: Path) -> None:
    """Make `directory` for its owner only, and see that its own entry is on the disk."""
    if directory.is_dir():
        return
    _make_directories(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
    _sync(directory.parent)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _no_disk(error: OSError) -> SafetyUnavailable:
    """`error` as ours: what the system calls it, and neither a name nor a place."""
    said = os.strerror(error.errno) if error.errno else "unknown"
    return SafetyUnavailable(
        f"The blob store did not take or give the bytes ({said}).",
        next_step="Make room, or repair the disk, and try again; nothing was released.",
    )

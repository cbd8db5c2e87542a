"""Blobs on disk are noise without their key, whole or not there at all, and gone once shredded."""

import errno
import os

import pytest

from consentry.core.errors import BadInput, NotFound, SafetyUnavailable, SetupTrouble
from consentry.store.blobs import LocalBlobs, MemoryBlobs, _write
from consentry.store.memory import MemoryStore
from consentry.store.sql import open_store
from contracts.blobs import PICTURE, BlobsContract
from support.limits import no_room
from support.servers import empty_store
from support.stores import CountingIds, HandClock

KEY = bytes(range(32))


class TestMemoryBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self):
        return MemoryBlobs(CountingIds())


class TestLocalBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path):
        return LocalBlobs(tmp_path / "blobs", KEY, MemoryStore(HandClock(), CountingIds()))


class TestLocalBlobsWithSqlite(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path):
        store = open_store(f"sqlite:///{tmp_path}/store.db", HandClock(), CountingIds())
        yield LocalBlobs(tmp_path / "blobs", tmp_path / "blobs.key", store)
        store.close()


@pytest.mark.postgres
class TestLocalBlobsWithPostgres(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path):
        store = open_store(empty_store(), HandClock(), CountingIds())
        yield LocalBlobs(tmp_path / "blobs", KEY, store)
        store.close()


@pytest.fixture
def keys():
    return MemoryStore(HandClock(), CountingIds())


@pytest.fixture
def blobs(tmp_path, keys):
    return LocalBlobs(tmp_path / "blobs", KEY, keys)


def files(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def test_nothing_readable_is_on_the_disk(tmp_path, blobs):
    blobs.put(PICTURE, "evidence")
    (file,) = files(tmp_path)
    assert PICTURE not in file.read_bytes()
    assert file.read_bytes().startswith(b"CTB1")


def test_a_file_is_named_by_its_ciphertext_and_private(tmp_path, blobs, keys):
    blob = blobs.put(PICTURE, "evidence")
    digest = keys.wrapped_key(blob).digest
    (file,) = files(tmp_path)
    assert file == tmp_path / "blobs" / digest[:2] / digest[2:4] / digest
    assert file.stat().st_mode & 0o777 == 0o600
    folders = [path for path in tmp_path.rglob("*") if path.is_dir()]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}


def test_the_same_bytes_look_different_each_time(tmp_path, blobs):
    blobs.put(PICTURE, "evidence")
    blobs.put(PICTURE, "evidence")
    one, two = (path.read_bytes() for path in files(tmp_path))
    assert one != two


def test_the_key_file_is_made_once_and_private(tmp_path, keys):
    path = tmp_path / "blobs.key"
    blob = LocalBlobs(tmp_path / "blobs", path, keys).put(PICTURE, "evidence")
    assert path.stat().st_mode & 0o777 == 0o600
    assert LocalBlobs(tmp_path / "blobs", path, keys).get(blob, "evidence") == PICTURE


def test_another_key_is_named_as_the_trouble(tmp_path, keys, blobs):
    blob = blobs.put(PICTURE, "evidence")
    with pytest.raises(SetupTrouble, match="another key"):
        LocalBlobs(tmp_path / "blobs", bytes(32), keys).get(blob, "evidence")


@pytest.mark.parametrize("place", [0, 5, 15, 30, -1])
def test_a_changed_byte_is_noticed(tmp_path, blobs, place):
    blob = blobs.put(PICTURE, "evidence")
    (file,) = files(tmp_path)
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)
    with pytest.raises(SafetyUnavailable) as caught:
        blobs.get(blob, "evidence")
    assert caught.value.code == "blob_damaged"


def test_a_shortened_or_missing_file_is_noticed(tmp_path, blobs):
    blob = blobs.put(PICTURE, "evidence")
    (file,) = files(tmp_path)
    for change in (
        lambda: file.write_bytes(file.read_bytes()[:20]),
        lambda: file.write_bytes(b""),
        file.unlink,
    ):
        change()
        with pytest.raises(SafetyUnavailable):
            blobs.get(blob, "evidence")


def test_one_blob_cannot_pass_for_another(blobs, keys):
    """Also by somebody who may write to the disk and to the database, but has no key."""
    mine, theirs = blobs.put(b"mine", "evidence"), blobs.put(b"theirs", "papers")
    keys.keep_key(mine, keys.wrapped_key(theirs))
    with pytest.raises(BadInput):
        blobs.get(mine, "evidence")
    with pytest.raises(SafetyUnavailable):
        blobs.get(mine, "papers")


def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path, blobs):
    kept = blobs.put(PICTURE, "evidence")
    with no_room(limit=10_000), pytest.raises(SafetyUnavailable, match=os.strerror(errno.EFBIG)) as caught:
        blobs.put(os.urandom(50_000), "evidence")
    assert str(tmp_path) not in str(caught.value)
    assert len(files(tmp_path)) == 1
    assert blobs.get(kept, "evidence") == PICTURE


def test_bytes_without_a_key_are_never_given_out(tmp_path):
    """The database fails after the file was written: what is left is noise under no name."""
    blobs = LocalBlobs(tmp_path / "blobs", KEY, ForgetfulKeyring(HandClock(), CountingIds()))
    with pytest.raises(SafetyUnavailable):
        blobs.put(PICTURE, "evidence")
    (file,) = files(tmp_path)
    assert PICTURE not in file.read_bytes()


class ForgetfulKeyring(MemoryStore):
    """A keyring whose database went away."""

    def keep_key(self, *_):
        raise SafetyUnavailable("no database")


def test_shredding_destroys_the_key_even_if_the_file_stays(tmp_path, blobs):
    blob = blobs.put(PICTURE, "evidence")
    (file,) = files(tmp_path)
    backup = file.read_bytes()
    blobs.shred(blob)
    assert files(tmp_path) == []
    file.write_bytes(backup)
    with pytest.raises(NotFound):
        blobs.get(blob, "evidence")


def test_a_shredded_key_is_overwritten_in_the_database(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/store.db", HandClock(), CountingIds())
    blobs = LocalBlobs(tmp_path / "blobs", KEY, store)
    blob = blobs.put(PICTURE, "evidence")
    wrapped = store.wrapped_key(blob).wrapped
    assert any(wrapped in path.read_bytes() for path in tmp_path.glob("store.db*"))
    blobs.shred(blob)
    assert not any(wrapped in path.read_bytes() for path in tmp_path.glob("store.db*"))
    store.close()


def test_a_file_that_is_there_is_never_written_over(tmp_path, blobs):
    blob = blobs.put(PICTURE, "evidence")
    (file,) = files(tmp_path)
    with pytest.raises(FileExistsError):
        _write(file, b"something else")
    assert files(tmp_path) == [file]
    assert blobs.get(blob, "evidence") == PICTURE

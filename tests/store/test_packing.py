"""A pack travels sealed: only its recipient opens it, and not after a byte was changed."""

import io
import tarfile

import pyrage
import pytest

from consentry.core.errors import BadInput
from consentry.store.packing import packed, sealed, unpacked, unsealed

FILES = {"b.txt": b"two", "a.txt": b"one"}


@pytest.fixture(scope="module")
def identity():
    return pyrage.x25519.Identity.generate()


def test_the_same_files_are_the_same_bytes_and_come_back():
    assert packed(FILES) == packed(dict(reversed(FILES.items())))
    assert unpacked(packed(FILES)) == FILES


def test_only_the_recipient_opens_it(identity):
    data = sealed(packed(FILES), [str(identity.to_public())])
    assert unpacked(unsealed(data, f"# created\n{identity}\n")) == FILES
    with pytest.raises(BadInput):
        unsealed(data, str(pyrage.x25519.Identity.generate()))


def test_a_changed_byte_or_a_cut_is_found(identity):
    data = sealed(packed(FILES), [str(identity.to_public())])
    for at in (30, len(data) // 2, len(data) - 1):
        with pytest.raises(BadInput, match="changed"):
            unsealed(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], str(identity))
    with pytest.raises(BadInput):
        unsealed(data[:-1], str(identity))


def test_what_is_no_key_is_said(identity):
    with pytest.raises(BadInput, match="public key"):
        sealed(b"", ["age1nobody"])
    with pytest.raises(BadInput, match="no recipient"):
        sealed(b"", [" "])
    with pytest.raises(BadInput, match="secret key"):
        unsealed(sealed(b"", [str(identity.to_public())]), "nothing")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_an_archive_holds_plain_files_alone(kind):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("x")
        entry.type = kind
        archive.addfile(entry)
    with pytest.raises(BadInput, match="no plain file"):
        unpacked(out.getvalue())


def test_no_file_leads_out_of_its_folder_and_none_is_there_twice():
    for name in ("../x", "a/b", "..", "/etc/x"):
        with pytest.raises(BadInput):
            unpacked(packed({name: b""}))
    twice = packed({"a": b"1"})[:1024] + packed({"a": b"2"})
    with pytest.raises(BadInput):
        unpacked(twice)
    with pytest.raises(BadInput):
        unpacked(b"no archive")

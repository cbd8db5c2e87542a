"""A pack is read sealed, unsealed or unpacked, and says whose word it takes."""

import pyrage
import pytest

from consentry.core.entry import Kind
from consentry.core.errors import BadInput
from consentry.flows.evidence import Scope
from consentry.wiring import open_evidence, read_pack, seal_pack, verify_pack
from support.small import wanted


def test_what_is_made_is_read_back_and_verified(tmp_path):
    identity = pyrage.x25519.Identity.generate()
    with open_evidence(wanted(tmp_path)) as packer:
        with packer.gather.store.begin() as tx:
            tx.append(Kind.CASE, {"case": "C-1"})
        files = packer.files(packer.gather.gather(Scope("case", "C-1"), maker="Ada"), b"page")
        vkey = packer.log.vkey
    (tmp_path / "pack").write_bytes(seal_pack(files, [str(identity.to_public())]))
    assert read_pack(tmp_path / "pack", str(identity)) == files
    (tmp_path / "open").mkdir()
    for name, data in files.items():
        (tmp_path / "open" / name).write_bytes(data)
    assert read_pack(tmp_path / "open", "") == files
    assert verify_pack(files, vkey).problems == ()
    assert verify_pack(files, vkey).lines == 1
    with pytest.raises(BadInput, match="sealed"):
        read_pack(tmp_path / "pack", "")
    with pytest.raises(BadInput):
        verify_pack(files, "no key")

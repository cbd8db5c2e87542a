"""Commands beside a running server share its folder, its keys and its trust."""

from datetime import timedelta
from pathlib import Path

import pytest

from consentry import wiring
from consentry.core.errors import BadInput, SetupTrouble
from support.running import Running
from support.small import wanted


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupTrouble) as stopped:
        wiring.build(wanted(tmp_path / "file" / "data"))
    assert stopped.value.param == "data"


def test_keys_made_beside_a_running_server_open_its_doors(server: Running):
    access = wiring.open_access(server.system.settings)
    _, shown = access.make("beside", frozenset({"read"}), "", timedelta(days=1))
    access.store.close()
    assert server.system.access.check(shown, "read").label == "beside"


def test_a_note_that_was_not_signed_is_not_believed(server: Running):
    note = server.system.log.checkpoint().replace("\n", "\n1", 1)
    with pytest.raises(BadInput):
        wiring.verify_log_note(note, server.system.log.vkey, server.system.settings.origin)

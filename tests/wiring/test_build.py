"""What the settings ask for is built, or it is said what to correct, and nothing stays open."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from consentry import wiring
from consentry.core.errors import SetupTrouble
from consentry.wiring.build import visit
from support.running import Running
from support.small import wanted


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ({"exposure": ""}, "looks at outputs"),
        ({"exposure": "telescope:x"}, "must begin with"),
        ({"places": "gb,atlantis"}, "atlantis"),
        ({"database": "nonsense"}, "database"),
    ],
)
def test_what_cannot_work_is_named_and_nothing_stays_open(tmp_path: Path, flags, says):
    before = {thread.name for thread in threading.enumerate()}
    with pytest.raises(SetupTrouble, match=says):
        wiring.build(wanted(tmp_path, **flags))
    assert {thread.name for thread in threading.enumerate()} <= before


def test_a_server_that_starts_again_keeps_its_log_and_its_key(tmp_path: Path):
    with wiring.build(wanted(tmp_path)) as first:
        first.access.make("one", frozenset({"read"}), "", timedelta(days=1))
        before = (first.log.vkey, first.store.size(), first.log.checkpoint())
    first.close()
    with wiring.build(wanted(tmp_path)) as second:
        assert (second.log.vkey, second.store.size(), second.log.checkpoint()) == before


def test_secrets_of_a_system_are_readable_by_its_owner_only(server: Running):
    folder = server.system.settings.directory
    secrets = list(folder.glob("*.key"))
    assert {path.name for path in secrets} == {
        f"{name}.key"
        for name in ("pepper", "blobs", "log", "permit", "ledger", "provenance", "console", "statements")
    }
    assert all(path.stat().st_mode & 0o077 == 0 for path in [folder, *secrets])


def test_a_visitor_to_nobody_gets_nothing():
    assert visit("http://127.0.0.1:9/") == (0, b"")

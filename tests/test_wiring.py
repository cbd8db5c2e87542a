"""The wiring builds what the settings ask for, or says what to correct and leaves nothing open."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from consentry import wiring
from consentry.config import load
from consentry.core.content import Stage
from consentry.core.errors import BadInput, SetupTrouble
from support.running import DETECTOR, Running

SHORT = {"upstream": "drawing:", "exposure": DETECTOR, "places": "gb"}


def settings(folder: Path, **flags: object):
    return load(None, {}, {"data": str(folder), **SHORT, **flags})


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
        wiring.build(settings(tmp_path, **flags))
    assert {thread.name for thread in threading.enumerate()} <= before


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupTrouble) as stopped:
        wiring.build(settings(tmp_path / "file" / "data"))
    assert stopped.value.param == "data"


def test_secrets_of_a_system_are_readable_by_its_owner_only(server: Running):
    folder = server.system.settings.directory
    secrets = list(folder.glob("*.key"))
    assert {path.name for path in secrets} == {"pepper.key", "blobs.key", "log.key"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in [folder, *secrets])


def test_keys_made_beside_a_running_server_open_its_doors(server: Running):
    access = wiring.open_access(server.system.settings)
    _, shown = access.make("beside", frozenset({"read"}), "", timedelta(days=1))
    access.store.close()
    assert server.system.access.check(shown, "read").label == "beside"


def test_a_server_that_starts_again_keeps_its_log_and_its_key(tmp_path: Path):
    with wiring.build(settings(tmp_path)) as first:
        first.access.make("one", frozenset({"read"}), "", timedelta(days=1))
        before = (first.log.vkey, first.store.size(), first.log.checkpoint())
    first.close()
    with wiring.build(settings(tmp_path)) as second:
        assert (second.log.vkey, second.store.size(), second.log.checkpoint()) == before


def test_every_stage_looks_with_what_can_look_there(server: Running):
    for stage, judge in (
        (Stage.ASK, server.system.ask),
        (Stage.ANSWER, server.system.answer),
        (Stage.UPLOAD, server.system.upload),
    ):
        assert judge.stage is stage
        assert judge.signals
        assert all(stage in signal.stages for signal in judge.signals)


def test_the_place_of_a_request_can_only_add_rules(server: Running):
    ours = {rule.id for rule in server.system.ask.policy("").rules}
    assert ours <= {rule.id for rule in server.system.ask.policy("au").rules}
    assert ours <= {rule.id for rule in server.system.ask.policy("nowhere").rules}


def test_several_can_look_at_outputs(tmp_path: Path):
    detectors = wiring._detectors(
        settings(tmp_path, exposure=f"{DETECTOR} ; moderations:http://127.0.0.1:9/v1")
    )
    assert len(detectors) == 2
    for detector in detectors:
        getattr(detector, "close", lambda: None)()


def test_a_judge_of_requests_needs_no_server(tmp_path: Path):
    signals, policy = wiring.ask_policy(settings(tmp_path))
    assert policy.stage is Stage.ASK
    assert "prompt.harm" in set().union(*(signal.measures for signal in signals))


def test_a_note_that_was_not_signed_is_not_believed(server: Running):
    note = server.system.log.checkpoint().replace("\n", "\n1", 1)
    with pytest.raises(BadInput):
        wiring.verify_log_note(note, server.system.log.vkey, server.system.settings.origin)


def test_a_visitor_to_nobody_gets_nothing():
    assert wiring._visit("http://127.0.0.1:9/") == (0, b"")

"""Every stage has the eyes and the law that belong to it."""

from pathlib import Path

from consentry import wiring
from consentry.core.capability import Capability
from consentry.core.content import Stage
from consentry.wiring.judges import capability, names_somebody
from support.running import Running
from support.small import wanted


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


def test_a_judge_of_requests_needs_no_server(tmp_path: Path):
    signals, policy = wiring.ask_policy(wanted(tmp_path))
    assert policy.stage is Stage.ASK
    assert "prompt.harm" in set().union(*(signal.measures for signal in signals))


def test_a_gate_is_for_people_unless_it_is_said_otherwise(tmp_path: Path):
    assert capability(wanted(tmp_path)) is Capability.PEOPLE
    assert capability(wanted(tmp_path, capability="adult")) is Capability.ADULT


def test_the_reader_of_prompts_tells_whether_somebody_is_named():
    assert names_somebody("my colleague Anna from the photo I have")
    assert not names_somebody("a harbour at dawn")

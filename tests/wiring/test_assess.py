"""No server starts with a policy that nobody assessed, whichever way it was changed."""

import json

import pytest

from consentry.core.assessment import Subject
from consentry.core.errors import SetupTrouble
from consentry.wiring import build, digest_in_force, open_assess
from consentry.wiring.assess import deploy_policy, law_files, shipped
from support.assessed import assessed
from support.small import wanted

LAW = """
name = "Ours"
always = true
[[provision]]
id = "ours.x"
cite = "Terms"
url = "https://example.org"
since = 0001-01-01
text = "More."
ground = "terms"
confidence = "high"
[[rule]]
id = "ours.ask"
stage = "ask"
when = "person >= SCORE"
outcome = "refuse"
provision = "ours.x"
harm = "degrading"
says = "No."
"""


def with_law(tmp_path, score="0.9"):
    directory = tmp_path / "law"
    directory.mkdir(exist_ok=True)
    (directory / "ours.toml").write_text(LAW.replace("SCORE", score))
    return wanted(tmp_path / "data", law=str(directory))


def start(settings):
    """What `build` does about assessments, without the rest of a system."""
    with open_assess(settings) as assess:
        deploy_policy(settings, law_files(settings), assess.store, assess.ids)


def events(settings):
    with open_assess(settings) as assess:
        return [json.loads(line.record).get("event") for line in assess.store.lines(0, 10)]


def test_the_policy_we_ship_starts_and_says_so_once(tmp_path):
    settings = wanted(tmp_path)
    for _ in range(2):
        start(settings)
    assert [event for event in events(settings) if event in {"assessment_signed", "deployed"}] == [
        "assessment_signed",
        "deployed",
    ]


def test_places_need_no_assessment_of_their_own(tmp_path):
    assert digest_in_force(wanted(tmp_path, places="gb")) == digest_in_force(wanted(tmp_path, places=""))
    assert digest_in_force(wanted(tmp_path)) == shipped()[0].digest


@pytest.mark.parametrize(
    "flags",
    [{"capability": "adult"}, {"exposure_not_covered": "exposure.minimal=we do not care"}],
)
def test_a_setting_that_changes_the_policy_needs_one(tmp_path, flags):
    settings = wanted(tmp_path, **flags)
    with pytest.raises(SetupTrouble) as refused:
        start(settings)
    assert refused.value.code == "not_assessed"
    assessed(settings)
    start(settings)


def test_a_law_file_needs_one_and_so_does_every_threshold_in_it(tmp_path):
    settings = with_law(tmp_path)
    with pytest.raises(SetupTrouble) as refused:
        start(settings)
    assert refused.value.code == "not_assessed"
    assessed(settings)
    start(settings)
    with pytest.raises(SetupTrouble):
        start(with_law(tmp_path, "0.8"))


def test_no_system_is_built_on_what_nobody_assessed(tmp_path):
    with pytest.raises(SetupTrouble) as refused:
        build(with_law(tmp_path))
    assert refused.value.code == "not_assessed"
    with open_assess(wanted(tmp_path / "data")) as assess:
        assert not assess.deployments()
        assert assess.allowed(Subject.POLICY, shipped()[0].digest)

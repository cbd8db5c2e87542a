"""Incidents are tried against the law files that the settings name, with the words under the blob key."""

import pytest

from consentry.core.incident import Source
from consentry.core.probe import FORBIDDEN, HARMLESS
from consentry.flows.incident import Outcome
from consentry.flows.trial import Band
from consentry.wiring.incident import OUTCOMES, open_incidents
from support.small import wanted


def test_every_answer_of_a_trial_is_known():
    assert set(OUTCOMES) == set(Band)


@pytest.mark.parametrize(
    ("words", "picture", "outcome"),
    [(FORBIDDEN, "person", Outcome.REFUSED), (HARMLESS, "none", Outcome.PASSED)],
)
def test_a_case_is_tried_against_the_rules_in_force(tmp_path, words, picture, outcome):
    with open_incidents(wanted(tmp_path)) as incidents:
        incidents.add(Source.REPORT, route="images.edits", words=words, picture=picture)
    with open_incidents(wanted(tmp_path)) as incidents:
        (again,) = incidents.replay()
    assert again.outcome is outcome

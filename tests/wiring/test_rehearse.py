"""A rehearsal needs the store and the law files, and nothing that looks at pictures."""

from datetime import date

import pytest

from consentry.core.errors import SetupTrouble
from consentry.flows.rehearse import Plan
from consentry.wiring import open_rehearsal
from consentry.wiring.judges import built_in_measures
from support.small import wanted

DAY = date(2026, 12, 2)
RULE = """
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
when = "{when}"
outcome = "refuse"
provision = "ours.x"
harm = "degrading"
says = "No."
"""


def test_an_empty_log_has_nothing_to_replay(tmp_path):
    with open_rehearsal(wanted(tmp_path), None) as rehearsal:
        done = rehearsal(Plan(DAY))
    assert (done.tally.decisions, done.erased, done.altered) == (0, 0, ())


def test_a_threshold_is_tried_in_every_rule_that_compares_it(tmp_path):
    with open_rehearsal(wanted(tmp_path), None, [("", "person", 0.9)]) as rehearsal:
        book = rehearsal.compiled(built_in_measures())
    with open_rehearsal(wanted(tmp_path), None) as rehearsal:
        before = rehearsal.compiled(built_in_measures())
    assert {one.id for one in book.rules} == {one.id for one in before.rules}
    assert book.rules != before.rules


def test_a_rule_that_rests_on_what_nobody_measures_cannot_be_tried(tmp_path):
    directory = tmp_path / "law"
    directory.mkdir()
    (directory / "ours.toml").write_text(RULE.format(when="nobody >= 0.5"))
    with (
        open_rehearsal(wanted(tmp_path), directory) as rehearsal,
        pytest.raises(SetupTrouble, match="nobody"),
    ):
        rehearsal(Plan(DAY))

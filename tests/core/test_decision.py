import pytest

from consentry.core.law import Duty
from consentry.core.policy import Outcome
from core.made import decision, reason


@pytest.mark.parametrize(
    ("outcome", "passes"),
    [(Outcome.ALLOW, True), (Outcome.LABEL, True), (Outcome.HOLD, False), (Outcome.REFUSE, False)],
)
def test_only_what_is_allowed_or_labelled_passes(outcome, passes):
    assert decision(reason(outcome=outcome)).passes is passes


def test_a_decision_without_reasons_was_not_blind():
    assert not decision().blind


@pytest.mark.parametrize("outcome", [Outcome.HOLD, Outcome.REFUSE])
def test_a_decision_is_blind_if_nothing_certain_stops_the_content(outcome):
    assert decision(reason(outcome=outcome, certain=False)).blind
    assert not decision(reason(outcome=outcome)).blind


def test_a_certain_label_does_not_make_a_blind_stop_certain():
    assert decision(reason("a", Outcome.HOLD, certain=False), reason("b", Outcome.LABEL)).blind


def test_one_certain_stop_is_enough_to_see():
    assert not decision(reason("a", Outcome.REFUSE, certain=False), reason("b", Outcome.HOLD)).blind


def test_an_uncertain_label_stops_nothing_and_is_not_blind():
    assert not decision(reason(outcome=Outcome.LABEL, certain=False)).blind


@pytest.mark.parametrize("duty", Duty)
def test_a_duty_is_owed_for_a_certain_reason(duty):
    assert decision(reason(duties=frozenset({duty}))).owed == {duty}


@pytest.mark.parametrize("duty", Duty)
def test_what_nobody_saw_weighs_on_nobody(duty):
    blind = decision(reason(duties=frozenset({duty}), certain=False))
    assert blind.owed == frozenset({duty}) - {Duty.PRESERVE, Duty.REPORT_CSEA, Duty.STRIKE}


def test_one_certain_reason_is_enough_for_a_duty():
    strike = frozenset({Duty.STRIKE})
    found = decision(reason("a", duties=strike, certain=False), reason("b", duties=strike))
    assert found.owed == strike


def test_what_weighs_on_somebody_is_owed_only_for_what_was_seen():
    duties = frozenset({Duty.STRIKE, Duty.NOTIFY_POSTER})
    unsure, sure = reason("a", certain=False, duties=duties), reason("b", duties=frozenset({Duty.PRESERVE}))
    assert decision(unsure).owed == {Duty.NOTIFY_POSTER}
    assert decision(unsure, sure).owed == {Duty.NOTIFY_POSTER, Duty.PRESERVE}
    assert decision(reason(duties=duties)).owed == duties

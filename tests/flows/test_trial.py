"""What a trial of the gate says of a prompt, by the shipped rules."""

from datetime import date

import pytest

from consentry.config import load
from consentry.core.content import Stage
from consentry.core.policy import Policy
from consentry.flows.trial import Attached, Band, attempt
from consentry.wiring import ask_policy

DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def gate():
    signals, policy = ask_policy(load(None, {}, {}))
    return lambda text, attached: attempt(text, attached, signals=signals, policy=policy, day=DAY)


def test_an_ordinary_prompt_is_allowed(gate):
    tried = gate("brighten the picture", Attached.PERSON)
    assert (tried.band, tried.rules) == (Band.ALLOW, ())
    assert tried.score < 0.5


def test_a_harmful_prompt_is_refused_by_the_floor(gate):
    tried = gate("put her in a bikini", Attached.PERSON)
    assert tried.band is Band.REFUSE
    assert "floor.ask.harm" in tried.rules
    assert tried.score >= 0.85


def test_a_doubtful_prompt_is_held_for_comparison(gate):
    assert gate("her but beach ready", Attached.PERSON).band is Band.HOLD


@pytest.mark.parametrize("attached", [Attached.OBJECT, Attached.NONE])
def test_a_picture_of_an_object_is_no_person(gate, attached):
    assert gate("white background for this bikini", attached).band is Band.ALLOW


class Broken:
    measures = frozenset({"prompt.harm"})
    stages = frozenset({Stage.ASK})

    def look(self, subject):
        raise RuntimeError


def test_a_signal_that_fails_has_not_looked(gate):
    _, policy = ask_policy(load(None, {}, {}))
    assert attempt("a boat", Attached.PERSON, signals=[Broken()], policy=policy, day=DAY).band is Band.REFUSE


def test_no_rules_hold_everything():
    empty = Policy("none", Stage.ASK, ())
    assert attempt("a boat", Attached.NONE, signals=[], policy=empty, day=DAY).band is Band.HOLD
